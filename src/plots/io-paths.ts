/** Exits and work of a request over the queue's depth, a panel for each answer to the question whose the device is. */
import { type LineChart, lineView } from "./charts/line.ts";
import type { Columns, Row } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { vegaLite } from "./vega.ts";

/** One depth, batch and size on one path. */
export interface IoPathsRow {
  path: string;
  depth: number;
  batch: number;
  /** Of a request, in whatever unit. */
  size: number;
  /** Ways out of the guest for each request. */
  exits: number;
  /** Cycles that the processor works for each request. */
  work: number;
}

/** Whose the device is, and by what interface the guest speaks to it. */
export type Places = Readonly<Record<string, readonly [whose: string, speaks: string]>>;

export const NATIVE = "no hypervisor";
export const MODEL = "hypervisor's model";
export const SPLIT = "another domain's";
export const ASSIGNED = "passed through";
export const EXITLESS = "…, interrupts posted";

const FEWEST = "smallest";
const MOST = "largest";

export interface IoPathsText {
  readonly title: string;
  readonly subtitle: string;
  /** What a request is called. */
  readonly request: string;
  readonly places: Places;
  /** Of sizes: "sectors". */
  readonly unit: string;
}

/** Of several sizes the smallest is drawn, unless there is one depth only: then the figure is over sizes. */
export function ioPaths(rows: readonly IoPathsRow[], text: IoPathsText): Figure {
  const { title, request, places, unit } = text;
  const depths = new Set(rows.map(({ depth }) => depth));
  const x = depths.size > 1 ? "depth" : new Set(rows.map(({ size }) => size)).size > 1 ? "size" : "depth";
  const size = Math.min(...rows.map((row) => row.size));
  const kept = rows.filter((row) => x === "size" || row.size === size);
  const batched = new Set(kept.map(({ batch }) => batch)).size > 1;
  const drawn = kept.flatMap((row) => {
    const [whose, speaks] = places[row.path] ?? [row.path, "?"];
    const beside = kept.filter(
      ({ path, depth, size }) => path === row.path && depth === row.depth && size === row.size,
    );
    const batches = beside.map(({ batch }) => batch);
    const ends: string[] = [];
    if (row.batch === Math.min(...batches)) ends.push(FEWEST);
    if (batched && row.batch === Math.max(...batches)) ends.push(MOST);
    return ends.map((told) => ({ ...row, whose, speaks, told }));
  });
  const columns: Columns = {
    whose: { label: "device", unit: "" },
    speaks: { label: "interface", unit: "" },
    told: { label: "batch", unit: "" },
    depth: { label: "queue depth", unit: "" },
    size: { label: "size", unit },
    exits: { label: "exits", unit: `per ${request}` },
    work: { label: "work", unit: `cycles per ${request}` },
  };
  const at = x === "depth" ? `${size} ${unit}` : `depth ${[...depths][0]}`;
  const chart: Omit<LineChart, "y"> = {
    title,
    subtitle: `${text.subtitle} (${at})`,
    alt: `${title}, ${at}. Exits and cycles of work per ${request}: ${kept
      .map(
        (row) =>
          `${row.path}, ${x} ${row[x]}, batch ${row.batch}: ${row.exits.toFixed(2)}, ${Math.round(row.work)}`,
      )
      .join("; ")}.`,
    ...{
      columns,
      x,
      series: "speaks",
      facet: "whose",
      ...(batched && { dash: "told" }),
      panels: 5,
      log: ["x"],
    },
  };
  const view = (y: string, more: Partial<LineChart>) => {
    const { title: _, ...bare } = lineView(drawn as readonly Row[], { ...chart, ...more, y }) as {
      title: unknown;
    };
    return bare;
  };
  const rowsOfPanels = [view("exits", { root: ["y"] }), view("work", { log: ["x", "y"] })];
  return vegaLite({ title: { text: title, subtitle: chart.subtitle }, vconcat: rowsOfPanels }, chart);
}
