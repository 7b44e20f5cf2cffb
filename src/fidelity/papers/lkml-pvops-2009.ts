/** What pv-ops cost a kernel that runs on the bare machine. */
import type { Paper, Reading } from "../row.ts";

const cost = (variant: string, column: string): Reading => ({
  experiment: "pv-ops",
  settings: { variant, workload: "mmap" },
  column,
});
const above = (column: string): Reading => ({
  ratio: [{ difference: [cost("patched", column), cost("vanilla", column)] }, cost("vanilla", column)],
});
const SOURCE = { level: "primary", source: "the table in the message of May 2009" } as const;

export const lkmlPvops2009: Paper = {
  id: "pvops09",
  citation:
    "I. Molnar and J. Fitzhardinge, “1% performance overhead of paravirt_ops on native kernels”, LKML, May 2009",
  setup:
    "mmap-perf on a 2.93-GHz Core 2, one core, call sites patched, against a kernel without pv-ops (vanilla); boot-to-boot noise is about 1 %",
  rows: [
    {
      kind: "figure",
      id: "pvops09-cycles",
      place: "perf stat table",
      what: "cycles above vanilla",
      verified: SOURCE,
      basis: "prediction",
      published: 0.0096,
      unit: "",
      tolerance: { absolute: 0.01 },
      ours: above("cycles"),
    },
    {
      kind: "figure",
      id: "pvops09-instructions",
      place: "perf stat table",
      what: "instructions above vanilla",
      verified: SOURCE,
      basis: "prediction",
      published: 0.0162,
      unit: "",
      tolerance: { absolute: 0.01 },
      ours: above("instructions"),
    },
    {
      kind: "order",
      id: "pvops09-order",
      place: "perf stat table",
      what: "cycles: ",
      verified: SOURCE,
      basis: "prediction",
      unit: "cycles",
      ascending: ["vanilla", "patched", "unpatched"].map((label) => ({ label, ours: cost(label, "cycles") })),
    },
  ],
};
