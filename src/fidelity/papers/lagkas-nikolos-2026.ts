/** Reclaiming a guest's memory at once: balloon, virtio-mem, Squeezy. */
import type { Absent, Paper, Verified } from "../row.ts";

const SECONDARY: Verified = { level: "secondary", confidence: 0.8, source: "notes on the paper" };

const absent = (id: string, what: string, published: string, because: string): Absent => ({
  ...{
    kind: "absent",
    id: `squeezy26-${id}`,
    place: "section 6.1",
    what,
    verified: SECONDARY,
    basis: "prediction",
  },
  ...{ published, because },
});

export const lagkasNikolos2026: Paper = {
  id: "squeezy26",
  citation: "Lagkas Nikolos and others, “Squeezy”, EuroSys 2026",
  setup: "2 GiB taken back from a guest on KVM",
  rows: [
    absent(
      "exits",
      "a balloon's time in exits",
      "81 %",
      "the price list is of 2002. The mechanism runs: `take-back` finds 91 % with one page an exit, 71 % with four, 4 % with 256",
    ),
    absent(
      "plug",
      "2 GiB by virtio-mem",
      "2,500 ms",
      "the price list is of 2002. The mechanism runs: `take-back` moves what is in a block before it goes",
    ),
  ],
};
