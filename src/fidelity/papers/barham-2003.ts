/** lmbench on Linux, Xen and VMware Workstation: Tables 3 and 4; TCP by MTU. */

import type { Absent, Figure, Order, Paper, Reading, Row, Verified } from "../row.ts";
import { TCP_ROWS } from "./barham-2003-tcp.ts";

const PRIMARY: Verified = { level: "primary", source: "the paper's tables" };
const TENTH = { relative: 0.1 };

type Monitor = "xen" | "vmware3";
const SHORT: Record<Monitor, string> = { xen: "xen", vmware3: "vmw" };
const SAID: Record<Monitor, string> = { xen: "Xen", vmware3: "VMware" };

const latency = (system: Monitor | "native", operation: string): Reading => ({
  experiment: "lmbench",
  settings: { system, processor: "xeon", operation },
  column: "microseconds",
});

interface Line {
  /** In our ids and in ours experiment. */
  readonly id: string;
  readonly operation: string;
  /** µs, as printed. */
  readonly native: number;
  readonly xen: number;
  readonly vmware3: number;
  readonly place: "Table 3" | "Table 4";
  readonly note?: string;
}

const CACHES = "the working sets leave the first-level cache, and the model has no data caches";

const LINES: readonly Line[] = [
  { id: "null_call", operation: "null call", native: 0.45, xen: 0.46, vmware3: 0.73, place: "Table 3" },
  { id: "fork", operation: "fork", native: 110, xen: 198, vmware3: 874, place: "Table 3" },
  { id: "exec", operation: "exec", native: 530, xen: 768, vmware3: 2300, place: "Table 3" },
  { id: "2p_0K", operation: "2p/0K", native: 0.77, xen: 1.97, vmware3: 18.1, place: "Table 4" },
  { id: "2p_16K", operation: "2p/16K", native: 0.91, xen: 2.22, vmware3: 17.6, place: "Table 4" },
  {
    id: "2p_64K",
    operation: "2p/64K",
    native: 1.06,
    xen: 2.67,
    vmware3: 21.3,
    place: "Table 4",
    note: CACHES,
  },
  {
    id: "8p_16K",
    operation: "8p/16K",
    native: 1.03,
    xen: 3.07,
    vmware3: 22.4,
    place: "Table 4",
    note: CACHES,
  },
];

const ratio = (line: Line, system: Monitor): Figure => ({
  kind: "figure",
  id: `xen03-${line.id}-${SHORT[system]}`,
  place: line.place,
  what: `${line.operation}, ${SAID[system]} to native`,
  verified: PRIMARY,
  basis: "fitted",
  published: line[system] / line.native,
  unit: "×",
  tolerance: TENTH,
  ours: { ratio: [latency(system, line.operation), latency("native", line.operation)] },
  ...(line.note !== undefined && { note: line.note }),
});

/** Of 0.45 and 0.46 µs nobody can say which is more. */
const EQUAL = "null_call";

const order = ({ id, operation, place }: Line): Order => ({
  kind: "order",
  id: `xen03-${id}-order`,
  place,
  what: `${operation}: `,
  verified: PRIMARY,
  basis: "prediction",
  unit: "µs",
  ascending: (id === EQUAL ? (["xen", "vmware3"] as const) : (["native", "xen", "vmware3"] as const)).map(
    (system) => ({
      label: system === "native" ? system : SHORT[system],
      ours: latency(system, operation),
    }),
  ),
});

const absent = (id: string, place: string, what: string, published: string, because: string): Absent => ({
  kind: "absent",
  id: `xen03-${id}`,
  place,
  what,
  verified: PRIMARY,
  basis: "prediction",
  published,
  because,
});

const NO_FILES = "our kernel has no file system";
const NO_CACHES = "the model has no data caches, whose refill is most of this figure";

const rows: readonly Row[] = [
  ...LINES.filter(({ place }) => place === "Table 3").flatMap((line) => [
    ratio(line, "xen"),
    ratio(line, "vmware3"),
    order(line),
  ]),
  absent("null_IO", "Table 3", "null I/O, Xen to native", "0.50 to 0.50 µs", NO_FILES),
  absent("stat", "Table 3", "stat, Xen to native", "1.22 to 1.28 µs", NO_FILES),
  absent("open_close", "Table 3", "open and close, Xen to native", "1.88 to 1.92 µs", NO_FILES),
  absent("slct_TCP", "Table 3", "select, Xen to native", "5.69 to 5.70 µs", "our kernel has no network"),
  absent(
    "sig_inst",
    "Table 3",
    "installing a signal handler",
    "0.69 to 0.68 µs",
    "our kernel has no signals",
  ),
  absent(
    "sig_hndl",
    "Table 3",
    "taking a signal, Xen to native",
    "1.75 to 2.49 µs",
    "the authors lay it to cache alignment: nothing to compare with",
  ),
  absent("sh", "Table 3", "a shell, Xen to native", "4800 to 4000 µs", "our kernel has no shell"),
  ...LINES.filter(({ place }) => place === "Table 4").flatMap((line) => [
    ratio(line, "xen"),
    ratio(line, "vmware3"),
    order(line),
  ]),
  absent("8p_64K", "Table 4", "8p/64K, Xen to native", "28.7 to 24.3 µs", NO_CACHES),
  absent("16p_16K", "Table 4", "16p/16K, Xen to native", "7.08 to 3.61 µs", NO_CACHES),
  absent("16p_64K", "Table 4", "16p/64K, Xen to native", "39.4 to 37.6 µs", NO_CACHES),
  ...TCP_ROWS,
];

export const barham2003: Paper = {
  id: "xen03",
  citation:
    "P. Barham, B. Dragovic, K. Fraser, S. Hand, T. Harris, A. Ho, R. Neugebauer, I. Pratt, A. Warfield, “Xen and the Art of Virtualization”, SOSP 2003",
  setup: "lmbench 3.0-a3 and ttcp on Linux 2.4.21, one 2.4-GHz Xeon; VMware is Workstation 3.2",
  rows,
};
