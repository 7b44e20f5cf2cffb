/** What a way out of a guest costs, generation by generation. */
import type { Absent, Order, Paper, Reading, Verified } from "../row.ts";

const RECALLED: Verified = { level: "memory", confidence: 0.8, source: "recalled, not looked up" };

const TABLE: readonly [processor: string, cycles: number][] = [
  ["pentium4", 3963],
  ["merom", 1579],
  ["penryn", 1266],
  ["nehalem", 1009],
  ["westmere", 761],
  ["sandybridge", 784],
];

/** CPUID leaves the guest and asks the least of a monitor. */
const cpuid = (processor: string): Reading => ({
  experiment: "exit-cost",
  settings: { processor },
  where: { benchmark: "cpuid" },
  column: "hardware",
});

const input = ([processor, cycles]: (typeof TABLE)[number]): Absent => ({
  kind: "absent",
  id: `agesen12-${processor}`,
  place: "Table 1",
  what: `exit and entry, ${processor}`,
  verified: RECALLED,
  basis: "input",
  published: `${cycles.toLocaleString("en")} cycles`,
  because:
    processor === "pentium4"
      ? "an input, not evidence; the price list follows Adams & Agesen 2006, Table 1, which is 4340"
      : "an input: the price of a way out on this processor, not evidence",
});

const trend: Order = {
  kind: "order",
  id: "agesen12-trend",
  place:
    "Table 1; S. Drummonds, “Newer processors and virtualization performance”, VMware Communities, June 2009",
  what: "",
  verified: { level: "quoted", source: "the order in the abstract of the article of 2009" },
  basis: "input",
  unit: "cycles",
  ascending: ["nehalem", "penryn", "pentium4"].map((label) => ({ label, ours: cpuid(label) })),
  note: "of CPUID, which leaves the guest: the order of the prices, with the monitor's own work on top",
};

export const agesen2012: Paper = {
  id: "agesen12",
  citation:
    "O. Agesen, J. Mattson, R. Rugina, J. Sheldon, “Software Techniques for Avoiding Hardware Virtualization Exits”, USENIX ATC 2012",
  setup: "round trips of an exit that does nothing, on Intel's processors",
  rows: [...TABLE.map(input), trend],
};
