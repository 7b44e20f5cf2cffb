/** Instructions that nobody has seen, drawn from a seed and classified by the library. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks } from "../../src/course/index.ts";
import { type Classifier, referenceClassifier } from "../../src/formal/index.ts";
import { LAB } from "./contract.ts";
import { type Draw, drawInstruction, probeOf } from "./drawn.ts";
import { SCENARIOS, type Step } from "./scenarios.ts";

const COUNT = 60;
const PER_MACHINE = 4;

/** One row a step: the first instruction that a wrong answer was given for is shown. */
export function unseen(seed: number): readonly Check<Classifier>[] {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (below) => uniformInt(generator, 0, below - 1);
  const drawn = Array.from({ length: COUNT }, (_, index) => drawInstruction(`I${index + 1}`, draw));
  const classes = drawn.map((one) => referenceClassifier.classify(probeOf(one)));
  const step = (part: Step, clause: string): Check<Classifier> =>
    check({
      ...{ part, clause, name: `${part}, ${COUNT} instructions`, scenario: SCENARIOS["classify-many"] },
      input: drawn.map((instruction) => ({ instruction, step: part })),
      expected: classes.map((found) => ({ [part]: found[part] })),
    });
  const classified = drawn.map(({ mnemonic }, index) => ({ mnemonic, ...classes[index]! }));
  const machines = Array.from({ length: COUNT / PER_MACHINE }, (_, index) =>
    classified.slice(index * PER_MACHINE, (index + 1) * PER_MACHINE),
  );
  const verdict: Check<Classifier> = check({
    ...{ part: "verdict", clause: "C10", name: `the verdict, ${machines.length} machines` },
    scenario: SCENARIOS["verdict-many"],
    input: machines,
    expected: machines.map((machine) => referenceClassifier.virtualizable(machine)),
  });
  return [
    step("control", "C3"),
    step("privileged", "C2"),
    step("location", "C4"),
    step("mode", "C5"),
    verdict,
  ];
}

/** Runs the classifier on the instructions of a seed, in the notebook, and shows where it first goes wrong. */
export function checkUnseen(seed: number, component: Partial<Classifier>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}
