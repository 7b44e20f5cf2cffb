/**
 * CSV (RFC 4180) in and out, by csv-parse and csv-stringify: they quote, and they know on which line a record began.
 *
 * What begins like a formula is run by spreadsheets when a file is opened, and names come from students. So such a cell
 * gets an apostrophe in front when it is written, and loses it when it is read (OWASP, "CSV Injection").
 */
import { CsvError, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { InputError, quote } from "../input-error.ts";

export interface Row<Column extends string> {
  /** Where its record ends in the file, from 1. */
  line: number;
  cells: Readonly<Partial<Record<Column, string>>>;
}

/** Also after blanks: some programs trim before they look. The wide forms are those of East Asian keyboards. */
const FORMULA = /^'*[\s\0]*[=+\-@\t\r＝＋－＠|%]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

function neutral(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

function plain(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** Lines end with a line feed alone; numbers are written as JavaScript writes them. */
export function writeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return stringify(rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell : neutral(cell)))));
}

/**
 * A table whose first record names its columns. Columns come in any order, empty lines are skipped, cells are trimmed.
 * @param known the columns that may be there; case, blanks and underscores don't matter
 * @param required those without which the file is useless
 * @throws {InputError} on a broken file, an unknown, missing or repeated column
 */
export function readCsv<Column extends string>(
  text: string,
  file: string,
  known: readonly Column[],
  required: readonly Column[],
): Row<Column>[] {
  const [head, ...body] = records(text, file);
  if (!head)
    throw new InputError(file, [
      { message: `it is empty; its first line names the columns: ${known.join(",")}` },
    ]);
  const columns = head.record.map((cell) => known.find((name) => canonical(name) === canonical(cell)));
  const problems = [
    ...head.record
      .filter((_, index) => columns[index] === undefined)
      .map((cell) => ({
        line: 1,
        message: `there is no column ${quote(cell)}; columns are ${known.join(", ")}`,
      })),
    ...required
      .filter((name) => !columns.includes(name))
      .map((name) => ({ line: 1, message: `the column "${name}" is missing` })),
    ...known
      .filter((name) => columns.indexOf(name) !== columns.lastIndexOf(name))
      .map((name) => ({ line: 1, message: `the column "${name}" is there twice` })),
  ];
  if (problems.length > 0) throw new InputError(file, problems);
  return body.map(({ line, record }) => ({
    line,
    cells: Object.fromEntries(
      record.map((cell, index) => [columns[index], plain(cell)]),
    ) as Row<Column>["cells"],
  }));
}

const canonical = (name: string) => name.toLowerCase().replace(/[\s_-]/g, "");

/** Spreadsheets of half of Europe write semicolons. */
function delimiter(text: string): string {
  const head = text.split("\n", 1)[0]!;
  return [",", ";", "\t"].find((mark) => head.includes(mark)) ?? ",";
}

function records(text: string, file: string): { line: number; record: string[] }[] {
  try {
    const found = parse(text, {
      bom: true,
      trim: true,
      info: true,
      skip_empty_lines: true,
      delimiter: delimiter(text),
    });
    return (found as unknown as { info: { lines: number }; record: string[] }[]).map(({ info, record }) => ({
      line: info.lines,
      record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : undefined;
    throw new InputError(file, [
      { line, message: `${error.message}. Save it as CSV with commas, text in double quotes.` },
    ]);
  }
}
