/** Who is in the class, from a CSV that any spreadsheet or student office can write. */
import { type Row, readCsv } from "./csv/file.ts";
import { InputError, type Problem, quote } from "./input-error.ts";
import { INSTANT_FORM, type Instant, parseInstant } from "./instant.ts";

export interface Student {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
  /** Canvas's own number, the two of the student information system, and the section: as Canvas exports them. */
  canvasId: string;
  sisUserId: string;
  sisLoginId: string;
  section: string;
  /** Name of the submission: the file's or folder's without its ending. It is the id when the roster names none. */
  submission: string;
  submittedAt: Instant | undefined;
  /** An extension: replaces the due date for this student. */
  due: Instant | undefined;
}

const COLUMNS = [
  "id",
  "name",
  "first_name",
  "last_name",
  "email",
  "canvas_id",
  "sis_user_id",
  "sis_login_id",
  "section",
  "submission",
  "submitted_at",
  "due",
] as const;
type Column = (typeof COLUMNS)[number];

/**
 * Only `id` must be there. A `name` is "Ada Lovelace" or "Lovelace, Ada"; it stands for first_name and last_name.
 * @throws {InputError} with every line that cannot be used
 */
export function parseRoster(text: string, file: string): Student[] {
  const rows = readCsv<Column>(text, file, COLUMNS, ["id"]);
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  const students = rows.map((row) => {
    const student = studentOf(row, problems);
    const before = seen.get(student.id);
    if (student.id === "") problems.push({ line: row.line, field: "id", message: "it is empty" });
    else if (before !== undefined)
      problems.push({
        line: row.line,
        field: "id",
        message: `${quote(student.id)} is on line ${before} already`,
      });
    seen.set(student.id, row.line);
    return student;
  });
  if (problems.length > 0) throw new InputError(file, problems);
  return students;
}

function studentOf({ line, cells }: Row<Column>, problems: Problem[]): Student {
  const moment = (field: "submitted_at" | "due") => {
    const value = cells[field] ?? "";
    const found = parseInstant(value);
    if (value !== "" && !found)
      problems.push({ line, field, message: `${quote(value)} is no moment; ${INSTANT_FORM}` });
    return found;
  };
  const id = cells.id ?? "";
  return {
    id,
    ...nameOf(cells),
    email: cells.email ?? "",
    canvasId: cells.canvas_id ?? "",
    sisUserId: cells.sis_user_id ?? "",
    sisLoginId: cells.sis_login_id ?? "",
    section: cells.section ?? "",
    submission: cells.submission || id,
    submittedAt: moment("submitted_at"),
    due: moment("due"),
  };
}

function nameOf(cells: Row<Column>["cells"]): { firstName: string; lastName: string } {
  const { first_name: firstName = "", last_name: lastName = "", name = "" } = cells;
  if (firstName !== "" || lastName !== "") return { firstName, lastName };
  const [last = "", first] = name.split(/\s*,\s*/, 2);
  if (first !== undefined) return { firstName: first, lastName: last };
  const words = name.split(/\s+/);
  return { firstName: words.slice(0, -1).join(" "), lastName: words.at(-1) ?? "" };
}

export function fullName({ firstName, lastName, id }: Student): string {
  return `${firstName} ${lastName}`.trim() || id;
}
