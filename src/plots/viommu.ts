/** What a buffer costs a guest that runs its own remapping unit, over how many pages wait for a flush. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One batch with one unit. */
export interface ViommuRow {
  unit: string;
  batch: number;
  /** VM exits for each buffer. */
  exits: number;
  cycles: number;
}

export function viommu(rows: readonly ViommuRow[]): Figure {
  const title = "A guest that runs its own remapping unit";
  const told = rows.map(({ unit, batch, cycles }) => `${unit}, ${batch}: ${Math.round(cycles)}`);
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "Each buffer is mapped, used and taken back. An emulated unit costs an exit at each flush, and none at a map.",
      alt: `${title}. Cycles per buffer by pages to a flush: ${told.join("; ")}.`,
      columns: {
        unit: { label: "unit", unit: "" },
        batch: { label: "pages to a flush", unit: "" },
        cycles: { label: "time", unit: "cycles per buffer" },
      },
      x: "batch",
      y: "cycles",
      series: "unit",
      log: ["x"],
    },
  );
}
