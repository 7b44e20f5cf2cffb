/** What a page costs that a guest gives back. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

export interface TakeBackRow {
  way: string;
  /** Pages. */
  batch: number;
  /** µs of a page. */
  cpu: number;
  disk: number;
}

export function takeBack(rows: readonly TakeBackRow[]): Figure {
  const title = "Getting pages back";
  const last = rows.filter(({ batch }) => batch === Math.max(...rows.map((row) => row.batch)));
  const told = last.map(
    ({ way, cpu, disk }) => `${way} ${cpu.toFixed(1)} µs, and ${disk.toFixed(0)} µs of the disk`,
  );
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Processor time of a page that a guest gives back, over the pages of one exit.",
      alt: `${title}. With the largest batch: ${told.join("; ")}.`,
      columns: {
        way: { label: "way", unit: "" },
        batch: { label: "pages of one exit", unit: "1" },
        cpu: { label: "processor time of a page", unit: "µs" },
      },
      x: "batch",
      y: "cpu",
      series: "way",
      log: ["x"],
    },
  );
}
