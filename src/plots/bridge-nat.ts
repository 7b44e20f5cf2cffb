/** Who can begin to talk to whom, and what the hosts work for it: a matrix for each way to connect guests. */
import { tileChart } from "./charts/tile.ts";
import { distinct } from "./columns.ts";
import type { Figure } from "./figure.ts";

/** A pair of machines. */
export interface BridgeNatRow {
  way: string;
  from: string;
  to: string;
  /** "yes" when a datagram was answered. */
  udp: string;
  /** Question and answer, in microseconds. */
  trip: number;
  /** The hosts' work for both, in cycles. */
  work: number;
}

export function bridgeNat(rows: readonly BridgeNatRow[]): Figure {
  const title = "Who can begin to talk to whom";
  const short = (name: string) => name.replace("guest ", "");
  const all = rows.map((row) => ({ ...row, from: short(row.from), to: short(row.to) }));
  const answered = all.filter(({ udp }) => udp === "yes");
  const trips = distinct(all, "way").map((way) => {
    const [of, reached] = [all, answered].map((some) => some.filter((row) => row.way === way));
    const slowest = Math.max(0, ...reached!.map(({ trip }) => trip));
    return { way, share: `${reached!.length} of ${of!.length}`, slowest: slowest.toFixed(1) };
  });
  const shares = trips.map(({ way, share }) => `${way} ${share}`).join(", ");
  const told = trips.map(({ way, share, slowest }) => `${way}: ${share} pairs, at most ${slowest} µs`);
  return tileChart(answered, {
    title,
    subtitle: `No tile: no answer. Answered: ${shares}.`,
    alt: `${title}. ${told.join(". ")}. ${answered.map(({ way, from, to, work }) => `${way}, ${from} to ${to}: ${work} cycles`).join("; ")}.`,
    columns: {
      way: { label: "guests are", unit: "" },
      from: { label: "from guest", unit: "" },
      to: { label: "to guest", unit: "" },
      work: { label: "hosts' work", unit: "cycles" },
    },
    ...{ x: "to", y: "from", value: "work", facet: "way", order: distinct(all, "from") as string[] },
  });
}
