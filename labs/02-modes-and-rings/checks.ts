/** The public checks of lab 02: each piece of the boot path from two states, and tiny probes, each made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import { entryOf, type Finding, type Leak, type Probe } from "../../src/experiments/index.ts";
import { arrivesAt, fits, shows } from "./check-boot.ts";
import type { Classified, ModesAndRings, Verdict } from "./component.ts";
import { LAB } from "./contract.ts";
import { canonical } from "./describe.ts";
import { SCENARIOS } from "./scenarios.ts";
import * as tiny from "./trials.ts";

const BOOT: readonly Check<ModesAndRings>[] = [
  arrivesAt("protect", "C1", 1, "comes from real to 32-bit protected mode"),
  arrivesAt("protect", "C1", 2, "comes there with other values in DS and in memory as well"),
  shows("protect", "C2", 1, "has loaded flat segments, and a 64-bit one lies ready"),
  shows("protect", "C3", 2, "has turned interrupts off and changed nothing else"),
  fits("protect", "C7"),
  arrivesAt("map", "C4", 1, "comes to its end"),
  shows("map", "C4", 2, "maps the first 2 MiB and nothing else"),
  shows("map", "C5", 2, "has turned PAE on and changed nothing else"),
  fits("map", "C7"),
  arrivesAt("lengthen", "C6", 1, "comes through compatibility mode to 64 bits"),
  shows("lengthen", "C6", 2, "is in the right segment and has changed nothing else"),
  shows("lengthen", "C6", 3, "has changed nothing else from other values of CR0 and EFER"),
  fits("lengthen", "C7"),
];

const classified = (mnemonic: string, outcome: Finding["outcome"], ...leaks: Leak[]): Classified => ({
  ...{ mnemonic, entry: entryOf(mnemonic), outcome, leaks },
});

const NONE: Verdict["leaks"] = { tables: [], status: [], protection: [], silence: [], resources: [] };

const decides = (
  clause: string,
  instructions: readonly Classified[],
  expected: Verdict,
  name: string,
): Check<ModesAndRings> =>
  define({
    ...{ part: "verdict", clause, name, scenario: SCENARIOS.verdict },
    input: instructions,
    expected,
  });

const finds = (clause: string, probe: Probe, expected: Finding, because: string): Check<ModesAndRings> =>
  define({
    ...{ part: "classify", clause, name: `${probe.mnemonic} ${because}`, scenario: SCENARIOS.classify },
    input: probe,
    expected: canonical(expected),
  });

const differs = (clause: string, probe: Probe, leaks: Leak[], because: string) =>
  finds(clause, probe, { outcome: "differs", leaks }, because);

const CLASSIFY: readonly Check<ModesAndRings>[] = [
  finds("C8", tiny.ADD, { outcome: "same", leaks: [] }, "does the same everywhere"),
  finds("C8", tiny.LGDT, { outcome: "traps", leaks: [] }, "traps below the monitor only"),
  finds(
    "C8",
    tiny.UD2,
    { outcome: "same", leaks: [] },
    "traps twice, by two vectors: the monitor passes it on",
  ),
  finds("C8", tiny.DIV, { outcome: "same", leaks: [] }, "traps in both runs of one trial"),
  finds("C8", tiny.XCHG, { outcome: "same", leaks: [] }, "gives the same news in another order"),
  differs("C8", tiny.IRET, ["silence"], "traps in one trial, which does not make up for the other"),
  differs("C10", tiny.MOV, ["protection"], "reads the ring out of CS"),
  differs("C10", tiny.VERR, ["protection"], "changes a flag in the second run only"),
  differs("C10", tiny.LES, ["protection"], "ought to have trapped"),
  differs("C10", tiny.POP, ["protection"], "has loaded another segment, though nothing is seen of it"),
  differs("C9", tiny.SGDT, ["tables"], "stores the monitor's GDTR"),
  differs("C9", tiny.SIDT, ["tables"], "stores the monitor's IDTR"),
  differs("C9", tiny.SLDT, ["tables"], "stores the monitor's LDTR"),
  differs("C9", tiny.STR, ["tables"], "stores the monitor's TR"),
  differs("C9", tiny.SMSW, ["status"], "stores the monitor's CR0"),
  differs("C9", tiny.PUSHF, ["status"], "pushes the monitor's IF"),
  differs("C9", tiny.RDTSC, ["resources"], "reads the monitor's clock"),
  differs("C9", tiny.MOVDS, ["tables"], "loads from the monitor's table: GDTR's doing, and not the ring's"),
  differs("C11", tiny.POPF, ["silence"], "leaves IF as it was"),
  differs("C11", tiny.POPFD, ["silence"], "leaves IOPL as it was"),
  differs("C11", tiny.OUT, ["resources"], "reaches a port that is not the guest's"),
  differs("C12", tiny.INT, ["protection", "silence", "status"], "gives three things away"),
];

export const CHECKS = defineChecks<ModesAndRings>(LAB, [
  ...BOOT,
  ...CLASSIFY,
  decides(
    "C13",
    [classified("ADD", "same"), classified("LGDT", "traps")],
    { virtualizable: true, entries: [], leaks: NONE },
    "nothing differs",
  ),
  decides(
    "C13",
    [
      classified("VERW", "differs", "protection"),
      classified("ADD", "same"),
      classified("VERR", "differs", "protection"),
    ],
    { virtualizable: false, entries: ["VERR/VERW"], leaks: { ...NONE, protection: ["VERW", "VERR"] } },
    "VERR and VERW are one entry, and two mnemonics",
  ),
  decides(
    "C14",
    [
      classified("STR", "differs", "tables"),
      classified("POPF", "differs", "silence"),
      classified("CLI", "traps"),
      classified("INT n", "differs", "status", "protection", "silence"),
      classified("RDTSC", "differs", "resources"),
    ],
    {
      virtualizable: false,
      entries: ["STR", "POPF", "INT n", "RDTSC"],
      leaks: {
        ...{ tables: ["STR"], status: ["INT n"], protection: ["INT n"] },
        ...{ silence: ["POPF", "INT n"], resources: ["RDTSC"] },
      },
    },
    "several at once, named in the order given",
  ),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
