/** What tenants use of a host's memory over time, and what is lost between them and inside of what they were given. */
import { lineChart } from "./charts/line.ts";
import { distinct } from "./columns.ts";
import type { Figure } from "./figure.ts";

/** A host's memory at a time, as fractions of it. */
export interface FragmentationRow {
  placement: string;
  /** In departures. */
  time: number;
  used: number;
  between: number;
  inside: number;
}

const PARTS = {
  used: "used by tenants",
  between: "free, but in pieces",
  inside: "given, but not asked for",
} as const;

export function fragmentation(rows: readonly FragmentationRow[]): Figure {
  const title = "Memory in pieces";
  const parts = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const drawn = rows.flatMap(({ placement, time, ...row }) =>
    parts.map((part) => ({ placement, time, part: PARTS[part] as string, share: row[part] })),
  );
  const names = distinct(drawn, "placement");
  return lineChart(drawn, {
    title,
    subtitle: "Tenants of all sizes come and go, and somebody always waits.",
    alt: `At the end tenants use: ${names.map((name) => `${name} ${percent(rows, name)}`).join(", ")} of the memory.`,
    columns: {
      placement: { label: "placement", unit: "" },
      time: { label: "time", unit: "departures" },
      part: { label: "memory", unit: "" },
      share: { label: "memory", unit: "fraction of all" },
    },
    x: "time",
    y: "share",
    series: "part",
    facet: "placement",
    range: [0, 1],
    panels: names.length === 4 ? 2 : 3,
  });
}

/** The mean of the second half, in which nothing is new any more. */
function percent(rows: readonly FragmentationRow[], name: unknown): string {
  const own = rows.filter(({ placement }) => placement === name);
  const late = own.filter(({ time }) => 2 * time >= Math.max(...own.map((row) => row.time)));
  return `${Math.round((100 * late.reduce((sum, { used }) => sum + used, 0)) / late.length)} %`;
}
