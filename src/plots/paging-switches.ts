/** What a process switch costs over the number of processes, a panel a working set. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One way of paging with so many processes. */
export interface PagingSwitchesRow {
  paging: string;
  processes: number;
  /** Working set of each process, in KB. */
  kilobytes: number;
  /** Of one switch. */
  cycles: number;
}

export function pagingSwitches(rows: readonly PagingSwitchesRow[]): Figure {
  const title = "What a process switch costs";
  const told = rows.map(
    ({ paging, processes, kilobytes, cycles }) =>
      `${paging}, ${processes}p/${kilobytes}K: ${Math.round(cycles)}`,
  );
  return lineChart(
    rows.map((row) => ({ ...row, set: `${row.kilobytes} KB each` })),
    {
      title,
      subtitle:
        "A token goes round a ring of processes, each of which sums its working set; a logarithmic axis.",
      alt: `${title}. Cycles of a switch: ${told.join("; ")}.`,
      columns: {
        paging: { label: "tables that are walked", unit: "" },
        processes: { label: "processes", unit: "" },
        cycles: { label: "cost", unit: "cycles per switch" },
        set: { label: "working set", unit: "" },
      },
      x: "processes",
      y: "cycles",
      series: "paging",
      facet: "set",
      panels: 2,
      log: ["y"],
    },
  );
}
