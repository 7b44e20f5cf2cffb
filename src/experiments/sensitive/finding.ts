/** What is found out about an instruction from its trials. */
import type { Difference, Outcome, Probe, Trial } from "./trial.ts";

/**
 * What an instruction lets a guest know, or fails to do, without a trap. The first four are the classes of the lecture; the last is
 * time and devices, which are nobody's privilege and show a monitor all the same.
 *
 *     tables      where interrupt and segment tables are        protection  which ring the program is in, by what selectors say
 *     status      IF and the machine status word                            and which of them are let through
 *     silence     IF or IOPL stay as they were, without a word  resources   the time, a device
 */
export const LEAKS = ["tables", "status", "protection", "silence", "resources"] as const;
export type Leak = (typeof LEAKS)[number];

export interface Finding {
  /**
   * "differs": in some trial it completes below the monitor, and not as it would without. Otherwise "traps": in some trial it
   * traps below the monitor only. Otherwise "same".
   */
  readonly outcome: "differs" | "traps" | "same";
  /** In the order of LEAKS. */
  readonly leaks: readonly Leak[];
}

const REGISTERS: Readonly<Record<Exclude<Difference, "ring">, Leak>> = {
  GDTR: "tables",
  IDTR: "tables",
  LDTR: "tables",
  TR: "tables",
  CR0: "status",
  EFLAGS: "status",
  TSC: "resources",
  port: "resources",
};

/** What the two halves of the virtual machine's state have to do with; segment registers are the rest. */
const KEPT: Readonly<Record<string, Leak>> = { IF: "silence", IOPL: "silence", port: "resources" };

/** Names whose values are not the same in both, or that only one has. */
export function differing(one: Readonly<Record<string, unknown>>, other: typeof one): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => one[name] !== other[name]);
}

/** What a trial gives away: nothing when the monitor heard of it, or when there is nothing to hear. */
export function leaksOf({ differ, first, second }: Trial): Leak[] {
  if (second.kind === "traps") return [];
  if (first.kind === "traps") return [differ === "ring" ? "protection" : REGISTERS[differ]];
  const seen = differing(first.seen, second.seen);
  const kept = differing(first.kept, second.kept);
  if (differ !== "ring") return seen.length + kept.length > 0 ? [REGISTERS[differ]] : [];
  return [...seen.map(() => "protection" as const), ...kept.map((name) => KEPT[name] ?? "protection")];
}

const completes = ({ kind }: Outcome) => kind === "completes";

export function classify({ trials }: Probe): Finding {
  const found = new Set(trials.flatMap(leaksOf));
  if (found.size > 0) return { outcome: "differs", leaks: LEAKS.filter((leak) => found.has(leak)) };
  const trapsBelow = trials.some(({ first, second }) => completes(first) && !completes(second));
  return { outcome: trapsBelow ? "traps" : "same", leaks: [] };
}
