/** Throughput over overcommitted memory, by what the host does about it. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

export interface OvercommitRow {
  technique: string;
  /** Memory of all machines to that of the host. */
  ratio: number;
  /** Requests a second. */
  throughput: number;
}

export function overcommit(rows: readonly OvercommitRow[]): Figure {
  const title = "More memory than there is";
  const most = Math.max(...rows.map(({ ratio }) => ratio));
  const last = rows
    .filter(({ ratio }) => ratio === most)
    .map(({ technique, throughput }) => `${technique} ${Math.round(throughput)}`);
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Throughput of equal machines, by how the host gets memory back.",
      alt: `${title}. At ${most} times the host's memory, requests a second: ${last.join(", ")}.`,
      columns: {
        technique: { label: "technique", unit: "" },
        ratio: { label: "overcommit: memory of all machines to the host's", unit: "×" },
        throughput: { label: "throughput", unit: "requests/s" },
      },
      x: "ratio",
      y: "throughput",
      series: "technique",
    },
  );
}
