/** Cycles of translation for an access over the size of what is accessed: a line natively and for each size of EPT's pages. */
import { lineChart } from "./charts/line.ts";
import type { Columns } from "./columns.ts";
import type { Figure } from "./figure.ts";

/** One stream over one region. */
export interface TlbReachRow {
  stream: string;
  /** MiB. */
  span: number;
  /** Sizes of pages; "native" where there is no EPT. */
  pages: string;
  nested: string;
  processor: string;
  /** Of translation, for an access. */
  cycles: number;
}

const COLUMNS: Columns = {
  panel: { label: "stream", unit: "" },
  span: { label: "region", unit: "MiB" },
  cycles: { label: "translation", unit: "cycles/access" },
  tables: { label: "tables", unit: "" },
};

export function tlbReach(rows: readonly TlbReachRow[]): Figure {
  const title = "Where the TLBs' reach ends";
  const drawn = rows.map((row) => ({
    ...row,
    tables: row.nested === "native" ? "native" : `under EPT of ${row.nested}`,
    panel: `${row.stream}, pages of ${row.pages}`,
  }));
  const told = drawn.map(
    ({ panel, span, tables, cycles }) => `${panel}, ${span} MiB, ${tables}: ${Number(cycles.toPrecision(3))}`,
  );
  const processors = [...new Set(rows.map(({ processor }) => processor))].join(", ");
  return lineChart(drawn, {
    title,
    subtitle: `Cycles that an access waits for its translation (${processors}).`,
    alt: `${title}, cycles for an access. ${told.join("; ")}.`,
    columns: COLUMNS,
    x: "span",
    y: "cycles",
    series: "tables",
    facet: "panel",
    panels: 2,
    log: ["x"],
  });
}
