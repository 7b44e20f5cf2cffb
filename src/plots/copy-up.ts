/** What a change of an image's file leaves in memory, over the file's length. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

export interface CopyUpRow {
  kib: number;
  change: string;
  /** KiB in the upper layer. */
  copied: number;
  /** KiB of pages in memory. */
  cached: number;
}

export function copyUp(rows: readonly CopyUpRow[]): Figure {
  const title = "One byte of a large file";
  const largest = Math.max(...rows.map(({ kib }) => kib));
  const told = rows
    .filter(({ kib }) => kib === largest)
    .map(({ change, copied, cached }) => `${change}: ${copied} KiB copied, ${cached} KiB in memory`);
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle:
        "A file of a lower layer is copied whole for its first change. The other two, one page each, are one line.",
      alt: `${title}. Of a file of ${largest} KiB, ${told.join("; ")}.`,
      columns: {
        kib: { label: "length of the file", unit: "KiB" },
        cached: { label: "pages of files in memory afterwards", unit: "KiB" },
        change: { label: "what is done", unit: "" },
      },
      x: "kib",
      y: "cached",
      series: "change",
      log: ["x", "y"],
    },
  );
}
