/** The reflection questions as lab.md asks them, and what a student wrote below them. */
import { blocks } from "../../../src/course/build/markdown.ts";

/** Markdown of the cells tagged `reflection`, by their ids. */
export function reflectionQuestions(labMarkdown: string): Map<string, string> {
  return new Map(
    blocks(labMarkdown).flatMap((block) =>
      block.kind === "cell" && block.tags.includes("reflection") ? [[block.name, block.code] as const] : [],
    ),
  );
}

/** The line under which an answer is to be written. */
const PROMPT = /^_Your answer:_\s*/;

/** The question without the line that asks for the answer. */
export function questionText(question: string): string {
  return question
    .split("\n")
    .filter((line) => !PROMPT.test(line))
    .join("\n")
    .trim();
}

/** What the cell holds beyond the question that it was given with; empty when nobody wrote into it. */
export function answerText(cell: string, question: string): string {
  const given = question.split("\n").filter((line) => line.trim() !== "");
  const own = cell.split(/\r?\n/).map((line) => {
    const known = given.indexOf(line);
    if (known === -1) return line.replace(PROMPT, "");
    given.splice(known, 1);
    return "";
  });
  return own
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
