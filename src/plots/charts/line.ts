/** A quantity over another one, as lines with points. */
import { axisTitle, type Columns, column, distinct, type Row } from "../columns.ts";
import type { Figure } from "../figure.ts";
import { vegaLite } from "../vega.ts";
import { type Chart, panels, panelWidth, quantity, series, tooltip } from "./parts.ts";

const MOST_STEPS = 10;
/** Pixels of a text under an axis and the gap to the next. */
const ROOM = 50;

export interface LineChart extends Chart {
  x: string;
  y: string;
  /** Fixed ends of the vertical axis, in the unit of y. */
  range?: readonly [number, number];
  /** Axes on which equal steps are equal ratios; every value must be above 0. */
  log?: readonly ("x" | "y")[];
  /** Axes on which equal steps are equal differences of square roots: for values near 0 beside values far from it. */
  root?: readonly ("x" | "y")[];
  /** A column whose values become kinds of strokes: three at most. */
  dash?: string;
}

const DASHES = [[], [5, 4], [1.5, 3]];

/**
 * Where several rows share an x (the seeds of a random experiment), the line is their mean and a band spans them all.
 * @throws {FigureError} when a column is not described or not a number
 */
export function lineChart(rows: readonly Row[], chart: LineChart): Figure {
  return vegaLite(lineView(rows, chart), chart);
}

/** The same as a view, to be put beside others. */
export function lineView(rows: readonly Row[], chart: LineChart): object {
  const { x, y, columns, range, log = [], root = [], dash } = chart;
  const ratio = (axis: "x" | "y") =>
    log.includes(axis) ? { type: "log" } : root.includes(axis) ? { type: "sqrt" } : {};
  const across = {
    x: log.includes("x")
      ? { ...quantity(rows, columns, x), axis: ratios(rows, chart), scale: { type: "log", nice: false } }
      : { ...quantity(rows, columns, x), axis: steps(rows, chart), scale: ratio("x") },
  };
  const up = { ...quantity(rows, columns, y), scale: { ...ratio("y"), ...(range ? { domain: range } : {}) } };
  const { color, shape } = series(rows, chart);
  const repeats = replicates(rows, [x, chart.series, chart.facet, dash]);
  const mean = { ...across, y: { ...up, aggregate: "mean" } };
  const ends = { y: { ...up, aggregate: "min" }, y2: { field: y, aggregate: "max" } };
  const band = { mark: { type: "area", opacity: 0.18 }, encoding: { ...across, ...ends, color } };
  const stroke = dash === undefined ? {} : { strokeDash: strokes(rows, columns, dash) };
  const line = { mark: { type: "line", strokeWidth: 2.2 }, encoding: { ...mean, color, ...stroke } };
  const points = {
    mark: { type: "point", filled: true, size: 55, opacity: 1 },
    encoding: {
      ...mean,
      color,
      shape,
      ...(dash !== undefined && { detail: { field: dash } }),
      tooltip: tooltip(rows, columns, [x, y, chart.series], y),
    },
  };
  const note = repeats > 1 ? `Line: mean of ${repeats} runs a point; band: all of them.` : undefined;
  const subtitle = [chart.subtitle, note].filter(Boolean).join(" ");
  const layer = repeats > 1 ? [band, line, points] : [line, points];
  return panels(rows, { ...chart, subtitle }, layer);
}

function strokes(rows: readonly Row[], columns: Columns, key: string): object {
  const domain = distinct(rows, key);
  const range = DASHES.slice(0, domain.length);
  return {
    field: key,
    type: "nominal",
    title: axisTitle(column(columns, rows, key)),
    scale: { domain, range },
  };
}

/** Where x is a small whole number there is nothing to mark between its values. */
function steps(rows: readonly Row[], chart: LineChart): object {
  const title = axisTitle(column(chart.columns, rows, chart.x));
  const numbers = rows.map((row) => row[chart.x] as number);
  const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)];
  if (greatest - least > MOST_STEPS || !numbers.every(Number.isInteger))
    return { title, tickCount: Math.ceil(panelWidth(rows, chart) / ROOM) };
  return { title, format: "d", values: Array.from({ length: greatest - least + 1 }, (_, n) => least + n) };
}

/** Along ratios the values themselves are marked, as far as their texts have room. */
function ratios(rows: readonly Row[], chart: LineChart): object {
  const title = axisTitle(column(chart.columns, rows, chart.x));
  const numbers = [...new Set(rows.map((row) => row[chart.x] as number))].sort((a, b) => a - b);
  const [least, greatest] = [numbers[0] as number, numbers.at(-1) as number];
  const room = (ROOM / panelWidth(rows, chart)) * Math.log(greatest / least);
  const values: number[] = [];
  for (const value of numbers)
    if (values.length === 0 || Math.log(value / (values.at(-1) as number)) >= room) values.push(value);
  return { title, values, format: greatest < 100_000 ? ",~r" : ".3~s" };
}

/** The largest number of rows that agree on all keys. */
function replicates(rows: readonly Row[], keys: (string | undefined)[]): number {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const place = JSON.stringify(keys.map((key) => key && row[key]));
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
