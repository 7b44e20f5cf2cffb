/** Instructions that nobody has seen: drawn, with rare conditions. An instruction is data here, so that it can be handed on. */
import type { Outcome, Probe, State } from "../../src/formal/index.ts";
import { instruction, locationPair, modePair, next, store, trap, word } from "./instructions.ts";

/** What an instruction may do in one circumstance. */
const ACTIONS: readonly ((state: State) => Outcome)[] = [
  next,
  (state) => store(state, 1, 9),
  (state) => store(state, 1, state.R.l),
  (state) => store(state, 1, state.M === "u" ? 1 : 0),
  (state) => next({ ...state, P: state.P + 2 }),
  (state) => next({ ...state, M: "u" }),
  (state) => next({ ...state, R: { ...state.R, b: state.R.b - 1 } }),
  (state) => trap(state),
  (state) => trap(state, "memory-trap"),
];

/** A circumstance. Each leaves the others out of account, so that what is rare in one pair is common in another. */
const CIRCUMSTANCES: readonly ((state: State) => boolean)[] = [
  ({ M }) => M === "u",
  ({ R }) => R.l === 4,
  (state) => word(state, 0) === 1,
  (state) => word(state, 0) === 1 && state.M === "u",
];

const PAIRS = [0, 1].flatMap((first) => {
  const words = [first, 6, 7] as const;
  return [modePair(words), locationPair("s", words), locationPair("u", words)];
});

/** Numbers are places in the two lists above. The first rule that applies acts, otherwise the third thing happens. */
export interface Drawn {
  mnemonic: string;
  rules: readonly { when: number; action: number }[];
  otherwise: number;
}

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

/** In up to two circumstances it does something of their own, otherwise a third thing. */
export function drawInstruction(mnemonic: string, draw: Draw): Drawn {
  const otherwise = draw(ACTIONS.length);
  const rules = Array.from({ length: draw(3) }, () => ({
    when: draw(CIRCUMSTANCES.length),
    action: draw(ACTIONS.length),
  }));
  return { mnemonic, rules, otherwise };
}

export function probeOf({ mnemonic, rules, otherwise }: Drawn): Probe {
  const execute = (state: State) => {
    const rule = rules.find(({ when }) => CIRCUMSTANCES[when]!(state));
    return ACTIONS[rule ? rule.action : otherwise]!(state);
  };
  return instruction(mnemonic, execute, PAIRS);
}
