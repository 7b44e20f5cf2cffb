/** What is left of a two-dimensional walk as hardware is added. */
import { barChart } from "./charts/bar.ts";
import type { Figure } from "./figure.ts";

/** One processor under one stream. */
export interface NestedWalkCachesRow {
  stream: string;
  /** What the processor has. */
  step: string;
  /** Entries read by a walk, on average. */
  references: number;
}

export function nestedWalkCaches(rows: readonly NestedWalkCachesRow[]): Figure {
  const title = "What makes two-dimensional walks bearable";
  const told = rows.map(({ stream, step, references }) => `${stream}, ${step}: ${references.toFixed(2)}`);
  return barChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Entries that a walk reads on average, as hardware is added.",
      alt: `${title}. References per walk: ${told.join("; ")}.`,
      columns: {
        stream: { label: "stream", unit: "" },
        step: { label: "hardware", unit: "" },
        references: { label: "references", unit: "per walk" },
      },
      x: "step",
      y: "references",
      facet: "stream",
      panels: 3,
    },
  );
}
