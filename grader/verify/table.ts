/** What `ringlab labs verify` prints. */
import { formatPoints } from "../report/points.ts";
import { count } from "./verdict.ts";
import type { Verification, Verified } from "./verify.ts";

const NAME = 40;
const SCORE = 6;

export const headline = (id: string, seeds: readonly number[]): string =>
  `${id}, seed${seeds.length === 1 ? "" : "s"} ${seeds.join(", ")}`;

/** One component: its scores, and what has caught it or what is wrong. */
export function row({ name, scores, problems, note }: Verified): string {
  const points = scores.map((score) => formatPoints(score).padStart(SCORE)).join("");
  const mark = problems.length === 0 ? "✓" : "✗";
  const head = `  ${mark} ${name.padEnd(NAME)}${points}`;
  return [`${head}  ${problems.length === 0 ? note : ""}`.trimEnd(), ...problems.map(indented)].join("\n");
}

const indented = (problem: string) =>
  problem
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");

/** After the rows of a lab. */
export function summary({ lab, max, hiddenTests, components, problems, idle }: Verification): string {
  const wrong = components.filter((one) => one.problems.length > 0).length + problems.length;
  const mutants = components.filter(({ name }) => name.startsWith("mutants/")).length;
  const what = `${formatPoints(max)} points, ${count(hiddenTests, "hidden test")}, ${count(mutants, "mutant")}`;
  return [
    ...problems.map((problem) => `  ✗ ${problem}`),
    ...(idle.length > 0 ? [`  No mutant fails ${idle.join("; ")}.`] : []),
    `  ${what}: ${wrong === 0 ? "all as it should be" : `${count(wrong, "problem")} in ${lab}`}`,
  ].join("\n");
}

export const isSound = ({ components, problems }: Verification): boolean =>
  problems.length === 0 && components.every((one) => one.problems.length === 0);
