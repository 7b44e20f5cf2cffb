/** The figures that only this lab draws. A function without parameters may be shown before anything runs. */
import { barChart, type Figure } from "../../src/plots/index.ts";
import { measure } from "./measure.ts";

/** TODO The plot that opens the lab: it surprises, and raises the question. */
export function opening(): Figure {
  const rows = measure([1, 2, 4, 8]);
  return barChart(rows, {
    title: "The same addresses, and the same answers",
    subtitle: "How often is the page table read for 64 addresses?",
    alt: rows.map(({ pages, walker, reads }) => `${pages} pages, ${walker}: ${reads} reads.`).join(" "),
    columns: {
      pages: { label: "pages in use", unit: "" },
      walker: { label: "walker", unit: "" },
      reads: { label: "reads of the table", unit: "" },
    },
    x: "pages",
    y: "reads",
    series: "walker",
  });
}
