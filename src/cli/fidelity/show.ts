/** Published figures beside ours, for people: a table a paper. */
import { styleText } from "node:util";
import { type Judgement, orderOf, type Paper, published, type Row } from "../../fidelity/index.ts";

export interface Listed {
  readonly paper: Paper;
  readonly rows: readonly { readonly row: Row; readonly judgement?: Judgement }[];
}

type Format = Parameters<typeof styleText>[0];
const coloured = () => process.stdout.isTTY === true && !process.env.NO_COLOR;
const style = (format: Format, text: string) => (coloured() && text ? styleText(format, text) : text);

const MARKS = {
  ok: { sign: "✓", format: "green" },
  out: { sign: "✗", format: "red" },
  failed: { sign: "!", format: "red" },
  "not runnable": { sign: "–", format: "gray" },
} as const;

/** Whole from a thousand up, at most four significant digits below; thousands apart. */
export const number = (value: number): string =>
  Math.abs(value) >= 1e6
    ? value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 })
    : Math.abs(value) >= 1000
      ? value.toLocaleString("en", { maximumFractionDigits: 0 })
      : value.toLocaleString("en", { maximumSignificantDigits: 4 });

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));

/** Lines of at most so many columns; a word longer than that has one of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = "";
    }
    line += line ? ` ${word}` : word;
  }
  return [...lines, line];
}

const COLUMNS = 118;

interface Cells {
  readonly row: Row;
  readonly judgement: Judgement | undefined;
  /** id, what, published, tolerance, ours, ratio, basis. */
  readonly texts: readonly string[];
}

const RIGHT = [false, false, true, false, true, true, false];
const HEADS = ["", "", "published", "", "ours", "ratio", ""];

export function asText(papers: readonly Listed[]): string {
  const cells = papers.map(({ rows }) => rows.map(({ row, judgement }) => cellsOf(row, judgement)));
  const widths = HEADS.map((head, at) => widest([head, ...cells.flat().map(({ texts }) => texts[at]!)]));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (RIGHT[at] ? text.padStart(widths[at]!) : text.padEnd(widths[at]!)))
      .join("  ")
      .trimEnd();
  return papers
    .map(({ paper }, at) => {
      const head = wrap(paper.citation, COLUMNS).map((text) => style("bold", text));
      const setup = wrap(paper.setup, COLUMNS - 2).map((text) => style("gray", `  ${text}`));
      const names = style("gray", `    ${line(HEADS)}`);
      return [...head, ...setup, names, ...cells[at]!.flatMap((each) => linesOf(each, line))].join("\n");
    })
    .join("\n\n");
}

function cellsOf(row: Row, judgement: Judgement | undefined): Cells {
  const texts = [
    row.id,
    row.kind === "order" ? `${row.what}${orderOf(row)}` : row.what,
    published(row),
    toleranceOf(row),
    oursOf(row, judgement),
    judgement && "ratio" in judgement && judgement.ratio !== undefined ? judgement.ratio.toFixed(2) : "",
    row.kind === "absent" ? "" : row.basis,
  ];
  return { row, judgement, texts };
}

function linesOf({ row, judgement, texts }: Cells, line: (texts: readonly string[]) => string): string[] {
  const mark = judgement ? MARKS[judgement.verdict] : undefined;
  const first = `  ${mark ? style(mark.format, mark.sign) : " "} ${mark?.format === "gray" ? style("gray", line(texts)) : line(texts)}`;
  const details = [
    ...(judgement && "because" in judgement ? [judgement.because] : []),
    ...(row.verified.level === "memory" ? [`the published value is ${row.verified.source}`] : []),
    ...(row.note === undefined ? [] : [row.note]),
  ];
  return [
    first,
    ...details.flatMap((text) => wrap(text, COLUMNS - 8)).map((text) => style("gray", `        ${text}`)),
  ];
}

function oursOf(row: Row, judgement: Judgement | undefined): string {
  if (!judgement || !("ours" in judgement)) return "";
  return judgement.ours.map(number).join(row.kind === "order" ? " < " : "");
}

function toleranceOf(row: Row): string {
  if (row.kind !== "figure") return "";
  const { tolerance } = row;
  return "relative" in tolerance
    ? `±${Math.round(100 * tolerance.relative)} %`
    : `±${number(tolerance.absolute)}`;
}

/** What the words mean, and how many rows came out how. */
export function legend(papers: readonly Listed[]): string {
  const rows = papers.flatMap((paper) => paper.rows);
  const count = (basis: Row["basis"], verdict: Judgement["verdict"]) =>
    rows.filter(({ row, judgement }) => row.basis === basis && judgement?.verdict === verdict).length;
  const line = (basis: Row["basis"], means: string) => {
    const [ok, out] = [count(basis, "ok"), count(basis, "out") + count(basis, "failed")];
    const total = `${ok} of ${ok + out} hold`;
    return ok + out === 0 ? undefined : `  ${basis.padEnd(10)}  ${total.padEnd(14)} ${style("gray", means)}`;
  };
  const idle = rows.filter(({ judgement }) => judgement?.verdict === "not runnable").length;
  return [
    line("prediction", "no price was set by it"),
    line("fitted", "a price was set by it or by a figure that it is made of: no evidence"),
    line("input", "it is itself a price: no evidence"),
    ...(idle > 0 ? [`  ${idle} cannot be run here`] : []),
  ]
    .filter((text) => text !== undefined)
    .join("\n");
}
