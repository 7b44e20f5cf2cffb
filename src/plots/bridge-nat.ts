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
  const all = rows.map((row) => ({ ...row }));
  const answered = all.filter(({ udp }) => udp === "yes");
  const trips = distinct(all, "way").map((way) => {
    const [of, reached] = [all, answered].map((some) => some.filter((row) => row.way === way));
    const slowest = Math.max(0, ...reached!.map(({ trip }) => trip));
    return `${way}: ${reached!.length} of ${of!.length} pairs, at most ${slowest.toFixed(1)} µs`;
  });
  return tileChart(answered, {
    title,
    subtitle: `No tile: no answer. ${trips.join("; ")} from question to answer.`,
    alt: `${title}. ${trips.join(". ")}. ${answered.map(({ way, from, to, work }) => `${way}, ${from} to ${to}: ${work} cycles`).join("; ")}.`,
    columns: {
      way: { label: "guests are", unit: "" },
      from: { label: "from", unit: "" },
      to: { label: "to", unit: "" },
      work: { label: "hosts' work", unit: "cycles" },
    },
    ...{ x: "to", y: "from", value: "work", facet: "way", order: distinct(all, "from") as string[] },
  });
}
