/** Hidden tests of lab 01: instructions and machines that no student has seen, each test drawn against a few slips. */

import { type Drawn, drawInstruction, PAIRS } from "../../labs/01-popek-goldberg/drawn.ts";
import { type ClassifyInput, probe, SCENARIOS, type Step } from "../../labs/01-popek-goldberg/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { Classification, Classified, Classifier } from "../../src/formal/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { borrow } from "./01-popek-goldberg/borrowed.ts";
import {
  SLIPS as CLASS_SLIPS,
  CLASSES,
  type Slip as ClassSlip,
  tryAll,
} from "./01-popek-goldberg/classes.ts";
import { SLIPS as VERDICT_SLIPS, type Slip as VerdictSlip, verdict } from "./01-popek-goldberg/verdicts.ts";
import { type Draw, drawCases, drawFor, shuffle } from "./cases.ts";

/** What a test is about: by its name, the clause, and the slips that it is drawn against. */
type About<Slip> = readonly [name: string, clause: string, shows: readonly Slip[], mayShow?: readonly Slip[]];

const RARE: readonly ClassSlip[] = ["the first pair decides", "the last pair decides"];
/** Of most changes the place alone tells, and one of the two modes. */
const CHANGE: readonly ClassSlip[] = ["the place is forgotten", "both modes are noted"];
const ENDS: readonly ClassSlip[] = ["a trap differs from an end", "a memory trap differs from an end"];

const STEPS: Readonly<Record<Step, readonly About<ClassSlip>[]>> = {
  control: [
    ["changes of the mode", "C3", ["the mode is forgotten"], ["the new mode is noted"]],
    ["changes of the relocation register", "C3", ["the place is forgotten", "the bound is forgotten"]],
    [
      "noted under the mode it started from",
      "C3",
      ["the new mode is noted", "both modes are noted"],
      ["the mode is forgotten"],
    ],
    ["traps, whose own change does not count", "C3", ["the trap sequence is a change"], CHANGE],
    [
      "a memory trap in one state, a change in the other",
      "C1",
      ["a memory trap spoils the other state"],
      [...CHANGE, "the second state is forgotten"],
    ],
    ["changes in the second state only", "C3", ["the second state is forgotten"], CHANGE],
  ],
  privileged: [
    ["traps in user mode, and in supervisor mode as well", "C2", ["supervisor mode is not asked"]],
    ["traps in some of the pairs", "C2", ["one pair is enough"]],
    ["no pair is left to show anything", "C2", ["no pair is enough"]],
    [
      "memory traps in user mode",
      "C1",
      ["a memory trap is a trap"],
      ["one pair is enough", "a memory trap speaks against it"],
    ],
    [
      "memory traps beside pairs that show it",
      "C1",
      ["a memory trap speaks against it"],
      ["one pair is enough", "a memory trap is a trap"],
    ],
  ],
  location: [
    ["shows in P alone, or in the window alone", "C4", ["P is forgotten", "windows are forgotten"]],
    ["writes, where all windows agree", "C4", ["all of storage is compared"]],
    ["changes of M or R, which are step 1", "C4", ["a change counts twice"]],
    ["noted under the mode of the pair", "C4", ["both modes are noted"]],
    ["traps and memory traps among the pairs", "C1", ENDS],
    ["shows in some of the pairs", "C4", RARE],
  ],
  mode: [
    ["shows in P alone, or in the window alone", "C5", ["P is forgotten", "windows are forgotten"]],
    ["changes of M or R, which are step 1", "C5", ["a change counts twice"]],
    ["traps and memory traps among the pairs", "C1", ENDS],
    ["shows in some of the pairs", "C5", RARE],
  ],
};

/** Who forgets a whole way to be sensitive is wrong nearly everywhere. */
const WAYS: readonly VerdictSlip[] = [
  "only control counts",
  "control does not count",
  "supervisor states do not count",
  "the mode does not count",
];
const HYBRID_WAYS: readonly VerdictSlip[] = [
  "only control counts for a hybrid",
  "only the place counts for a hybrid",
];
const TOO_MUCH: readonly VerdictSlip[] = [
  "the mode counts for a hybrid",
  "supervisor states count for a hybrid",
];
const GROSS = [...WAYS, ...HYBRID_WAYS];

