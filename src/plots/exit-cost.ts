/** Hardware against software over the generations of processors. */
import { stripChart } from "./charts/strip.ts";
import type { Figure } from "./figure.ts";

/** One operation on one processor. */
export interface ExitCostRow {
  processor: string;
  benchmark: string;
  /** Cycles by VT-x for one by binary translation. */
  ratio: number;
}

export function exitCost(rows: readonly ExitCostRow[]): Figure {
  const title = "When hardware overtook software";
  const won = rows
    .filter(({ ratio }) => ratio < 1)
    .map(({ benchmark, processor }) => `${benchmark} on ${processor}`);
  return stripChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "Cost by VT-x, of the cost by binary translation; below 1 the hardware is ahead. A logarithmic axis.",
      alt: `${title}. Hardware is ahead at: ${won.join("; ") || "nothing"}.`,
      columns: {
        processor: { label: "processor", unit: "" },
        benchmark: { label: "operation", unit: "" },
        ratio: { label: "hardware to software", unit: "×" },
      },
      x: "ratio",
      y: "processor",
      facet: "benchmark",
      panels: 2,
    },
  );
}
