/** What single operations of a kernel cost, system by system. */
import { stripChart } from "./charts/strip.ts";
import type { Figure } from "./figure.ts";

/** One operation below one monitor. */
export interface NanobenchmarkRow {
  system: string;
  benchmark: string;
  cycles: number;
}

export function nanobenchmarks(rows: readonly NanobenchmarkRow[]): Figure {
  const title = "What single operations of a kernel cost below each monitor";
  return stripChart(
    rows.map((row) => ({ ...row, cycles: Math.max(1, row.cycles) })),
    {
      title,
      subtitle:
        "Cycles of one operation, loop subtracted; a logarithmic axis, and less than a cycle is drawn as one.",
      alt: `${title}. ${dearest(rows)}`,
      columns: {
        system: { label: "system", unit: "" },
        benchmark: { label: "operation", unit: "" },
        cycles: { label: "cost", unit: "cycles" },
      },
      x: "cycles",
      y: "system",
      facet: "benchmark",
      panels: 2,
    },
  );
}

/** The dearest system of each operation, in words. */
function dearest(rows: readonly NanobenchmarkRow[]): string {
  const last = new Map<string, NanobenchmarkRow>();
  for (const row of rows)
    if (row.cycles > (last.get(row.benchmark)?.cycles ?? Number.NEGATIVE_INFINITY))
      last.set(row.benchmark, row);
  return [...last.values()]
    .map(
      ({ benchmark, system, cycles }) =>
        `${benchmark} is dearest on ${system} (${Math.round(cycles)} cycles).`,
    )
    .join(" ");
}
