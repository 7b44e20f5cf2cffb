/** What is found over time, by how fast the host looks. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

export interface SharingScanRow {
  scanner: string;
  /** Pages a second. */
  rate: number;
  /** Seconds. */
  second: number;
  /** Per cent of all pages. */
  reclaimed: number;
  /** Per cent of a processor. */
  looking: number;
}

export function sharingScan(rows: readonly SharingScanRow[]): Figure {
  const title = "Looking for equal pages";
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const pace = (scanner: string, rate: number) => {
    const of = rows.filter((row) => row.scanner === scanner && row.rate === rate);
    return `${rate} a second (${mean(of.map(({ looking }) => looking)).toFixed(1)} % of a processor)`;
  };
  const last = rows.filter(({ second }) => second === Math.max(...rows.map((row) => row.second)));
  const told = last.map(
    ({ scanner, rate, reclaimed }) => `${scanner}, ${pace(scanner, rate)}: ${reclaimed.toFixed(0)} %`,
  );
  return lineChart(
    rows.map((row) => ({ ...row, pace: `${row.rate} a second` })),
    {
      title,
      subtitle: "Pages that need no frame of their own, while the machines go on writing.",
      alt: `${title}. In the end: ${told.join("; ")}.`,
      columns: {
        second: { label: "time", unit: "s" },
        reclaimed: { label: "reclaimed", unit: "%" },
        pace: { label: "pages looked at", unit: "" },
        scanner: { label: "scanner", unit: "" },
      },
      x: "second",
      y: "reclaimed",
      series: "pace",
      facet: "scanner",
      panels: 2,
    },
  );
}
