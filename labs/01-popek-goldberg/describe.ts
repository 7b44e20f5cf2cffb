/** Probes and classes as text that a student can redo by hand. */
import { type Classified, type Outcome, type Probe, type State, window } from "../../src/formal/index.ts";

const ENDS = { trap: "trap", "memory-trap": "memory trap" };

/** "u  P=0  R=(2,3)  [5 6 7]": everything a program in this state can reach. */
export function describeState(state: State): string {
  const { M, P, R } = state;
  return `${M}  P=${P}  R=(${R.l},${R.b})  [${window(state).join(" ")}]`;
}

export function describeOutcome({ kind, state }: Outcome): string {
  return kind === "next" ? describeState(state) : ENDS[kind];
}

/** The pairs one below the other, each state with what the instruction makes of it. */
export function describeProbe({ mnemonic, pairs, execute }: Probe): string {
  const states = pairs.flatMap(({ differ, first, second }) => [
    [`differ in ${differ}`, first] as const,
    ["", second] as const,
  ]);
  const column = Math.max(...states.map(([, state]) => describeState(state).length));
  const rows = states.map(
    ([label, state]) =>
      `${label.padEnd(19)} ${describeState(state).padEnd(column)}  →  ${describeOutcome(execute(state))}`,
  );
  return [mnemonic, ...rows].join("\n");
}

/** One line an instruction, with what was found about it. */
export function describeClasses(instructions: readonly Classified[]): string {
  return instructions.map((one) => `${one.mnemonic.padEnd(6)} ${classes(one)}`).join("\n");
}

function classes({ privileged, control, location, mode }: Classified): string {
  const inModes = (name: string, { s, u }: { s: boolean; u: boolean }) =>
    s || u ? [`${name}-sensitive (${[s && "s", u && "u"].filter(Boolean).join(", ")})`] : [];
  const found = [
    ...inModes("control", control),
    ...inModes("location", location),
    ...(mode ? ["mode-sensitive"] : []),
  ];
  return `${privileged ? "privileged" : "not privileged"}, ${found.join(", ") || "innocuous"}`;
}
