/**
 * results.json as Gradescope reads it ("Autograder Specifications", section Output Format). Times are not ours to know: the
 * caller may give one.
 */
import type { AnyLab } from "../../src/course/build/lab-folder.ts";
import { firstDifference } from "./difference.ts";
import { disclose, explanation } from "./disclosure.ts";
import { formatPoints, total } from "./points.ts";
import { printable } from "./printable.ts";
import type { Graded, TestResult } from "./result.ts";
import type { Release } from "./settings.ts";

type Visibility = "visible" | "hidden" | "after_due_date" | "after_published";

export interface GradescopeTest {
  score?: number;
  max_score?: number;
  status?: "passed" | "failed";
  name: string;
  number: string;
  output: string;
  output_format: "text";
  tags: string[];
  visibility: Visibility;
  extra_data: { status: TestResult["status"]; clause: string };
}

export interface GradescopeResults {
  score: number;
  execution_time?: number;
  output: string;
  output_format: "text";
  visibility: Visibility;
  /** What a submission printed is never shown. */
  stdout_visibility: "hidden";
  extra_data: { lab: string; key: string; max_score: number };
  tests: GradescopeTest[];
}

/** Lines of a sequence shown around its first difference. */
const LINES = 12;

/** @param executionTime in seconds, where the caller knows it */
export function gradescopeResults(
  graded: Graded,
  lab: AnyLab,
  { release, executionTime }: { release: Release; executionTime?: number },
): GradescopeResults {
  return {
    score: graded.score,
    ...(executionTime === undefined ? {} : { execution_time: executionTime }),
    output: printable(opening(graded)),
    output_format: "text",
    visibility: "visible",
    stdout_visibility: "hidden",
    extra_data: { lab: graded.lab, key: graded.key, max_score: graded.max },
    tests: graded.tests.map((test, index) => testOf(disclose(test, release), `${index + 1}`, lab)),
  };
}

function opening({ refused, notes, score, max }: Graded): string {
  const verdict =
    refused === undefined
      ? `${formatPoints(score)} of ${formatPoints(max)} points.`
      : `Nothing could be run: ${refused}`;
  return [verdict, ...notes.map((note) => `Note: ${note}`)].join("\n");
}

function testOf(test: TestResult, number: string, lab: AnyLab): GradescopeTest {
  const { part, name, status, visibility } = test;
  const title = lab.parts.find(({ id }) => id === part)?.title ?? part;
  // A public check without points would count as 0 of 0; Gradescope shows its status instead.
  const score = visibility === "hidden" ? { score: total([test.points]), max_score: total([test.max]) } : {};
  return {
    ...score,
    status: status === "passed" ? "passed" : "failed",
    name: printable(`${title}: ${name}`),
    number,
    output: printable(explain(test, lab)),
    output_format: "text",
    tags: [part, visibility],
    visibility: "visible",
    extra_data: { status, clause: test.clause },
  };
}

function explain(test: TestResult, lab: AnyLab): string {
  if (test.status === "passed") return "";
  const clause = lab.clauses.find(({ id }) => id === test.clause);
  return [
    explanation(test),
    ...(clause ? [`Clause ${clause.id}: ${clause.text}`] : []),
    ...comparison(test),
  ].join("\n");
}

function comparison({ detail }: TestResult): string[] {
  if (!detail) return [];
  const astray = firstDifference(detail.expected, detail.actual) ?? 0;
  const from = Math.max(0, astray - 2);
  const excerpt = (label: string, lines: readonly string[]) => [
    from > 0 ? `${label}, from line ${from + 1}:` : `${label}:`,
    ...lines.slice(from, from + LINES).map((line) => `  ${line}`),
    ...(lines.length > from + LINES ? [`  … ${lines.length - from - LINES} more lines`] : []),
  ];
  return [
    `Input: ${detail.input}`,
    ...excerpt("Expected", detail.expected),
    ...excerpt("Actual", detail.actual),
  ];
}
