/** The public checks of lab 01: tiny instructions, each made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Classification, Classified, Classifier } from "../../src/formal/index.ts";
import { LAB } from "./contract.ts";
import { type Named, SCENARIOS, type Step } from "./scenarios.ts";

/** Classifies one instruction and looks at the one field that the step is about. */
const finds = <S extends Step>(
  part: S,
  clause: string,
  instruction: Named,
  expected: Classification[S],
  because: string,
): Check<Classifier> =>
  define({
    ...{ part, clause, name: `${instruction} ${because}`, scenario: SCENARIOS.classify },
    input: { instruction, step: part },
    expected: { [part]: expected },
  });

const NEITHER = { s: false, u: false };

const STEPS: readonly Check<Classifier>[] = [
  finds("control", "C3", "INC", NEITHER, "only adds in its window"),
  finds("control", "C3", "SETR", { s: true, u: false }, "loads R, and traps in user mode"),
  finds("control", "C3", "RETU", { s: true, u: false }, "goes to user mode; from there M stays as it was"),
  finds("control", "C3", "SHRINK", { s: true, u: true }, "changes b in whatever mode"),
  finds("control", "C3", "WIDEN", { s: false, u: true }, "changes b in user mode only"),
  finds("control", "C3", "SETIF", { s: true, u: false }, "loads R in one of its states only"),
  finds("control", "C3", "SVC", NEITHER, "always traps: the trap sequence is not its doing"),
  finds(
    "control",
    "C1",
    "LOADORFAIL",
    { s: true, u: false },
    "memory-traps in one state, loads R in the other",
  ),

  finds("privileged", "C2", "SETR", true, "traps in user mode and completes in supervisor mode"),
  finds("privileged", "C2", "INC", false, "never traps"),
  finds("privileged", "C2", "SVC", false, "traps in both modes"),
  finds("privileged", "C2", "HALTIF", false, "traps in one of its user states only"),
  finds("privileged", "C1", "STORE2", true, "memory-traps in one pair; the other pair decides"),
  finds("privileged", "C1", "LOADORFAIL", false, "memory-traps in user mode, which is no trap of its own"),
  finds("privileged", "C2", "NOWHERE", false, "memory-traps everywhere: no pair is left to show anything"),

  finds("location", "C4", "GETL", { s: true, u: true }, "lets every program see where it lies"),
  finds("location", "C4", "LRA", { s: true, u: false }, "does so in supervisor mode and traps in user mode"),
  finds("location", "C4", "GETLIF", { s: false, u: true }, "shows the place in one of two pairs"),
  finds("location", "C4", "INC", NEITHER, "writes to other addresses, but the windows agree"),
  finds("location", "C4", "SETR", NEITHER, "changes R: that is step 1, and does not count twice"),
  finds("location", "C1", "HALFWAY", NEITHER, "memory-traps at one place and completes at the other"),
  finds("location", "C4", "POPF", NEITHER, "cares for the mode, not for the place"),

  finds("mode", "C5", "POPF", true, "drops the interrupt flag in user mode without a word"),
  finds("mode", "C5", "SKIPU", true, "leaves the same window but another P"),
  finds("mode", "C5", "INC", false, "does the same in both modes"),
  finds("mode", "C5", "SETR", false, "traps in user mode: one completion is not two"),
  finds("mode", "C5", "GETL", false, "cares for the place, not for the mode"),
  finds("mode", "C5", "FLIP", false, "changes M: that is step 1, and does not count twice"),
];

const classified = (mnemonic: string, found: Partial<Classification> = {}): Classified => ({
  mnemonic,
  privileged: false,
  control: NEITHER,
  location: NEITHER,
  mode: false,
  ...found,
});

const ADD = classified("ADD");
const LPSW = classified("LPSW", { privileged: true, control: { s: true, u: false } });
const JRST1 = classified("JRST1", { control: { s: true, u: false } });
const SMSW = classified("SMSW", { location: { s: true, u: true } });
const PUSHF = classified("PUSHF", { mode: true });
const RDLOC = classified("RDLOC", { location: { s: true, u: false } });
const SETRL = classified("SETRL", { control: { s: true, u: true } });
const HALT = classified("HALT", { privileged: true });

const decides = (
  clause: string,
  instructions: readonly Classified[],
  breaks: string[],
  breaksHybrid: string[],
  name: string,
): Check<Classifier> =>
  define({
    ...{ part: "verdict", clause, name, scenario: SCENARIOS.verdict },
    input: instructions,
    expected: {
      virtualizable: breaks.length === 0,
      hybrid: breaksHybrid.length === 0,
      breaks,
      breaksHybrid,
    },
  });

export const CHECKS = defineChecks<Classifier>(LAB, [
  ...STEPS,
  decides("C8", [ADD, LPSW, HALT], [], [], "every sensitive instruction is privileged"),
  decides("C9", [ADD, JRST1], ["JRST1"], [], "JRST1 changes M, but only from supervisor mode"),
  decides("C9", [LPSW, PUSHF], ["PUSHF"], [], "PUSHF shows the mode; user programs run in user mode anyway"),
  decides("C8", [ADD, SMSW], ["SMSW"], ["SMSW"], "SMSW shows the place, also to user programs"),
  decides("C9", [RDLOC, ADD], ["RDLOC"], [], "RDLOC shows the place, but only in supervisor mode"),
  decides(
    "C10",
    [SMSW, ADD, JRST1, LPSW, SETRL],
    ["SMSW", "JRST1", "SETRL"],
    ["SMSW", "SETRL"],
    "several at once, named in the order given",
  ),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
