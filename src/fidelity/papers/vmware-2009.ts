/** EPT against shadow paging, by VMware. */
import type { Absent, Figure, Order, Paper, Reading, Verified } from "../row.ts";

const ABSTRACT: Verified = {
  level: "secondary",
  confidence: 0.9,
  source: "the paper's summary, as its publisher and a copy have it",
};

const cycles = (system: string, workload: string): Reading => ({
  experiment: "efficiency",
  settings: { system, processor: "nehalem", workload },
  column: "cycles",
});

const wins = (workload: string, what: string): Order => ({
  kind: "order",
  id: `vmw-ept09-${workload.replace("context-", "")}`,
  place: "figures of the MMU micro-benchmarks",
  what: `${what}: `,
  verified: ABSTRACT,
  basis: "prediction",
  unit: "cycles",
  ascending: ["native", "esx-ept", "esx"].map((system) => ({
    label: system,
    ours: cycles(system, workload),
  })),
});

const churn = (paging: string): Reading => ({
  experiment: "paging-churn",
  settings: { paging, change: 10_000 },
  column: "cycles",
});

const loses: Order = {
  kind: "order",
  id: "vmw-ept09-tlb",
  place: "summary",
  what: "TLB misses: ",
  verified: ABSTRACT,
  basis: "prediction",
  unit: "cycles",
  ascending: [
    { label: "shadow", ours: churn("shadow") },
    { label: "EPT, 2M", ours: churn("nested") },
    { label: "EPT, 4K", ours: churn("nested, 4 KiB") },
  ],
  note: "EPT raises the latency of memory for workloads that miss the TLB, and large pages recover some of it",
};

const micro: Figure = {
  kind: "figure",
  id: "vmw-ept09-micro",
  place: "summary",
  what: "best micro-benchmark, shadow to EPT",
  verified: ABSTRACT,
  basis: "fitted",
  published: 7,
  unit: "×",
  tolerance: { relative: 0.25 },
  ours: { ratio: [cycles("esx", "fork"), cycles("esx-ept", "fork")] },
  note: "fork and wait here; printed: a gain of up to 600 %. The monitor's work has one factor, and this figure set it; which of the micro-benchmarks gained so much is not known. Our mmap gains more, 12 ×",
};

const absent = (id: string, what: string, published: string, because: string): Absent => ({
  kind: "absent",
  basis: "prediction",
  id,
  place: "summary",
  what,
  verified: ABSTRACT,
  published,
  because,
});

export const vmware2009: Paper = {
  id: "vmw-ept09",
  citation: "VMware, “Performance Evaluation of Intel EPT Hardware Assist”, white paper, 2009",
  setup: "ESX on a Xeon 5500 (Nehalem); here its two memory virtualizations with everything else the same",
  rows: [
    wins("fork", "fork and wait"),
    wins("exec", "exec"),
    wins("page-fault", "page fault"),
    wins("context-switch", "context switch"),
    wins("mmap", "mmap"),
    loses,
    micro,
    absent(
      "vmw-ept09-apps",
      "best MMU-intensive application",
      "48 %",
      "its applications are Apache, Citrix, SQL servers and kernel builds; how much of their time is memory management is not told",
    ),
    absent(
      "vmw-ept09-rvi",
      "the same on AMD's processors (RVI)",
      "42 % and 500 %",
      "there is no price list of an Opteron; NPT itself runs",
    ),
  ],
};
