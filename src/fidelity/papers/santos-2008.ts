/** What it costs to receive through a driver domain, and what is left of it. */
import type { Absent, Paper, Verified } from "../row.ts";

const ABSTRACT: Verified = { level: "primary", source: "the paper's abstract" };

const CACHES =
  "what is saved are misses of a copy made in another domain's context, and the model has no data caches";

const absent = (id: string, what: string, published: string, because: string): Absent => ({
  kind: "absent",
  id: `santos08-${id}`,
  place: "abstract",
  what,
  verified: ABSTRACT,
  basis: "prediction",
  published,
  because,
});

export const santos2008: Paper = {
  id: "santos08",
  citation:
    "J. R. Santos, Y. Turner, G. Janakiraman, I. Pratt, “Bridging the Gap between Software and Hardware Techniques for I/O Virtualization”, USENIX ATC 2008",
  setup: "Xen, netperf receiving; nothing of it is run here",
  rows: [
    absent("conventional", "receiving, optimized, to not", "56 % less", CACHES),
    absent(
      "multi-queue",
      "receiving through a queue of its own",
      "near direct",
      "our cards have one queue for Xen",
    ),
  ],
};
