/** Every instruction of the processor below a monitor that compresses rings: which trap, which lie, and about what. */
import { defineExperiment } from "./experiment.ts";
import { evidence, mainLeak } from "./sensitive/evidence.ts";
import { classify, leaksOf } from "./sensitive/finding.ts";
import { PENTIUM_II } from "./sensitive/forms.ts";
import { type OuterRing, probes } from "./sensitive/probes.ts";
import { entryOf, PUBLISHED } from "./sensitive/published.ts";
import { type Monitor, Stage } from "./sensitive/stage.ts";

export const sensitiveInstructions = defineExperiment({
  name: "sensitive-instructions",
  title: "Which instructions betray the ring",
  question: "Which instructions of a kernel behave differently in an outer ring, and no monitor hears of it?",
  parameters: {
    ring: { default: [1, 3], oneOf: [1, 3], unit: "", doc: "where the monitor puts the guest's kernel" },
    iopl: {
      default: 0,
      oneOf: [0, 1, 2, 3],
      unit: "",
      label: "IOPL",
      doc: "I/O privilege level that the guest runs with",
    },
    umip: {
      default: false,
      unit: "",
      label: "CR4.UMIP",
      doc: "SGDT, SIDT, SLDT, SMSW and STR trap outside of ring 0 (processors since 2017)",
    },
    processor: {
      default: "ours",
      oneOf: ["ours", "Pentium II"],
      unit: "",
      doc: "whose instructions are tried: all that our processor has, or those of a Pentium II",
    },
    tsd: { default: true, unit: "", label: "CR4.TSD", doc: "RDTSC traps outside of ring 0" },
  },
  columns: {
    mnemonic: { label: "instruction", unit: "" },
    entry: { label: "entry of the manual", unit: "" },
    outcome: { label: "below the monitor", unit: "" },
    leak: { label: "class", unit: "" },
    leaks: { label: "all that it gives away", unit: "" },
    published: { label: "on the list of 2000", unit: "" },
    trials: { label: "pairs of runs that tell something new", unit: "1" },
    differing: { label: "pairs that differ without a trap", unit: "1" },
    trapped: { label: "pairs in which the monitor was called", unit: "1" },
    evidence: { label: "for example", unit: "" },
  },
  run({ ring, iopl, umip, tsd, processor }) {
    const monitor = { iopl, umip, tsd } as Monitor;
    const features = processor === "Pentium II" ? PENTIUM_II : undefined;
    const stage = new Stage({ monitor, ...(features && { features }) });
    return probes(ring as OuterRing, stage).map((probe) => {
      const { mnemonic, trials } = probe;
      const { outcome, leaks } = classify(probe);
      return {
        mnemonic,
        entry: entryOf(mnemonic),
        outcome,
        leak: mainLeak(leaks),
        leaks: leaks.join(" "),
        published: PUBLISHED.includes(mnemonic),
        trials: trials.length,
        differing: trials.filter((trial) => leaksOf(trial).length > 0).length,
        trapped: trials.filter(({ second }) => second.kind === "traps").length,
        evidence: evidence(probe),
      };
    });
  },
});
