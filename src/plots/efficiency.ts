/** What each technique leaves to the processor, with the slow-down that it comes to. */
import { names, panels, tooltip } from "./charts/parts.ts";
import type { Columns } from "./columns.ts";
import type { Figure } from "./figure.ts";
import { PALETTE, QUIET } from "./theme.ts";
import { vegaLite } from "./vega.ts";

/** One workload below one monitor. */
export interface EfficiencyRow {
  system: string;
  workload: string;
  /** Instructions executed as they are, of those that the bare machine executes: more than 1 where the guest is another one. */
  direct: number;
  /** × native. */
  slowdown: number;
}

const COLUMNS: Columns = {
  system: { label: "system", unit: "" },
  workload: { label: "workload", unit: "" },
  direct: { label: "executed directly", unit: "fraction" },
  slowdown: { label: "slow-down", unit: "× native" },
};

export function efficiency(rows: readonly EfficiencyRow[]): Figure {
  const title = "What each technique leaves to the processor";
  const drawn = rows.map((row) => ({
    ...row,
    direct: Math.min(1, row.direct),
    said: `${Number(row.slowdown.toPrecision(3))} ×`,
  }));
  const y = { ...names(drawn, COLUMNS, "system"), title: null, axis: { title: null, grid: true } };
  const x = {
    field: "direct",
    type: "quantitative",
    scale: { domain: [0, 1.25] },
    axis: { title: "executed directly (fraction)", values: [0, 0.5, 1] },
  };
  const points = {
    mark: { type: "point", filled: true, size: 75, opacity: 1 },
    encoding: {
      x,
      y,
      color: { value: PALETTE.blue },
      tooltip: tooltip(drawn, COLUMNS, ["system"], "direct"),
    },
  };
  const slowdowns = {
    mark: { type: "text", align: "left", dx: 8, fontSize: 11 },
    encoding: { x, y, text: { field: "said", type: "nominal" }, color: { value: QUIET } },
  };
  const chart = {
    title,
    subtitle:
      "Instructions that run as they are, and beside each point the slow-down against the bare machine.",
    alt: `${title}. ${drawn.map(({ workload, system, direct, said }) => `${workload} on ${system}: ${direct.toFixed(2)}, ${said}`).join("; ")}.`,
    columns: COLUMNS,
    facet: "workload",
    panels: 2,
  };
  return vegaLite(panels(drawn, chart, [points, slowdowns], { height: { step: 20 } as never }), chart);
}
