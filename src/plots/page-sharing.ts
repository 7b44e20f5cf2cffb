/** Page sharing over the number of equal machines. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

export interface PageSharingRow {
  machines: number;
  /** Per cent of all pages. */
  shared: number;
  reclaimed: number;
}

export function pageSharing(rows: readonly PageSharingRow[]): Figure {
  const title = "The same page, again";
  const last = rows.at(-1);
  const drawn = rows.flatMap(({ machines, shared, reclaimed }) => [
    { machines, part: shared, pages: "shared" },
    { machines, part: reclaimed, pages: "reclaimed" },
  ]);
  return lineChart(drawn, {
    title,
    subtitle:
      "Of the pages of equal machines: those with a frame in common, and those that need none of their own.",
    alt: `${title}. With ${last?.machines} machines ${last?.shared.toFixed(0)} % are shared and ${last?.reclaimed.toFixed(0)} % reclaimed.`,
    columns: {
      machines: { label: "equal machines", unit: "1" },
      part: { label: "of all pages", unit: "%" },
      pages: { label: "pages", unit: "" },
    },
    x: "machines",
    y: "part",
    series: "pages",
    range: [0, 100],
  });
}
