/** What must become of a reference, a starter and a mutant, and what to tell the lab's author when it does not. */
import { formatPoints, total } from "../report/points.ts";
import type { TestResult } from "../report/result.ts";
import { type Header, readHeader } from "./header.ts";

export interface Judged {
  /** None when all is as it should be; each a sentence or a few lines. */
  problems: readonly string[];
  /** What there is to say otherwise: which test has caught it. */
  note: string;
}

/** The results of one component, with each seed. */
export interface Run {
  seed: number;
  results: readonly TestResult[];
}

export const title = ({ part, name }: Pick<TestResult, "part" | "name">): string => `${part}: ${name}`;
const failed = ({ status }: TestResult) => status !== "passed";
const isHidden = ({ visibility }: TestResult) => visibility === "hidden";

export const failedHidden = ({ results }: Run): TestResult[] =>
  results.filter((result) => isHidden(result) && failed(result));
export const scoreOf = ({ results }: Run): number => total(results.map(({ points }) => points));

/** All tests pass, public ones as well. */
export function judgeReference(runs: readonly Run[]): Judged {
  const problems = runs.flatMap(({ seed, results }) => {
    const lost = results.filter(failed);
    return lost.length === 0
      ? []
      : [`with seed ${seed} it fails ${count(lost.length, "test")}, the first is\n${explain(lost[0]!)}`];
  });
  return { problems, note: "passes every test" };
}

/** @param minimum what grader/hidden declares */
export function judgeStarter(runs: readonly Run[], minimum: number): Judged {
  const problems = runs
    .filter((run) => scoreOf(run) !== minimum)
    .map((run) => {
      const gained = run.results.filter((result) => isHidden(result) && result.points > 0).map(title);
      const by = gained.length > 0 ? ` by ${gained.join("; ")}` : "";
      return `with seed ${run.seed} it gets ${formatPoints(scoreOf(run))} points where ${formatPoints(minimum)} are declared${by}`;
    });
  return { problems, note: minimum === 0 ? "gets nothing" : `gets the declared ${formatPoints(minimum)}` };
}

/** It loses points on the hidden test that its header names, with every seed, and fails the public check there. */
export function judgeMutant(text: string, runs: readonly Run[]): Judged {
  let header: Header;
  try {
    header = readHeader(text);
  } catch (error) {
    return { problems: [(error as Error).message], note: "" };
  }
  const { caughtBy, caughtByHidden, clause } = header;
  const problems = [
    ...missed(runs, caughtByHidden, "hidden"),
    ...missed(runs.slice(0, 1), caughtBy, "public"),
    ...otherClause(runs[0]!, caughtBy, clause),
  ];
  return { problems, note: caughtByHidden };
}

function missed(runs: readonly Run[], name: string, visibility: TestResult["visibility"]): string[] {
  const what = visibility === "public" ? "public check" : "hidden test";
  const known = runs[0]!.results.filter((result) => result.visibility === visibility);
  if (!known.some((result) => title(result) === name)) {
    const failing = [...new Set(known.filter(failed).map(title))];
    const instead = failing.length > 0 ? `; it fails ${failing.join("; ")}` : "";
    return [`there is no ${what} "${name}"${instead}`];
  }
  const passing = runs.filter(({ results }) =>
    results.some((result) => result.visibility === visibility && title(result) === name && !failed(result)),
  );
  if (passing.length === 0) return [];
  const seeds = visibility === "public" ? "" : ` with seed ${passing.map(({ seed }) => seed).join(", ")}`;
  const others = passing[0]!.results.filter((result) => failed(result) && result.visibility === visibility);
  return [
    `it passes the ${what} "${name}"${seeds}${others.length > 0 ? ` and fails ${others.map(title).join("; ")}` : ""}`,
  ];
}

function otherClause({ results }: Run, caughtBy: string, clause: string): string[] {
  const found = results.find((result) => !isHidden(result) && title(result) === caughtBy);
  if (!found || found.clause === clause) return [];
  return [`its header says that it breaks ${clause}, but the check that catches it is about ${found.clause}`];
}

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

const SHOWN = 12;

/** A failed test as its author wants to see it. */
function explain(result: TestResult): string {
  const { reason, detail, status, id } = result;
  const shown = detail
    ? [`input ${detail.input}`, "expected", ...detail.expected, "actual", ...detail.actual]
    : [];
  const lines = [`${title(result)} (${id}, ${status})`, ...(reason ? [reason] : []), ...shown].flatMap(
    (line) => line.split("\n"),
  );
  const cut = lines.length > SHOWN ? [...lines.slice(0, SHOWN), "…"] : lines;
  return cut.map((line) => `    ${line}`).join("\n");
}
