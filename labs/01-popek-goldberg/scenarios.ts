/** The two ways in which lab 01 drives a classifier: one instruction, or the classes of a whole machine. */
import { defineScenarios, each, type Scenario } from "../../src/course/scenario.ts";
import type { Classification, Classified, Classifier, Probe, Verdict } from "../../src/formal/component.ts";
import { type Borrowed, borrowedProbe } from "./borrowed.ts";
import { describeClasses, describeProbe } from "./describe.ts";
import { type Drawn, probeOf } from "./drawn.ts";
import * as tiny from "./instructions.ts";

export type Step = keyof Classification;

/** One of instructions.ts by its name. */
export type Named = keyof { [N in keyof typeof tiny as (typeof tiny)[N] extends Probe ? N : never]: unknown };

export interface ClassifyInput {
  instruction: Named | Drawn | Borrowed;
  /** The one field of the answer that counts. */
  step: Step;
}

const TINY: Readonly<Record<Named, Probe>> = { ...tiny };

export function probe(instruction: ClassifyInput["instruction"]): Probe {
  if (typeof instruction === "string") return TINY[instruction];
  return "isa" in instruction ? borrowedProbe(instruction) : probeOf(instruction);
}

const classify: Scenario<Classifier, ClassifyInput, Partial<Classification>> = {
  drive: (component, input) => ({ [input.step]: component.classify(probe(input.instruction))[input.step] }),
  describe: (input) => describeProbe(probe(input.instruction)),
};

const verdict: Scenario<Classifier, readonly Classified[], Verdict> = {
  drive: (component, instructions) => component.virtualizable(instructions),
  describe: describeClasses,
};

export const SCENARIOS = defineScenarios<Classifier>()({
  classify,
  verdict,
  "classify-many": each(classify),
  "verdict-many": each(verdict),
});
