/** Misses of a TLB over its entries and ways. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One TLB under one stream. */
export interface TlbGeometryRow {
  stream: string;
  entries: number;
  /** "all": fully associative. */
  ways: string;
  /** Per thousand accesses. */
  misses: number;
}

export function tlbGeometry(rows: readonly TlbGeometryRow[]): Figure {
  const title = "How large a TLB must be";
  const told = rows.map(
    ({ stream, entries, ways, misses }) =>
      `${stream}, ${entries} entries, ways ${ways}: ${misses.toFixed(1)}`,
  );
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Misses per thousand accesses, over the entries of the TLB.",
      alt: `${title}. Misses per thousand accesses: ${told.join("; ")}.`,
      columns: {
        stream: { label: "stream", unit: "" },
        entries: { label: "entries", unit: "" },
        ways: { label: "ways", unit: "" },
        misses: { label: "misses", unit: "per thousand" },
      },
      x: "entries",
      y: "misses",
      series: "ways",
      facet: "stream",
      panels: 3,
      log: ["x"],
    },
  );
}
