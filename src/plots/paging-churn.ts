/** Who pays for the page tables, over how often they change: where the lines cross, nested paging begins to win. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One way of paging at one rate of changes. */
export interface PagingChurnRow {
  paging: string;
  /** Loads from one change of the page tables to the next. */
  change: number;
  /** Of one load. */
  cycles: number;
}

export function pagingChurn(rows: readonly PagingChurnRow[]): Figure {
  const title = "Where nested paging begins to win";
  const told = rows.map(({ paging, change, cycles }) => `${paging}, ${change}: ${cycles.toPrecision(3)}`);
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "Loads of a random cycle through the working set; every so many of them a page comes, is touched and goes.",
      alt: `${title}. Cycles a load, by loads between changes of the page tables: ${told.join("; ")}.`,
      columns: {
        paging: { label: "tables that are walked", unit: "" },
        change: { label: "loads between changes of the page tables", unit: "" },
        cycles: { label: "cost", unit: "cycles per load" },
      },
      x: "change",
      y: "cycles",
      series: "paging",
      log: ["x", "y"],
    },
  );
}
