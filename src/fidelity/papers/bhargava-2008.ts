/** The two-dimensional page walk, and what caches of it are worth. */
import type { Absent, Figure, Order, Paper, Reading, Verified } from "../row.ts";

const SUMMARIES: Verified = {
  level: "secondary",
  confidence: 0.95,
  source: "two summaries of Figure 1 that do not know of each other; the formula is arithmetic",
};

const walk = (guest: string, host: string, levels = 4): Reading => ({
  experiment: "walk-references",
  settings: { guest, host, levels },
  column: "references",
});

/** The paper's own two figures, and others of its formula. */
const POINTS: readonly [id: string, what: string, published: number, ours: Reading, derived: boolean][] = [
  ["native", "native, 4 levels", 4, walk("4 KiB", "none"), false],
  ["nested", "guest and monitor with pages of 4 KiB", 24, walk("4 KiB", "4 KiB"), false],
  ["large-nested", "monitor's pages of 2 MiB", 19, walk("4 KiB", "2 MiB"), true],
  ["large-guest", "guest's pages of 2 MiB", 19, walk("2 MiB", "4 KiB"), true],
  ["large-both", "both of 2 MiB", 15, walk("2 MiB", "2 MiB"), true],
  ["huge-both", "both of 1 GiB", 8, walk("1 GiB", "1 GiB"), true],
  ["five-levels", "5 levels, pages of 4 KiB", 35, walk("4 KiB", "4 KiB", 5), true],
];

const references = ([id, what, published, ours, derived]: (typeof POINTS)[number]): Figure => ({
  kind: "figure",
  id: `bhargava08-${id}`,
  place: derived ? "Figure 1, by its formula" : "Figure 1",
  what,
  verified: SUMMARIES,
  basis: "prediction",
  published,
  unit: "references",
  tolerance: { absolute: 0 },
  ours,
});

const gain = (id: string, what: string, published: string): Absent => ({
  kind: "absent",
  id: `bhargava08-gain-${id}`,
  place: "abstract",
  what,
  verified: { level: "memory", confidence: 0.85, source: "recalled, not looked up" },
  basis: "prediction",
  published,
  because:
    "its workloads are traces of servers and of SPEC on AMD's simulator of an Opteron; what is left of a walk is nested-walk-caches",
});

const cycles = (label: string, step: string): Order["ascending"][number] => ({
  label,
  ours: { experiment: "nested-walk-caches", settings: { stream: "gups", step }, column: "cycles" },
});

/** The abstract's sequence: each of the three gains by itself. */
const sequence: Order = {
  kind: "order",
  id: "bhargava08-sequence",
  place: "abstract",
  what: "",
  verified: { level: "memory", confidence: 0.85, source: "recalled, not looked up" },
  basis: "prediction",
  unit: "cycles per access",
  ascending: [
    cycles("native", "native"),
    cycles("2M", "+ 2-MiB pages"),
    cycles("NTLB", "+ nested TLB"),
    cycles("both", "both PWCs"),
    cycles("guest", "guest's PWC"),
    cycles("none", "no caches"),
  ],
  note: "random updates over 128 MiB, at Haswell's prices of a reference",
};

export const bhargava2008: Paper = {
  id: "bhargava08",
  citation:
    "R. Bhargava, B. Serebrin, F. Spadini, S. Manne, “Accelerating Two-Dimensional Page Walks for Virtualized Systems”, ASPLOS 2008",
  setup: "AMD's Opteron, 4 levels in both dimensions; counted here off cold walks",
  rows: [
    ...POINTS.map(references),
    sequence,
    gain("pwc", "page-walk cache for both dimensions", "15 to 38 %"),
    gain("ntlb", "a nested TLB besides", "3 to 7 %"),
    gain("large", "large nested pages besides", "3 to 22 %"),
  ],
};
