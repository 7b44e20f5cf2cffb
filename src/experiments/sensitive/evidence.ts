/** One trial in words: what betrays the monitor. */
import { differing, type Leak, leaksOf } from "./finding.ts";
import type { Outcome, Probe, Trial } from "./trial.ts";

/** The class under which an instruction is best known: a register that it shows, a ring, a flag, and last what fails in silence. */
const BEST_KNOWN: readonly Leak[] = ["tables", "protection", "status", "silence", "resources"];

/** Of several leaks the one to list an instruction under; "" for none. */
export function mainLeak(leaks: readonly Leak[]): Leak | "" {
  return BEST_KNOWN.find((leak) => leaks.includes(leak)) ?? "";
}

/** The first trial that gives something away: "mov ecx, cs (operands 1h, interrupts on): ecx is 8h in ring 0 and 9h in ring 1". */
export function evidence({ trials }: Probe): string {
  const telling = trials.find((trial) => leaksOf(trial).length > 0);
  return telling ? `${telling.text} (${telling.given}): ${sentence(telling)}` : "";
}

function sentence({ first, second, differ, ring }: Trial): string {
  const [here, there] =
    differ === "ring"
      ? ["in ring 0", `in ring ${ring}`]
      : [`with the guest's ${differ}`, "with the monitor's"];
  if (first.kind === "traps" || second.kind === "traps")
    return `${happens(first)} ${here} and ${happens(second)} ${there}`;
  const [seen] = differing(first.seen, second.seen);
  if (seen !== undefined)
    return `${seen} is ${number(first.seen[seen])} ${here} and ${number(second.seen[seen])} ${there}`;
  const [kept] = differing(first.kept, second.kept) as [string];
  return `${kept} becomes ${first.kept[kept] ?? "nothing new"} ${here} and ${second.kept[kept] ?? "nothing new"} ${there}`;
}

const happens = (outcome: Outcome) =>
  outcome.kind === "traps" ? `traps (vector ${outcome.vector})` : "completes";
const number = (value: number | undefined) => (value === undefined ? "unchanged" : `${value.toString(16)}h`);
