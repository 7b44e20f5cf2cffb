/** A quantity for each of some names, as bars from zero. */
import { distinct, type Row } from "../columns.ts";
import type { Figure } from "../figure.ts";
import { vegaLite } from "../vega.ts";
import { type Chart, names, panels, quantity, series, step, tooltip } from "./parts.ts";

export interface BarChart extends Chart {
  /** The column of names. */
  x: string;
  y: string;
}

/** Bars of one name stand side by side by series; rows that share all of them are averaged. */
export function barChart(rows: readonly Row[], chart: BarChart): Figure {
  const { x, y, columns } = chart;
  const up = { ...quantity(rows, columns, y), aggregate: "mean", stack: null };
  const bars = {
    mark: { type: "bar", cornerRadiusEnd: 2 },
    encoding: {
      x: names(rows, columns, x),
      y: up,
      color: series(rows, chart).color,
      ...(chart.series && chart.series !== x
        ? { xOffset: { field: chart.series, sort: distinct(rows, chart.series) } }
        : {}),
      tooltip: tooltip(rows, columns, [x, y, chart.series], y),
    },
  };
  return vegaLite(panels(rows, chart, [bars], { width: step(rows, x, 80) }), chart);
}
