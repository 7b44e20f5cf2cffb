/** What a guest sends through a driver domain, with and without what a card can do for it. */
import type { Absent, Figure, Order, Paper, Reading, Verified } from "../row.ts";

const NOTES: Verified = { level: "secondary", confidence: 0.85, source: "notes on the paper" };

const rate = (offload: string, receive = "flip"): Reading => ({
  experiment: "xen-net",
  settings: {
    ...{ path: "driver domain", direction: "transmit", mtu: 1500, batch: 8, cards: 4 },
    ...{ offload, receive },
  },
  column: "rate",
});

const baseline: Figure = {
  kind: "figure",
  id: "menon06-transmit",
  place: "Figure 3",
  what: "a guest transmits, no offloads",
  verified: NOTES,
  basis: "fitted",
  published: 750,
  unit: "Mb/s",
  tolerance: { relative: 0.05 },
  ours: rate("none"),
  note: "the price of a packet's way through the driver domain was set by it, on the 2.4-GHz Xeon of Barham et al.; the processor is not in our notes",
};

const offloads: Order = {
  kind: "order",
  id: "menon06-offloads",
  place: "Figures 3, 5",
  what: "transmits: ",
  verified: NOTES,
  basis: "prediction",
  unit: "Mb/s",
  ascending: [
    { label: "none", ours: rate("none") },
    { label: "offloads", ours: rate("all") },
    { label: "copies", ours: rate("all", "copy") },
  ],
  note:
    "published: 750, 2794 (3.7 times), about 3300 with all that the paper does. The order alone: ours gains only about 2.6 times, because each acknowledgment pays the " +
    "same price of a packet, in which the caches' losses of a whole data frame are",
};

const superpages: Absent = {
  kind: "absent",
  id: "menon06-all",
  place: "Figure 5",
  what: "all optimizations, to none",
  verified: NOTES,
  basis: "prediction",
  published: "4.4 ×",
  because:
    "superpages are among them, and the stream has no TLB: its steps have prices and touch no memory of a guest's",
};

export const menon2006: Paper = {
  id: "menon06",
  citation: "A. Menon, A. L. Cox, W. Zwaenepoel, “Optimizing Network Virtualization in Xen”, USENIX ATC 2006",
  setup:
    "Xen 3.0, several gigabit cards; here a stream of whole segments without loss, on one processor, eight frames at once",
  rows: [baseline, offloads, superpages],
};
