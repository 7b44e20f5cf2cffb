/**
 * Tiny instructions on a machine of eight words, each made for one clause of the contract. Every one comes with so few
 * pairs of states that they can be worked by hand. Public: students see them, and their failures, in the notebook.
 *
 *      E    0      1      2   3   4   5   6   7        R = (2, 3): the window is E[2..4]
 *         old    new   ├── l = 2 ──┤                   R = (4, 3): the window is E[4..6]
 *         PSW    PSW           ├── l = 4 ──┤
 */
import type { Mode, Outcome, Probe, State, StatePair } from "../../src/formal/index.ts";

/** What an instruction does to one state. */
type Step = (state: State) => Outcome;

/** A window of three words at 2 or 4, its contents the same in both places. */
function state(M: Mode, l: 2 | 4, words: readonly [number, number, number], b = 3): State {
  const E = [0, 0, 0, 0, 0, 0, 0, 0];
  E.splice(l, 3, ...words);
  return { E, M, P: 0, R: { l, b } };
}

/** The usual pairs: one that differs in mode, and for each mode one that differs in location. */
function usualPairs(words: readonly [number, number, number] = [5, 6, 7]): StatePair[] {
  return [modePair(words), locationPair("s", words), locationPair("u", words)];
}

export const modePair = (words: readonly [number, number, number], b = 3): StatePair => ({
  differ: "mode",
  first: state("s", 2, words, b),
  second: state("u", 2, words, b),
});

export const locationPair = (M: Mode, words: readonly [number, number, number], b = 3): StatePair => ({
  differ: "location",
  first: state(M, 2, words, b),
  second: state(M, 4, words, b),
});

export const next = (state: State): Outcome => ({ kind: "next", state: { ...state, P: state.P + 1 } });

/** The trap sequence: the old PSW is kept at E[0], the new one of the supervisor is loaded. */
export function trap({ E, M, P, R }: State, kind: "trap" | "memory-trap" = "trap"): Outcome {
  const old = P + 10 * R.l + 100 * R.b + (M === "u" ? 1000 : 0);
  return { kind, state: { E: E.with(0, old), M: "s", P: 6, R: { l: 0, b: 8 } } };
}

/** Writes `value` to relative address `a`; memory-traps outside the bounds. */
export function store(before: State, a: number, value: number): Outcome {
  const { E, R } = before;
  if (a >= R.b) return trap(before, "memory-trap");
  return next({ ...before, E: E.with(R.l + a, value) });
}

const onlySupervisor =
  (step: Step): Step =>
  (before) =>
    before.M === "u" ? trap(before) : step(before);

export const word = ({ E, R }: State, a: number): number => E[R.l + a] ?? 0;

export function instruction(mnemonic: string, execute: Step, pairs: StatePair[] = usualPairs()): Probe {
  return { mnemonic, pairs, execute };
}

export const INC = instruction("INC", (before) => store(before, 1, word(before, 1) + 1));

export const SVC = instruction("SVC", (before) => trap(before));

export const SETR = instruction(
  "SETR",
  onlySupervisor((before) => next({ ...before, R: { l: word(before, 0), b: before.R.b } })),
  usualPairs([4, 0, 0]),
);

/** As JRST 1 of the PDP-10: returns to user mode, and in user mode it is an ordinary jump. */
export const RETU = instruction("RETU", (before) => next({ ...before, M: "u" }));

/** Shrinks the bound, in whatever mode. */
export const SHRINK = instruction("SHRINK", (before) =>
  next({ ...before, R: { ...before.R, b: before.R.b - 1 } }),
);

/** Widens its own window, in user mode only. The one pair shows it in its second state. */
export const WIDEN = instruction(
  "WIDEN",
  (before) => next(before.M === "u" ? { ...before, R: { ...before.R, b: before.R.b + 1 } } : before),
  [modePair([5, 6, 7])],
);

/** Halts only when word 0 asks for it; then it is a matter for the supervisor. */
export const HALTIF = instruction(
  "HALTIF",
  (before) => (word(before, 0) === 1 && before.M === "u" ? trap(before) : next(before)),
  [modePair([1, 0, 0]), modePair([0, 0, 0])],
);

/** Loads l with word 0, but only where word 1 says so. */
export const SETIF = instruction(
  "SETIF",
  onlySupervisor((before) =>
    word(before, 1) === 1 ? next({ ...before, R: { ...before.R, l: word(before, 0) } }) : next(before),
  ),
  [modePair([4, 0, 0]), modePair([4, 1, 0])],
);

/** Tells every program where it lies. */
export const GETL = instruction("GETL", (before) => store(before, 1, before.R.l));

/** Tells it only where word 0 asks for it. */
export const GETLIF = instruction(
  "GETLIF",
  (before) => (word(before, 0) === 1 ? store(before, 1, before.R.l) : next(before)),
  [locationPair("u", [1, 6, 7]), locationPair("u", [0, 6, 7])],
);

/** As LRA of System/370: the real address of relative address 0, for the supervisor only. */
export const LRA = instruction(
  "LRA",
  onlySupervisor((before) => store(before, 1, before.R.l)),
);

/** Writes through the bound: memory-traps when the window has fewer than three words. */
export const STORE2 = instruction(
  "STORE2",
  onlySupervisor((before) => store(before, 2, 9)),
  [modePair([5, 6, 7], 2), modePair([5, 6, 7])],
);

/** Memory-traps always: its window is too short. */
export const NOWHERE = instruction("NOWHERE", (before) => store(before, 2, 9), [
  modePair([5, 6, 7], 2),
  locationPair("u", [5, 6, 7], 2),
]);

/** In user mode at the lower place it memory-traps; from there nothing follows. */
export const HALFWAY = instruction(
  "HALFWAY",
  (before) => (before.R.l === 2 ? trap(before, "memory-trap") : store(before, 1, before.R.l)),
  [locationPair("u", [5, 6, 7])],
);

/** From the supervisor state it loads R; from the user state it memory-traps. */
export const LOADORFAIL = instruction(
  "LOADORFAIL",
  (before) =>
    before.M === "u"
      ? trap(before, "memory-trap")
      : next({ ...before, R: { ...before.R, l: word(before, 0) } }),
  [modePair([4, 0, 0])],
);

/** As POPF of the x86: writes the flags word, but in user mode silently leaves the interrupt flag (8) as it was. */
export const POPF = instruction(
  "POPF",
  (before) => {
    const [flags, wanted] = [word(before, 0), word(before, 1)];
    return store(before, 0, before.M === "s" ? wanted : (wanted & ~8) | (flags & 8));
  },
  [modePair([1, 5, 0]), modePair([1, 12, 0]), modePair([9, 12, 0]), locationPair("u", [1, 12, 0])],
);

/** As a conditional jump on the mode bit: only P tells the two modes apart. */
export const SKIPU = instruction("SKIPU", (before) => {
  const after = next(before);
  return before.M === "u" ? { ...after, state: { ...after.state, P: before.P + 2 } } : after;
});

/** Goes to the other mode, and tells its program which one it was in. Step 1 has it already. */
export const FLIP = instruction("FLIP", (before) =>
  store({ ...before, M: before.M === "u" ? "s" : "u" }, 1, before.M === "u" ? 1 : 0),
);
