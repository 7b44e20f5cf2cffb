/**
 * Answers to reflection questions. The question's cell has the tag `reflection` and ends in a marker; students write
 * below the marker, in place of it, or into new cells below the question.
 */
import type { NotebookCell } from "./cells.ts";

/** The last line of a question, as labs write it. */
const MARKER = /^[_*]Your answer:?[_*]:?[ \t]*/im;
/** The id of a question. */
const NAMED = /^reflection-\d{1,2}$/;
const MOST = 20;
const HEADING = /^\s*#{1,6}\s/;
/** Of one answer. An essay has a tenth of it. */
const LONGEST = 20_000;
/** No reason to refuse prose, but nothing to keep either. */
const HIDDEN = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

const isQuestion = ({ tags, id }: NotebookCell) => tags.includes("reflection") || NAMED.test(id ?? "");

/** By the question's id; a question that lost its id counts in order: reflection-1, reflection-2. Empty answers are left out. */
export function answersOf(cells: readonly NotebookCell[]): Map<string, string> {
  const answers = new Map<string, string>();
  let count = 0;
  for (const [index, cell] of cells.entries()) {
    if (!isQuestion(cell) || answers.size === MOST) continue;
    count++;
    const id = cell.id !== undefined && NAMED.test(cell.id) ? cell.id : `reflection-${count}`;
    const text = [inQuestion(cell.source), ...below(cells, index)].join("\n\n").replace(HIDDEN, "").trim();
    if (text !== "") answers.set(id, text.slice(0, LONGEST));
  }
  return answers;
}

/** Without the marker the question cannot be told from the answer: a person reads both. */
function inQuestion(source: string): string {
  const marker = MARKER.exec(source);
  return marker ? source.slice(marker.index + marker[0].length).trim() : source.trim();
}

/** Cells that the student added: up to the next question, heading or component. */
function below(cells: readonly NotebookCell[], question: number): string[] {
  const rest = cells.slice(question + 1);
  const end = rest.findIndex(
    (cell) =>
      isQuestion(cell) ||
      cell.tags.includes("component") ||
      (cell.kind === "text" && HEADING.test(cell.source)),
  );
  return rest.slice(0, end === -1 ? rest.length : end).map(({ source }) => source.trim());
}