const VERDICTS: readonly About<VerdictSlip>[] = [
  ["each way to be sensitive counts", "C8", WAYS, [...HYBRID_WAYS, ...TOO_MUCH]],
  ["sensitive, and privileged as well", "C8", ["privileged ones are named"], GROSS],
  ["a hybrid monitor and the mode", "C9", ["the mode counts for a hybrid"], GROSS],
  ["a hybrid monitor and its supervisor mode", "C9", ["supervisor states count for a hybrid"], GROSS],
  ["a hybrid monitor, change and place", "C9", HYBRID_WAYS, WAYS],
  ["several against it, in the order given", "C10", ["names are sorted", "one name is enough"], GROSS],
];

const CLAUSES: Readonly<Record<Step, string>> = {
  control: "C3",
  privileged: "C2",
  location: "C4",
  mode: "C5",
};
/** Cases of a test. */
const COUNT = 16;
/** Instructions of a machine, at most. */
const SIZE = 6;

export function hidden(seed: number): HiddenTest<Classifier>[] {
  const steps = (Object.keys(STEPS) as Step[]).flatMap((step) => [
    ...STEPS[step].map((about) => classifying(step, about, seed, drawnInstruction)),
    classifying(step, ["all kinds together", CLAUSES[step], [], CLASS_SLIPS], seed, drawnInstruction),
    classifying(
      step,
      ["instructions of real kinds of machines", CLAUSES[step], [], CLASS_SLIPS],
      seed,
      borrow,
    ),
  ]);
  const machines = [...VERDICTS, ["all kinds together", "C10", [], VERDICT_SLIPS] as const];
  return [...steps, ...machines.map((about) => judging(about, seed))];
}

type Instruction = Exclude<ClassifyInput["instruction"], string>;

function classifying(
  part: Step,
  [name, clause, shows, mayShow]: About<ClassSlip>,
  seed: number,
  drawOne: (draw: Draw) => Instruction,
): HiddenTest<Classifier> {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases(
    {
      slips: CLASS_SLIPS,
      answer: ({ seen }, slip?: ClassSlip): Classification[Step] => CLASSES[part](seen, slip),
    },
    {
      ...{ count: COUNT, shows, mayShow },
      draw() {
        const instruction = drawOne(draw);
        return { instruction, seen: tryAll(probe(instruction)) };
      },
    },
    draw,
  );
  return check({
    ...{ part, clause, name, scenario: SCENARIOS["classify-many"] },
    input: subjects.map(({ instruction }, n) => ({
      instruction: { ...instruction, mnemonic: `I${n + 1}` },
      step: part,
    })),
    expected: answers.map((answer) => ({ [part]: answer })),
  });
}

/** With pairs of its own, in an order of its own. */
function drawnInstruction(draw: Draw): Drawn {
  const pairs = PAIRS.map((_, place) => place).filter(() => draw(2));
  shuffle(pairs, draw);
  return { ...drawInstruction("", draw), pairs };
}

function judging([name, clause, shows, mayShow]: About<VerdictSlip>, seed: number): HiddenTest<Classifier> {
  const draw = drawFor(seed, `verdict: ${name}`);
  const { subjects, answers } = drawCases(
    { slips: VERDICT_SLIPS, answer: verdict },
    { ...{ count: COUNT, shows, mayShow }, draw: () => machine(draw) },
    draw,
  );
  return check({
    ...{ part: "verdict", clause, name, scenario: SCENARIOS["verdict-many"] },
    input: subjects,
    expected: answers,
  });
}

function machine(draw: Draw): Classified[] {
  const names = Array.from({ length: 26 }, (_, n) => `I${n + 1}`);
  shuffle(names, draw);
  return Array.from({ length: 1 + draw(SIZE) }, (_, n) => ({ mnemonic: names[n]!, ...classification(draw) }));
}

/** What is privileged does nothing else in user mode. */
function classification(draw: Draw): Classification {
  const often = draw(4) === 0;
  const some = () => draw(often ? 2 : 6) === 0;
  const privileged = draw(3) === 0;
  return {
    privileged,
    control: { s: some(), u: !privileged && some() },
    location: { s: some(), u: !privileged && some() },
    mode: !privileged && some(),
  };
}
