/** What translation costs over the rate of switches, with tags and without. */
import { lineChart } from "./charts/line.ts";
import type { Figure } from "./figure.ts";

/** One interval between switches. */
export interface TlbTagsRow {
  tags: string;
  /** Accesses from one switch to the next. */
  interval: number;
  /** Cycles of translation for each access. */
  cycles: number;
}

export function tlbTags(rows: readonly TlbTagsRow[]): Figure {
  const title = "What a tagged TLB is worth";
  const told = rows.map(({ tags, interval, cycles }) => `${tags}, ${interval}: ${cycles.toFixed(2)}`);
  return lineChart(
    rows.map((row) => ({ ...row })),
    {
      title,
      subtitle: "Cycles that translation adds to an access, over the accesses between two switches.",
      alt: `${title}. Cycles by accesses between switches: ${told.join("; ")}.`,
      columns: {
        tags: { label: "who takes turns", unit: "" },
        interval: { label: "accesses between switches", unit: "" },
        cycles: { label: "translation", unit: "cycles per access" },
      },
      x: "interval",
      y: "cycles",
      series: "tags",
      log: ["x"],
    },
  );
}
