/** What it costs that a device forgets at once. */
import type { Order, Paper, Reading } from "../row.ts";

const cost = (policy: string): Reading => ({
  experiment: "dma-flush",
  settings: { policy, buffers: 128 },
  column: "cycles",
});

const order: Order = {
  kind: "order",
  id: "viommu11-flush",
  place: "text",
  what: "flushes: ",
  verified: { level: "secondary", confidence: 0.85, source: "notes on the paper" },
  basis: "prediction",
  unit: "cycles per packet",
  ascending: [
    { label: "deferred", ours: cost("deferred") },
    { label: "strict", ours: cost("strict") },
  ],
  note:
    "published: Linux 2.6.36 reaches 43 % of the line rate of 10-gigabit Ethernet with a flush for each unmap, 91 % with flushes put off; by the abstract, which " +
    "has bare metal reach 100 % by a later teardown, that is the hardware's unit and not the paper's emulated one. Compared is the order alone: what a packet costs " +
    "besides is not known, and our price of a flush is an assumption",
};

export const amit2011: Paper = {
  id: "viommu11",
  citation: 'Amit, Ben-Yehuda, Tsafrir, Schuster, "vIOMMU: Efficient IOMMU Emulation", USENIX ATC 2011',
  setup:
    "Linux with VT-d, netperf over 10-gigabit Ethernet; our device takes packets at a fixed distance and has no protocol above",
  rows: [order],
};
