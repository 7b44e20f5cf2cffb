/** Instructions that nobody has seen: drawn, with rare conditions. An instruction is data here, so that it can be handed on. */
import type { Outcome, Probe, State, StatePair } from "../../src/formal/index.ts";
import { instruction, locationPair, modePair, next, store, trap, word } from "./instructions.ts";

/** What an instruction may do in one circumstance. */
export const ACTIONS: readonly ((state: State) => Outcome)[] = [
  next,
  (state) => store(state, 1, 9),
  (state) => store(state, 1, state.R.l),
  (state) => store(state, 1, state.M === "u" ? 1 : 0),
  (state) => next({ ...state, P: state.P + 2 }),
  (state) => next({ ...state, M: "u" }),
  (state) => next({ ...state, M: "s" }),
  (state) => next({ ...state, R: { ...state.R, b: state.R.b - 1 } }),
  (state) => next({ ...state, R: { ...state.R, l: state.R.l - 1 } }),
  (state) => trap(state),
  (state) => trap(state, "memory-trap"),
];
const TRAPS = ACTIONS.length - 2;

/** A circumstance. Each leaves the others out of account, so that what is rare in one pair is common in another. */
export const CIRCUMSTANCES: readonly ((state: State) => boolean)[] = [
  ({ M }) => M === "u",
  ({ R }) => R.l === 4,
  (state) => word(state, 0) === 1,
  (state) => word(state, 0) === 1 && state.M === "u",
  (state) => word(state, 0) === 1 && state.M === "s",
  (state) => word(state, 0) === 2,
];
const IN_USER_MODE = 0;

/** Pairs to choose from: for each first word of the window one that differs in mode, and two that differ in location. */
export const PAIRS: readonly StatePair[] = [0, 1, 2].flatMap((first) => {
  const words = [first, 6, 7] as const;
  return [modePair(words), locationPair("s", words), locationPair("u", words)];
});

/** Numbers are places in the three lists above. The first rule that applies acts, otherwise another thing happens. */
export interface Drawn {
  mnemonic: string;
  rules: readonly { when: number; action: number }[];
  otherwise: number;
  /** All of them when absent. */
  pairs?: readonly number[];
}

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

/** In up to three circumstances it does something of their own, otherwise another thing. Some trap in user mode, as a rule. */
export function drawInstruction(mnemonic: string, draw: Draw): Drawn {
  const rules = Array.from({ length: draw(3) }, () => ({
    when: draw(CIRCUMSTANCES.length),
    action: draw(ACTIONS.length),
  }));
  if (draw(3) === 0) rules.push({ when: IN_USER_MODE, action: TRAPS });
  return { mnemonic, rules, otherwise: draw(ACTIONS.length) };
}

export function probeOf({ mnemonic, rules, otherwise, pairs }: Drawn): Probe {
  const execute = (state: State) => {
    const rule = rules.find(({ when }) => CIRCUMSTANCES[when]!(state));
    return ACTIONS[rule ? rule.action : otherwise]!(state);
  };
  const chosen = pairs ? pairs.map((place) => PAIRS[place]!) : PAIRS;
  return instruction(mnemonic, execute, [...chosen]);
}
