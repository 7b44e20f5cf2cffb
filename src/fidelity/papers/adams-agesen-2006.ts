/** Binary translation against the first VT-x: the nanobenchmarks of section 6.3. */
import type { Figure, Order, Paper, Reading, Row, Verified } from "../row.ts";

const QUOTED: Verified = {
  level: "quoted",
  source:
    "the section's text, quoted in the comments of a public port of the benchmarks; the figure's number was not checked",
};
const RECALLED: Verified = { level: "memory", confidence: 0.85, source: "recalled, not looked up" };
const QUARTER = { relative: 0.25 };
const PLACE = "sec. 6.3";

type Monitor = "native" | "vmware" | "vmware-vtx";
const SHORT: Record<Monitor, string> = { native: "native", vmware: "bt", "vmware-vtx": "vtx" };
const SAID: Record<Monitor, string> = {
  native: "native",
  vmware: "BT",
  "vmware-vtx": "VT-x",
};

/** MOV to CR8 needs a 64-bit guest. */
const nano = (system: Monitor, benchmark: string): Reading => ({
  experiment: "nanobenchmarks",
  settings: { system, processor: "pentium4", bits: benchmark === "cr8wr" ? 64 : 32 },
  where: { benchmark },
  column: "cycles",
});

type More = Partial<Pick<Figure, "tolerance" | "unit" | "note" | "basis" | "ours" | "what">>;

const figure = (benchmark: string, system: Monitor, published: number, more: More = {}): Figure => ({
  kind: "figure",
  id: `aa06-${benchmark}-${SHORT[system]}`,
  place: PLACE,
  what: `${benchmark}, ${SAID[system]}`,
  verified: QUOTED,
  basis: "fitted",
  published,
  unit: "cycles",
  tolerance: QUARTER,
  ours: nano(system, benchmark),
  ...more,
});

const order = (benchmark: string, ascending: readonly Monitor[], basis: Row["basis"] = "fitted"): Order => ({
  kind: "order",
  id: `aa06-${benchmark}-order`,
  place: PLACE,
  what: `${benchmark}: `,
  verified: QUOTED,
  basis,
  unit: "cycles",
  ascending: ascending.map((system) => ({ label: SHORT[system], ours: nano(system, benchmark) })),
});

const NOTHING_TO_FIT =
  "a prediction: the operation does not leave the guest, so no price of the monitor's is in it";
const forkwait = (system: string): Reading => ({
  experiment: "lmbench",
  settings: { system, processor: "pentium4", operation: "fork" },
  column: "cycles",
});
const slowdown = (system: Monitor, published: number): Figure => ({
  kind: "figure",
  id: `aa06-forkwait-${SHORT[system]}`,
  place: "sec. 6.2",
  what: `fork and wait, ${SAID[system]} to native`,
  verified: RECALLED,
  basis: "prediction",
  published,
  unit: "×",
  tolerance: QUARTER,
  ours: { ratio: [forkwait(system), forkwait("native")] },
  note: "our kernel's fork copies a process of some twenty pages, Linux's of hundreds",
});

export const adamsAgesen2006: Paper = {
  id: "aa06",
  citation:
    "K. Adams and O. Agesen, “A Comparison of Software and Hardware Techniques for x86 Virtualization”, ASPLOS 2006",
  setup:
    "VMware Workstation 5.5 on a 3.8-GHz Pentium 4 672 with the first VT-x; binary translation (BT) and VT-x both keep traced shadow page tables",
  rows: [
    figure("syscall", "vmware", 2000, {
      what: "syscall, BT above native",
      ours: { difference: [nano("vmware", "syscall"), nano("native", "syscall")] },
    }),
    figure("syscall", "vmware-vtx", 1, {
      what: "syscall, VT-x to native",
      unit: "×",
      ours: { ratio: [nano("vmware-vtx", "syscall"), nano("native", "syscall")] },
      basis: "prediction",
      note: NOTHING_TO_FIT,
    }),
    order("syscall", ["vmware-vtx", "vmware"]),
    figure("in", "native", 3209),
    figure("in", "vmware", 214, { note: "printed as fifteen times faster than native" }),
    figure("in", "vmware-vtx", 15826),
    order("in", ["vmware", "native", "vmware-vtx"]),
    figure("cr8wr", "native", 140, { note: "printed as four times the software monitor's 35" }),
    {
      kind: "absent",
      id: "aa06-cr8wr-bt",
      place: PLACE,
      what: "cr8wr, BT",
      verified: QUOTED,
      basis: "fitted",
      published: "35 cycles",
      because: "MOV to CR8 is an instruction of 64-bit mode, and our translator is for 32-bit kernels",
    },
    figure("cr8wr", "vmware-vtx", 1, {
      what: "cr8wr, VT-x to native",
      unit: "×",
      ours: { ratio: [nano("vmware-vtx", "cr8wr"), nano("native", "cr8wr")] },
      basis: "prediction",
      note: NOTHING_TO_FIT,
    }),
    figure("callret", "native", 11),
    figure("callret", "vmware", 51, {
      note: "translated code alone, which looks the return's target up in a table and jumps there",
    }),
    figure("callret", "vmware-vtx", 11, { basis: "prediction", note: NOTHING_TO_FIT }),
    order("callret", ["vmware-vtx", "vmware"], "prediction"),
    figure("pgfault", "native", 1093),
    figure("pgfault", "vmware", 3927),
    figure("pgfault", "vmware-vtx", 11242),
    order("pgfault", ["native", "vmware", "vmware-vtx"]),
    figure("ptemod", "native", 1, {
      tolerance: { absolute: 1.25 },
      note: "a quarter of a cycle says nothing: our instructions take whole cycles, and a store takes two of them",
    }),
    figure("ptemod", "vmware", 391),
    figure("ptemod", "vmware-vtx", 12733),
    order("ptemod", ["native", "vmware", "vmware-vtx"]),
    {
      ...order("divzero", ["vmware-vtx", "vmware"], "prediction"),
      note: "the figures are in a plot that was not seen; VT-x lets a guest take its exceptions itself",
    },
    slowdown("vmware", 6.15),
    slowdown("vmware-vtx", 17.7),
    {
      ...order("forkwait", ["native", "vmware", "vmware-vtx"], "prediction"),
      place: "sec. 6.2",
      what: "fork and wait: ",
      verified: RECALLED,
      ascending: (["native", "vmware", "vmware-vtx"] as const).map((system) => ({
        label: SHORT[system],
        ours: forkwait(system),
      })),
    },
  ],
};
