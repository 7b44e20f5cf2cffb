/** A quantity that spans orders of magnitude, for each of some names: a point on a logarithmic axis, with its value beside it. */
import { axisTitle, type Columns, column, type Row, requireNumbers } from "../columns.ts";
import type { Figure } from "../figure.ts";
import { PALETTE, QUIET } from "../theme.ts";
import { vegaLite } from "../vega.ts";
import { type Chart, names, panels, quantity, tooltip } from "./parts.ts";

export interface StripChart extends Omit<Chart, "series"> {
  /** The column of the quantity, greater than zero. */
  x: string;
  /** The column of names; a line each. */
  y: string;
}

/** A number's text takes about this much of a decade. */
const ROOM = 0.6;

/** Whole powers of ten around the values, with room for the text of the greatest. */
function decades(values: readonly number[], columns: Columns, key: string): { scale: object; axis: object } {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)) + ROOM);
  const ticks = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at));
  const title = axisTitle(column(columns, [], key));
  return {
    scale: { type: "log", domain: [ticks[0], ticks.at(-1)], nice: false },
    // 100,000 and more would run into its neighbour: 100k.
    axis: { title, values: ticks, format: low >= 0 && high > 4 ? "~s" : ",~r" },
  };
}

/** Bars would need a zero to begin at, and a logarithmic axis has none. */
export function stripChart(rows: readonly Row[], chart: StripChart): Figure {
  const { x, y, columns } = chart;
  requireNumbers(rows, x);
  const across = {
    ...quantity(rows, columns, x),
    ...decades(
      rows.map((row) => row[x] as number),
      columns,
      x,
    ),
  };
  const down = { ...(names(rows, columns, y) as object), title: null, axis: { title: null, grid: true } };
  const points = {
    mark: { type: "point", filled: true, size: 75, opacity: 1 },
    encoding: { x: across, y: down, color: { value: PALETTE.blue }, tooltip: tooltip(rows, columns, [y], x) },
  };
  const values = {
    mark: { type: "text", align: "left", dx: 8, fontSize: 11 },
    encoding: {
      x: across,
      y: down,
      text: { field: x, type: "quantitative", format: ",.3~r" },
      color: { value: QUIET },
    },
  };
  return vegaLite(panels(rows, chart, [points, values], { height: { step: 20 } }), chart);
}
