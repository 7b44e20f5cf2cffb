/** Trials and findings as text that a student can redo by hand. */
import type { Finding, Outcome, Probe } from "../../src/experiments/index.ts";
import type { Classified } from "./component.ts";

function news(values: Readonly<Record<string, number | string>>): string {
  const entries = Object.entries(values).map(
    ([name, value]) => `${name} ${typeof value === "number" ? value.toString(16) : value}`,
  );
  return entries.join(", ") || "nothing new";
}

/** "completes   seen: eip 100, ecx 8   kept: nothing new". Numbers are hexadecimal. */
export function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === "traps") return `traps (vector ${outcome.vector})`;
  return `completes   seen: ${news(outcome.seen)}   kept: ${news(outcome.kept)}`;
}

/** The trials one below the other, each with its two runs. */
export function describeProbe({ mnemonic, trials }: Probe): string {
  const rows = trials.flatMap(({ differ, first, second, given }) => [
    `differ in ${differ}${given && ` (${given})`}`,
    `  first   ${describeOutcome(first)}`,
    `  second  ${describeOutcome(second)}`,
  ]);
  return [mnemonic, ...rows].join("\n");
}

/** The order of leaks says nothing. */
export const canonical = ({ outcome, leaks }: Finding): Finding => ({ outcome, leaks: leaks.toSorted() });

/** One line an instruction, with what was found about it. */
export function describeClassified(instructions: readonly Classified[]): string {
  return instructions
    .map(({ mnemonic, entry, outcome, leaks }) =>
      [mnemonic.padEnd(7), `(${entry})`.padEnd(13), outcome, leaks.join(", ")].join(" ").trimEnd(),
    )
    .join("\n");
}
