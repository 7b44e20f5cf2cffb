/** States, words and witnesses in a form that people read. */
import type { Witness } from "./classify.ts";
import type { Isa } from "./isa.ts";
import type { Outcome, Psw, Relocation, State } from "./state.ts";
import { Words } from "./word.ts";

function formatRelocation({ l, b }: Relocation): string {
  return `(${l}, ${b})`;
}

/** "M=s P=3 R=(0, 40)" */
export function formatPsw({ M, P, R }: Psw): string {
  return `M=${M} P=${P} R=${formatRelocation(R)}`;
}

/** "E=[7 0 12] M=s P=3 R=(0, 3)"; brackets stand around the window E|r: "E=7 [0 12]". */
export function format({ E, ...psw }: State): string {
  const { l, b } = psw.R;
  const words = E.map(
    (word, at) =>
      `${at === l && b > 0 ? "[" : ""}${word}${b > 0 && at === Math.min(l + b, E.length) - 1 ? "]" : ""}`,
  );
  return `E=${words.join(" ")} ${formatPsw(psw)}`;
}

/** "MVC 3,4", or ".word 17" when no instruction has this opcode. */
export function disassemble(isa: Isa, radix: number, word: number): string {
  const words = new Words(radix, isa.instructions.length);
  const instruction = isa.byOpcode[words.opcode(word)];
  if (!instruction) return `.word ${word}`;
  const operands = [words.x(word), words.y(word)].slice(0, instruction.operands);
  return [instruction.mnemonic, operands.join(",")].join(" ").trim();
}

export function formatOutcome({ kind, state }: Outcome): string {
  return kind === "next" ? format(state) : kind;
}

/** A witness as a short text: the pair, what came of each state, and what that shows. */
export function formatWitness(
  isa: Isa,
  { mnemonic, class: name, shows, clause, pair, outcomes, radix }: Witness,
): string {
  const { E, R, P } = pair.first;
  const text = disassemble(isa, radix, E[R.l + P] as number);
  return [
    `${mnemonic} is ${shows ? "" : "not "}${name} (${clause}): ${text}, two states that differ in ${pair.differ}`,
    `  ${format(pair.first)}  ->  ${formatOutcome(outcomes[0])}`,
    `  ${format(pair.second)}  ->  ${formatOutcome(outcomes[1])}`,
  ].join("\n");
}
