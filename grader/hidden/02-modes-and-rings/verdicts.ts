/** Clauses C13 and C14 once more, naive; and the same with one of them misread. */
import type { Classified, Verdict } from "../../../labs/02-modes-and-rings/component.ts";
import type { Leak } from "../../../src/experiments/index.ts";

export const SLIPS = [
  "what traps stands against it as well",
  "mnemonics in place of entries",
  "entries are named twice",
  "entries in place of mnemonics",
  "one leak an instruction",
  "entries are sorted",
  "mnemonics are sorted",
] as const;
export type Slip = (typeof SLIPS)[number];

export function verdict(instructions: readonly Classified[], slip?: Slip): Verdict {
  const entries: string[] = [];
  const named = (wanted: Leak): string[] => {
    const names: string[] = [];
    for (const { outcome, leaks, mnemonic, entry } of instructions) {
      if (outcome !== "differs") continue;
      const shown = slip === "one leak an instruction" ? leaks[0] === wanted : leaks.includes(wanted);
      if (shown) names.push(slip === "entries in place of mnemonics" ? entry : mnemonic);
    }
    return slip === "mnemonics are sorted" ? names.sort() : names;
  };
  for (const { outcome, mnemonic, entry } of instructions) {
    if (outcome === "same") continue;
    if (outcome === "traps" && slip !== "what traps stands against it as well") continue;
    const name = slip === "mnemonics in place of entries" ? mnemonic : entry;
    if (!entries.includes(name) || slip === "entries are named twice") entries.push(name);
  }
  if (slip === "entries are sorted") entries.sort();
  return {
    virtualizable: entries.length === 0,
    entries,
    leaks: {
      tables: named("tables"),
      status: named("status"),
      protection: named("protection"),
      silence: named("silence"),
      resources: named("resources"),
    },
  };
}
