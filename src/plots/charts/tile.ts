/** A quantity over two sets of names or steps, as tinted tiles (a heat map). */
import { axisTitle, column, type Row, requireNumbers } from "../columns.ts";
import type { Figure } from "../figure.ts";
import { vegaLite } from "../vega.ts";
import { type Chart, names, panels, step, tooltip } from "./parts.ts";

export interface TileChart extends Omit<Chart, "series"> {
  x: string;
  y: string;
  value: string;
  /** Of the names on both axes; as they come in the rows unless said. */
  order?: readonly string[];
}

/** Cividis is even in lightness and reads the same with and without red-green vision (Nuñez et al., PLoS ONE 2018). */
export function tileChart(rows: readonly Row[], chart: TileChart): Figure {
  const { x, y, value, columns, order } = chart;
  const sorted = order ? { sort: order } : {};
  const title = axisTitle(column(columns, rows, value));
  requireNumbers(rows, value);
  const tiles = {
    mark: { type: "rect" },
    encoding: {
      x: { ...names(rows, columns, x), ...sorted },
      y: { ...names(rows, columns, y), ...sorted },
      color: {
        field: value,
        aggregate: "mean",
        type: "quantitative",
        title,
        scale: { scheme: "cividis" },
        legend: { orient: "right", gradientLength: 160 },
      },
      tooltip: tooltip(rows, columns, [x, y, value], value),
    },
  };
  return vegaLite(panels(rows, chart, [tiles], { width: step(rows, x, 36), height: { step: 28 } }), chart);
}
