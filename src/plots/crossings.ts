/** Why a guest is left: the ways into the monitor by cause, a panel a system. */

import { panels, quantity, tooltip } from "./charts/parts.ts";
import { axisTitle, type Columns } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { PALETTE } from "./theme.ts";
import { vegaLite } from "./vega.ts";

/** One cause below one monitor. */
export interface CrossingsRow {
  system: string;
  workload: string;
  cause: string;
  /** Of one operation. */
  count: number;
}

const COLUMNS: Columns = {
  system: { label: "system", unit: "" },
  workload: { label: "workload", unit: "" },
  cause: { label: "cause", unit: "" },
  count: { label: "ways out of the guest", unit: "per operation" },
};

export function crossings(rows: readonly CrossingsRow[]): Figure {
  const workloads = [...new Set(rows.map(({ workload }) => workload))];
  const title = "Why a guest is left";
  const drawn = rows.map((row) => ({
    ...row,
    place: workloads.length > 1 ? `${row.system}: ${row.workload}` : row.system,
  }));
  const columns = { ...COLUMNS, place: { label: "system", unit: "" } };
  const bars = {
    mark: { type: "bar", cornerRadiusEnd: 2 },
    encoding: {
      x: { ...quantity(drawn, columns, "count"), aggregate: "mean" },
      y: { field: "cause", type: "nominal", sort: "-x", axis: { title: null } },
      color: { value: PALETTE.blue },
      tooltip: tooltip(drawn, columns, ["cause"], "count"),
    },
  };
  const chart = {
    title,
    subtitle: workloads.length > 1 ? "Of one operation." : `Of one operation of ${workloads[0]}.`,
    alt: `${title}, ${axisTitle(COLUMNS.count!)}. ${drawn.map(({ place, cause, count }) => `${place}, ${cause}: ${Number(count.toPrecision(3))}`).join("; ")}.`,
    columns,
    facet: "place",
    panels: 1,
  };
  const view = panels(drawn, chart, [bars], { height: { step: 20 } as never });
  // Each monitor has its own causes.
  return vegaLite({ ...view, resolve: { scale: { y: "independent" } } }, chart);
}
