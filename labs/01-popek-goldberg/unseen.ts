/** Instructions that nobody has seen: drawn from a seed, with rare conditions, and classified by the library. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, holds, type Observation, present, runChecks } from "../../src/course/index.ts";
import {
  type Classification,
  type Classified,
  type Classifier,
  type Outcome,
  type Probe,
  referenceClassifier,
  type State,
} from "../../src/formal/index.ts";
import { LAB } from "./contract.ts";
import { describeClasses, describeProbe } from "./describe.ts";
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

type Draw = (upTo: number) => number;

/** In up to two circumstances it does something of their own, otherwise a third thing. */
function randomInstruction(mnemonic: string, draw: Draw): Probe {
  const action = () => ACTIONS[draw(ACTIONS.length)]!;
  const otherwise = action();
  const rules = Array.from({ length: draw(3) }, () => ({
    applies: CIRCUMSTANCES[draw(CIRCUMSTANCES.length)]!,
    action: action(),
  }));
  const execute = (state: State) => (rules.find(({ applies }) => applies(state))?.action ?? otherwise)(state);
  return instruction(mnemonic, execute, PAIRS);
}

/** One check of many cases: shows the first wrong answer. */
function each<Case>(
  part: string,
  clause: string,
  name: string,
  cases: readonly Case[],
  observe: (component: Classifier, given: Case) => Observation,
): Check<Classifier> {
  const play = (component: Classifier) => {
    const seen = cases.map((given) => observe(component, given));
    return seen.find((observation) => !holds(observation)) ?? seen[0]!;
  };
  return { part, clause, name, play };
}

function verdictOn(component: Classifier, instructions: readonly Classified[]): Observation {
  return {
    input: describeClasses(instructions),
    expected: referenceClassifier.virtualizable(instructions),
    actual: component.virtualizable(instructions),
  };
}

const COUNT = 60;
const PER_MACHINE = 4;

/** One row a step: the first instruction that a wrong answer was given for is shown. */
export function unseen(seed: number): readonly Check<Classifier>[] {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (upTo) => uniformInt(generator, 0, upTo - 1);
  const probes = Array.from({ length: COUNT }, (_, index) => randomInstruction(`I${index + 1}`, draw));
  const step = <S extends keyof Classification>(part: S, clause: string): Check<Classifier> =>
    each(part, clause, `${part}, ${COUNT} instructions`, probes, (component, probe) => ({
      input: describeProbe(probe),
      expected: { [part]: referenceClassifier.classify(probe)[part] },
      actual: { [part]: component.classify(probe)[part] },
    }));
  const classified = probes.map((probe) => ({
    mnemonic: probe.mnemonic,
    ...referenceClassifier.classify(probe),
  }));
  const machines = Array.from({ length: COUNT / PER_MACHINE }, (_, index) =>
    classified.slice(index * PER_MACHINE, (index + 1) * PER_MACHINE),
  );
  return [
    step("control", "C3"),
    step("privileged", "C2"),
    step("location", "C4"),
    step("mode", "C5"),
    each("verdict", "C10", `the verdict, ${machines.length} machines`, machines, verdictOn),
  ];
}

/** Runs the classifier on the instructions of a seed, in the notebook, and shows where it first goes wrong. */
export function checkUnseen(seed: number, component: Partial<Classifier>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}
