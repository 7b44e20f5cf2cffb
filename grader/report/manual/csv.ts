/** manual.csv: one line for each submission and criterion. Written with what is marked already, read back with all that was filled in. */
import type { Rubric } from "../../../src/course/index.ts";
import { type Row, readCsv, writeCsv } from "../csv/file.ts";
import { InputError, type Problem, quote } from "../input-error.ts";
import { hundredths } from "../points.ts";
import { type Mark, type Marks, markOf, type Slot, slotKey, slots } from "./marks.ts";

const COLUMNS = ["submission", "question", "criterion", "max", "points", "comment"] as const;
type Column = (typeof COLUMNS)[number];

/** To fill in `points` and `comment`. Submissions come in the order given. */
export function manualCsv(rubric: Rubric, submissions: readonly string[], marks?: Marks): string {
  const rows = submissions.flatMap((submission) =>
    slots(rubric).map((slot) => {
      const { points, comment } = markOf(marks, submission, slot);
      const { question, criterion } = slot;
      return [submission, question.id, criterion.id, criterion.points, points ?? "", comment];
    }),
  );
  return writeCsv([COLUMNS, ...rows]);
}

/**
 * The marks of a manual.csv. Lines without points and comment mark nothing; lines may be missing.
 * @param submissions those of the class
 * @throws {InputError} with every line that names something unknown, repeats a mark or gives impossible points
 */
export function parseManual(
  text: string,
  file: string,
  rubric: Rubric,
  submissions: readonly string[],
): Marks {
  const known = new Set(submissions);
  const bySlot = new Map(slots(rubric).map((slot) => [slotKey(slot), slot]));
  const problems: Problem[] = [];
  const marks = new Map<string, Map<string, Mark>>();
  const lines = new Map<string, number>();
  for (const row of readCsv<Column>(text, file, COLUMNS, ["submission", "question", "criterion", "points"])) {
    const { submission = "", question = "", criterion = "", comment = "" } = row.cells;
    const key = JSON.stringify([question, criterion]);
    const slot = bySlot.get(key);
    const wrong = (field: string, message: string) => problems.push({ line: row.line, field, message });
    if (!known.has(submission))
      wrong("submission", `there is no submission ${quote(submission)} in this class`);
    if (!slot) wrong("criterion", unknownSlot(rubric, question, criterion));
    const mark = { points: slot && pointsOf(row, slot, problems), comment };
    if (mark.points === undefined && comment === "") continue;
    const place = `${submission}\n${key}`;
    const before = lines.get(place);
    if (before !== undefined)
      wrong("criterion", `${quote(criterion)} of ${quote(submission)} is marked on line ${before} already`);
    lines.set(place, row.line);
    const own = marks.get(submission) ?? new Map<string, Mark>();
    marks.set(submission, own.set(key, mark));
  }
  if (problems.length > 0) throw new InputError(file, problems);
  return marks;
}

function unknownSlot(rubric: Rubric, question: string, criterion: string): string {
  const asked = rubric.questions.find(({ id }) => id === question);
  const list = (ids: readonly { id: string }[]) => ids.map(({ id }) => id).join(", ");
  return asked
    ? `${quote(question)} has no criterion ${quote(criterion)}; it has ${list(asked.criteria)}`
    : `lab ${rubric.lab} has no question ${quote(question)}; it has ${list(rubric.questions)}`;
}

function pointsOf(
  { line, cells }: Row<Column>,
  { criterion }: Slot,
  problems: Problem[],
): number | undefined {
  const text = cells.points ?? "";
  if (text === "") return undefined;
  const wrong = (message: string) => void problems.push({ line, field: "points", message });
  if (!/^-?\d+(\.\d{1,2})?$/.test(text))
    return wrong(`${quote(text)} is no number of points; write it as 1.5, with two decimals at most`);
  const points = Number(text);
  if (points < 0) return wrong(`${text} is less than 0`);
  if (hundredths(points) > hundredths(criterion.points))
    return wrong(`${text} is more than the ${criterion.points} of criterion ${quote(criterion.id)}`);
  return points;
}
