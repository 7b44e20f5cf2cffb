/** Full-system translation in the manner of QEMU. */
import type { Paper, Reading, Verified } from "../row.ts";

const RECALLED: Verified = { level: "memory", confidence: 0.8, source: "recalled, not looked up" };
const cpu = (system: string): Reading => ({
  experiment: "cpu-bound",
  settings: { system, processor: "pentium4" },
  column: "cycles",
});

export const bellard2005: Paper = {
  id: "bellard05",
  citation: "F. Bellard, “QEMU, a Fast and Portable Dynamic Translator”, USENIX ATC 2005",
  setup:
    "nbench on Linux; user-mode emulation about 4 times slower on integers, full-system emulation another 2 times",
  rows: [
    {
      kind: "figure",
      id: "bellard05-system",
      place: "sec. 4",
      what: "integer code to native",
      verified: RECALLED,
      basis: "prediction",
      published: 8,
      unit: "×",
      tolerance: { relative: 0.25 },
      ours: { ratio: [cpu("qemu"), cpu("native")] },
      note: "4 × 2 of nbench, which is ten programs; ours is heapsort alone",
    },
    {
      kind: "order",
      id: "bellard05-order",
      place: "sec. 4",
      what: "integer code: ",
      verified: RECALLED,
      basis: "prediction",
      unit: "cycles",
      ascending: ["native", "qemu", "bochs"].map((label) => ({ label, ours: cpu(label) })),
    },
  ],
};
