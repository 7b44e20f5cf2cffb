/** References of a page walk, by the sizes of pages on either side. */
import { barChart } from "./charts/bar.ts";
import type { Figure } from "./figure.ts";

/** One walk. */
export interface WalkReferencesRow {
  /** Levels of the tables, where no page ends them earlier. */
  levels: number;
  /** Sizes of pages; "none" where there is no second dimension. */
  guest: string;
  host: string;
  references: number;
}

export function walkReferences(rows: readonly WalkReferencesRow[]): Figure {
  const title = "What a TLB miss reads";
  const told = rows.map(({ levels, guest, host, references }) =>
    host === "none"
      ? `${guest} natively, ${levels} levels: ${references}`
      : `${guest} over ${host}, ${levels} levels: ${references}`,
  );
  return barChart(
    rows.map((row) => ({ ...row, guest: `guest's pages of ${row.guest}`, tables: `${row.levels} levels` })),
    {
      title,
      subtitle: "Entries of page tables that a walk reads, with nothing cached: (g + 1)(n + 1) − 1.",
      alt: `${title}. ${told.join("; ")}.`,
      columns: {
        guest: { label: "guest's page", unit: "" },
        host: { label: "monitor's page", unit: "" },
        tables: { label: "tables", unit: "" },
        references: { label: "references", unit: "" },
      },
      x: "host",
      y: "references",
      facet: "guest",
      panels: 3,
      ...(new Set(rows.map(({ levels }) => levels)).size > 1 ? { series: "tables" } : {}),
    },
  );
}
