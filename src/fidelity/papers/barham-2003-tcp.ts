/** TCP by MTU on Linux and Xen: Table 6. */
import type { Absent, Figure, Reading, Row, Verified } from "../row.ts";

const PRIMARY: Verified = { level: "primary", source: "the paper's tables" };
const PLACE = "Table 6";

type Direction = "transmit" | "receive";

interface Line {
  readonly mtu: 500 | 1500;
  readonly direction: Direction;
  /** Mb/s, as printed. */
  readonly native: number;
  readonly xen: number;
  readonly vmware: number;
}

const LINES: readonly Line[] = [
  { mtu: 500, direction: "transmit", native: 602, xen: 516, vmware: 101 },
  { mtu: 500, direction: "receive", native: 544, xen: 467, vmware: 137 },
  { mtu: 1500, direction: "transmit", native: 897, xen: 897, vmware: 291 },
  { mtu: 1500, direction: "receive", native: 897, xen: 897, vmware: 615 },
];

const rate = (path: string, { mtu, direction }: Line): Reading => ({
  experiment: "xen-net",
  settings: { path, direction, mtu, batch: 8 },
  column: "rate",
});

const named = ({ mtu, direction }: Line) => `${direction === "transmit" ? "tx" : "rx"}-${mtu}`;

const native = (line: Line): Figure => ({
  kind: "figure",
  id: `xen03-${named(line)}-native`,
  place: PLACE,
  what: `TCP ${line.direction}, ${line.mtu}, native`,
  verified: PRIMARY,
  basis: line.mtu === 500 ? "fitted" : "input",
  published: line.native,
  unit: "Mb/s",
  tolerance: { relative: 0.01 },
  ours: rate("native", line),
});

/** Only one of four was fitted to. */
const ratio = (line: Line): Figure => ({
  kind: "figure",
  id: `xen03-${named(line)}-xen`,
  place: PLACE,
  what: `TCP ${line.direction}, ${line.mtu}, Xen to native`,
  verified: PRIMARY,
  basis: line.mtu === 500 && line.direction === "transmit" ? "fitted" : "prediction",
  published: line.xen / line.native,
  unit: "×",
  tolerance: { relative: line.mtu === 500 ? 0.05 : 0.01 },
  ours: { ratio: [rate("hypervisor", line), rate("native", line)] },
  note:
    line.mtu === 500
      ? "the router and the card's driver are the hypervisor's; pages of received frames are transferred. Frames to an interrupt: eight, an assumption"
      : "the cable is the limit of both: the processor has time left",
});

const vmware = (line: Line): Absent => ({
  kind: "absent",
  id: `xen03-${named(line)}-vmw`,
  place: PLACE,
  what: `TCP ${line.direction}, ${line.mtu}, VMware to native`,
  verified: PRIMARY,
  basis: "prediction",
  published: `${line.vmware} of ${line.native}`,
  because: "no network of a hosted monitor's is built",
});

export const TCP_ROWS: readonly Row[] = LINES.flatMap((line) => [native(line), ratio(line), vmware(line)]);
