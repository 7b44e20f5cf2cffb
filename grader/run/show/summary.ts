/** What became of a class, as a table for the terminal. */
import { OUTCOMES } from "../../report/disclosure.ts";
import { formatPoints, total } from "../../report/points.ts";
import type { Graded, Status } from "../../report/result.ts";
import type { Outcome } from "../pool/perform.ts";
import { oneLine, type Paint } from "./style.ts";

export interface Summary {
  submissions: number;
  /** In this run, and before it. */
  graded: number;
  unchanged: number;
  refused: number;
  /** Submissions with at least one test of that outcome. */
  with: Readonly<Record<"timeout" | "memory" | "crashed" | "divergence", number>>;
  notGraded: readonly { id: string; reason: string }[];
  /** Of all that have a result; undefined when none has. */
  mean: number | undefined;
  max: number;
}

const STOPPED = ["timeout", "memory", "crashed", "divergence"] as const;

export function summarize(outcomes: readonly Outcome[], max: number): Summary {
  const have = outcomes.filter((outcome) => outcome.kind !== "not graded");
  const scores = have.map(({ graded }) => graded.score);
  const count = (status: Status) => have.filter(({ graded }) => stopped(graded, status)).length;
  return {
    submissions: outcomes.length,
    graded: have.filter(({ kind }) => kind === "graded").length,
    unchanged: have.filter(({ kind }) => kind === "same").length,
    refused: have.filter(({ graded }) => graded.refused !== undefined).length,
    with: Object.fromEntries(STOPPED.map((status) => [status, count(status)])) as Summary["with"],
    notGraded: outcomes.flatMap((outcome) =>
      outcome.kind === "not graded" ? [{ id: outcome.candidate.id, reason: outcome.reason }] : [],
    ),
    mean:
      scores.length === 0
        ? undefined
        : total([scores.reduce((sum, score) => sum + score, 0) / scores.length]),
    max,
  };
}

const stopped = (graded: Graded, status: Status) => graded.tests.some((test) => test.status === status);

/** Submissions that are named when they were not graded. */
const NAMED = 20;

export function describeSummary(summary: Summary, paint: Paint): string {
  const { notGraded, mean, max } = summary;
  const rows: [string, number][] = [
    ["submissions", summary.submissions],
    ["graded now", summary.graded],
    ["unchanged", summary.unchanged],
    ["refused", summary.refused],
    ...STOPPED.map((status): [string, number] => [OUTCOMES[status].short, summary.with[status]]),
    ["not graded", notGraded.length],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows
    .filter(([, count], index) => count > 0 || index < 2)
    .map(([name, count]) => {
      const line = `  ${name.padEnd(width)}  ${`${count}`.padStart(5)}`;
      return name === "not graded" ? paint("red", line) : line;
    });
  if (mean !== undefined)
    lines.push(`  ${"mean".padEnd(width)}  ${formatPoints(mean).padStart(5)} of ${formatPoints(max)}`);
  if (notGraded.length > 0)
    lines.push(
      "",
      paint("red", "Not graded, through no fault of theirs; run the same command again to try them again:"),
      ...notGraded.slice(0, NAMED).map(({ id, reason }) => `  ${oneLine(id, 60)}: ${oneLine(reason, 300)}`),
      ...(notGraded.length > NAMED ? [`  … and ${notGraded.length - NAMED} more`] : []),
    );
  return lines.join("\n");
}
