/** Hidden tests of lab 02: the boot path from states that nobody has seen, and probes drawn against a few slips each. */
import type { Classified, ModesAndRings } from "../../labs/02-modes-and-rings/component.ts";
import { SCENARIOS } from "../../labs/02-modes-and-rings/scenarios.ts";
import { check } from "../../src/course/index.ts";
import { entryOf, LEAKS, type Probe } from "../../src/experiments/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { bootTests } from "./02-modes-and-rings/boot.ts";
import { SLIPS as FINDING_SLIPS, type Slip as FindingSlip, finding } from "./02-modes-and-rings/findings.ts";
import { drawProbe, realProbes } from "./02-modes-and-rings/probes.ts";
import { SLIPS as VERDICT_SLIPS, type Slip as VerdictSlip, verdict } from "./02-modes-and-rings/verdicts.ts";
import { type Draw, drawCases, drawFor, one } from "./cases.ts";

/** What a test is about: by its name, the clause, and the slips that it is drawn against. */
type About<Slip> = readonly [name: string, clause: string, shows: readonly Slip[], mayShow?: readonly Slip[]];

/** Of most trials what is seen tells, and nothing else does. */
const SEEN: readonly FindingSlip[] = ["seen is not compared", "a leak is named twice"];

const FINDINGS: readonly About<FindingSlip>[] = [
  ["traps in some trials, differs in others", "C8", ["a trap settles it"], SEEN],
  ["traps in both runs", "C8", ["any trap is a trap", "vectors are compared"], SEEN],
  ["ought to have trapped", "C10", ["a missing trap is missed"], [...SEEN, "any trap is a trap"]],
  ["news in one of the two runs only", "C8", ["only the names of the first run are compared"], SEEN],
  ["news in what is kept", "C11", ["kept is not compared", "IOPL is nothing", "a port is silence"], SEEN],
  [
    "segment registers",
    "C10",
    ["segments are silence", "segments are nothing"],
    [...SEEN, "kept is not compared"],
  ],
  [
    "trials that differ in a register",
    "C9",
    [
      "a register's trial is read as the ring's",
      "what a table's trial keeps is read as the ring's",
      "EFLAGS is a table",
      "a register gives away protection as well",
    ],
    [...SEEN, "kept is not compared"],
  ],
  [
    "several trials, several leaks",
    "C12",
    [
      "only the first trial counts",
      "only the last trial counts",
      "one leak a trial",
      "a leak is named twice",
    ],
    [...SEEN, "kept is not compared"],
  ],
];

const VERDICTS: readonly About<VerdictSlip>[] = [
  ["traps and differences", "C13", ["what traps stands against it as well"]],
  [
    "entries of several mnemonics",
    "C13",
    ["mnemonics in place of entries", "entries are named twice", "entries in place of mnemonics"],
  ],
  ["several leaks of one instruction", "C14", ["one leak an instruction"]],
  ["in the order given", "C14", ["entries are sorted", "mnemonics are sorted"]],
];

/** Cases of a test. */
const COUNT = 16;

export function hidden(seed: number): HiddenTest<ModesAndRings>[] {
  return [
    ...bootTests(seed),
    ...FINDINGS.map((about) => classifying(about, seed, drawProbe)),
    classifying(["all kinds together", "C8", [], FINDING_SLIPS], seed, drawProbe),
    classifying(["real instructions below a monitor", "C8", [], FINDING_SLIPS], seed, realProbes()),
    ...VERDICTS.map((about) => judging(about, seed)),
    judging(["all kinds together", "C13", [], VERDICT_SLIPS], seed),
  ];
}

function classifying(
  [name, clause, shows, mayShow]: About<FindingSlip>,
  seed: number,
  drawOne: (draw: Draw) => Probe,
): HiddenTest<ModesAndRings> {
  const draw = drawFor(seed, `classify: ${name}`);
  const { subjects, answers } = drawCases(
    { slips: FINDING_SLIPS, answer: finding },
    { ...{ count: COUNT, shows, mayShow }, draw: () => drawOne(draw) },
    draw,
  );
  return check({
    ...{ part: "classify", clause, name, scenario: SCENARIOS["classify-many"] },
    input: subjects.map((probe, n) => ({ ...probe, mnemonic: `I${n + 1}` })),
    expected: answers,
  });
}

function judging(
  [name, clause, shows, mayShow]: About<VerdictSlip>,
  seed: number,
): HiddenTest<ModesAndRings> {
  const draw = drawFor(seed, `verdict: ${name}`);
  const { subjects, answers } = drawCases(
    { slips: VERDICT_SLIPS, answer: verdict },
    { ...{ count: COUNT, shows, mayShow }, draw: () => processor(draw) },
    draw,
  );
  return check({
    ...{ part: "verdict", clause, name, scenario: SCENARIOS["verdict-many"] },
    input: subjects,
    expected: answers,
  });
}

/** Some share an entry of the manual. */
const MNEMONICS = ["VERW", "VERR", "LSS", "LDS", "LES", "LAR", "STR", "POPF", "MOV", "CALL", "ADD", "CLI"];

function processor(draw: Draw): Classified[] {
  const chosen = MNEMONICS.filter(() => draw(3) === 0);
  return chosen.map((mnemonic) => {
    const outcome = one(draw, ["differs", "traps", "same"] as const);
    const leaks = LEAKS.filter(() => draw(4) === 0);
    const shown = leaks.length > 0 ? leaks : [one(draw, LEAKS)];
    return { mnemonic, entry: entryOf(mnemonic), outcome, leaks: outcome === "differs" ? shown : [] };
  });
}
