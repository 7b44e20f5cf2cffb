/** What tags are worth where worlds change often: VPIDs for a guest's own guest. */
import type { Absent, Order, Paper, Reading, Verified } from "../row.ts";

const COMMIT: Verified = {
  level: "quoted",
  confidence: 0.95,
  source: "the message of Linux's commit 5c614b35",
};

const translation = (tags: string, interval: number): Reading => ({
  experiment: "tlb-tags",
  settings: { tags, interval },
  column: "cycles",
});
const gain = (interval: number): Reading => ({
  ratio: [translation("machines, no tags", interval), translation("machines, VPID", interval)],
});

const order: Order = {
  kind: "order",
  id: "nvpid15-order",
  place: "the table of the message",
  what: "VPIDs save: ",
  verified: COMMIT,
  basis: "prediction",
  unit: "×",
  ascending: [10_000, 1000, 100].map((interval) => ({
    label: `${interval}`,
    ours: gain(interval),
  })),
  note: "accesses from one switch of worlds to the next, and how many times cheaper translation is with tags; printed: a switch of 8 processes of 64 KB takes 12.9 µs without and 2.33 µs with tags, one of 2 processes of 0 KB 1.26 and 1.22: the more there is to come back to, the more they save",
};

const rows: Absent = {
  kind: "absent",
  basis: "prediction",
  id: "nvpid15-lmbench",
  place: "the table of the message",
  what: "context switches in a guest's guest",
  verified: COMMIT,
  published: "1.03 to 5.54 ×",
  because: "a guest that is a monitor itself comes with nested virtualization",
};

export const li2015: Paper = {
  id: "nvpid15",
  citation: "Wanpeng Li, “KVM: nVMX: nested VPID emulation”, Linux commit 5c614b35, 2015",
  setup:
    "KVM on KVM, lmbench's context switches in the inner guest; here translation alone, machines that take turns",
  rows: [order, rows],
};
