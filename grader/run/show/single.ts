/** What became of one submission, for the terminal. */
import { stripVTControlCharacters } from "node:util";
import type { Lab } from "../../../src/course/index.ts";
import { OUTCOMES, outcomeOf } from "../../report/disclosure.ts";
import { formatPoints, total } from "../../report/points.ts";
import { printable } from "../../report/printable.ts";
import type { Graded, TestResult } from "../../report/result.ts";
import { oneLine, type Paint } from "./style.ts";

/** Lines of a sequence that are shown. */
const LINES = 12;

// biome-ignore lint/suspicious/noExplicitAny: any lab's declaration will do.
export function describeGraded(id: string, graded: Graded, lab: Lab<any>, paint: Paint): string {
  const score = `${formatPoints(graded.score)} of ${formatPoints(graded.max)} points`;
  const head = `${paint("bold", oneLine(id))}  ${lab.id}  ${paint("bold", score)}`;
  const refused = graded.refused === undefined ? [] : ["", paint("red", "Refused:"), indent(graded.refused)];
  const notes = graded.notes.map((note) => `${paint("yellow", "Note:")} ${oneLine(note, 1000)}`);
  const parts = lab.parts.flatMap((part) => {
    const tests = graded.tests.filter((test) => test.part === part.id);
    if (tests.length === 0) return [];
    const earned = total(tests.map(({ points }) => points));
    const title = `${part.title}  ${formatPoints(earned)}/${formatPoints(part.points)}`;
    return ["", paint("bold", title), ...tests.flatMap((test) => describeTest(test, lab, paint))];
  });
  return [head, ...notes, ...refused, ...parts, ""].join("\n");
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function describeTest(test: TestResult, lab: Lab<any>, paint: Paint): string[] {
  const outcome = outcomeOf(test);
  const { mark, short } = OUTCOMES[outcome];
  const colour = outcome === "passed" ? "green" : outcome === "partly" ? "yellow" : "red";
  const worth =
    test.visibility === "public" ? "public" : `${formatPoints(test.points)}/${formatPoints(test.max)}`;
  const line = `  ${paint(colour, mark)} ${oneLine(test.name)}  ${paint("dim", worth)}`;
  if (outcome === "passed") return [line];
  const clause = lab.clauses.find(({ id }: { id: string }) => id === test.clause);
  return [
    `${line}  ${paint(colour, short)}`,
    ...(test.reason === "" ? [] : [`      ${oneLine(test.reason, 600)}`]),
    ...(clause ? [paint("dim", `      ${clause.id}. ${clause.text}`)] : []),
    ...(test.detail ? details(test.detail) : []),
  ];
}

function details({ input, expected, actual }: NonNullable<TestResult["detail"]>): string[] {
  return [
    ...[`      with`, ...few(input.split("\n"))],
    ...[`      expected`, ...few(expected)],
    ...[`      got`, ...few(actual)],
  ];
}

function few(lines: readonly string[]): string[] {
  const shown = lines.slice(0, LINES).map((line) => `        ${oneLine(line)}`);
  return lines.length > LINES ? [...shown, `        … ${lines.length - LINES} more lines`] : shown;
}

const indent = (text: string) =>
  printable(stripVTControlCharacters(text))
    .split("\n")
    .slice(0, 40)
    .map((line) => `  ${line.slice(0, 400)}`)
    .join("\n");
