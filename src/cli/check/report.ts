/** What `ringlab check` prints. The tables are those of the notebook. */
import type { AnyLab } from "../../course/build/lab-folder.ts";
import type { Check } from "../../course/index.ts";
import { placeOf } from "../../course/submission/place.ts";
import { text, type Verdict } from "../../course/table.ts";
import type { Outcome } from "./protocol.ts";
import type { Handed } from "./source.ts";

// biome-ignore lint/suspicious/noExplicitAny: as in the lab's own folder.
type AnyCheck = Check<any>;

/** Lines of the joined module, as the student finds them. */
export function relocate(said: string, { source }: Pick<Handed, "source">): string {
  return said.replace(/\bsubmission:([^,\n]+), line (\d+)/g, (_, file: string, line: string) =>
    placeOf(source, file, Number(line)),
  );
}

export function verdictOf(lab: AnyLab, check: AnyCheck, outcome: Outcome, handed: Handed): Verdict {
  const { passed, observation, breach } = outcome;
  const clause = lab.clauses.find(({ id }) => id === check.clause)!;
  return {
    ...{ name: check.name, clause, passed },
    ...(observation && { observation }),
    ...(breach !== undefined && { breach: relocate(breach, handed) }),
  };
}

export interface Part {
  id: string;
  title: string;
  points: number;
  verdicts: readonly Verdict[];
}

export const table = ({ title, verdicts }: Part): string => text({ title, verdicts });

const passing = ({ verdicts }: Part) => verdicts.filter(({ passed }) => passed).length;
export const isDone = (part: Part) => passing(part) === part.verdicts.length;

/** A line a part, and what they come to. */
export function summary(parts: readonly Part[], seed: number | undefined): string {
  const width = Math.max(...parts.map(({ title }) => title.length));
  const rows = parts.map((part) => {
    const count = `${passing(part)} of ${part.verdicts.length}`.padStart(8);
    return `  ${isDone(part) ? "✓" : "✗"} ${part.title.padEnd(width)}  ${count} checks   ${points(part.points)}`;
  });
  const sum = (some: readonly Part[]) => some.reduce((total, { points }) => total + points, 0);
  const more =
    seed === undefined ? "Try some with --seed 1." : `Try others with --seed ${(seed + 1) % 2 ** 32}.`;
  const last = `The points are given by tests that you do not see: the same rules, other cases. ${more}`;
  return [
    ...rows,
    `All checks pass in parts worth ${sum(parts.filter(isDone))} of ${points(sum(parts))}.`,
    last,
  ].join("\n");
}

const points = (count: number) => `${count} ${count === 1 ? "point" : "points"}`;
