/** What the charts over rows share: axes with their units, series, facets, the title. */
import {
  axisTitle,
  type Columns,
  column,
  distinct,
  FigureError,
  type Row,
  requireNumbers,
} from "../columns.ts";
import { SERIES } from "../theme.ts";

/** What every chart needs to know. Keys name columns of the rows. */
export interface Chart {
  title: string;
  /** The line under the title, or lines; a good place for the claim. */
  subtitle?: string;
  /** The picture in a sentence, for those who do not see it. */
  alt: string;
  /** Label and unit of every column that the chart shows. */
  columns: Columns;
  /** A column whose values become colours and shapes: four at most. */
  series?: string;
  /** A column whose values become panels. */
  facet?: string;
  /** Panels side by side. */
  panels?: number;
}

const SHAPES = ["circle", "square", "triangle-up", "diamond"];

export function quantity(rows: readonly Row[], columns: Columns, key: string): object {
  const title = axisTitle(column(columns, rows, key));
  requireNumbers(rows, key);
  // Between counts there is nothing to mark.
  const whole = rows.every((row) => Number.isInteger(row[key]));
  return { field: key, type: "quantitative", title, axis: { title, ...(whole && { tickMinStep: 1 }) } };
}

export function names(rows: readonly Row[], columns: Columns, key: string): object {
  const title = axisTitle(column(columns, rows, key));
  return { field: key, type: "nominal", title, sort: distinct(rows, key), axis: { title, labelAngle: 0 } };
}

/** Colour and shape of the series: a line or a point never speaks by colour alone. */
export function series(
  rows: readonly Row[],
  { columns, series: key }: Pick<Chart, "columns" | "series">,
): { color: object; shape?: object } {
  if (key === undefined) return { color: { value: SERIES[0] } };
  const title = axisTitle(column(columns, rows, key));
  const domain = distinct(rows, key);
  if (domain.length > SERIES.length)
    throw new FigureError(
      `${key} has ${domain.length} values, more than the ${SERIES.length} series that a reader tells apart: make it the facet, or filter the rows`,
    );
  const channel = (range: readonly string[]) => ({
    field: key,
    type: "nominal",
    title,
    scale: { domain, range: range.slice(0, domain.length) },
  });
  return { color: channel(SERIES), shape: channel(SHAPES) };
}

/** What the pointer shows of a mark. The averaged column is the one that the chart averages over equal rows. */
export function tooltip(
  rows: readonly Row[],
  columns: Columns,
  keys: (string | undefined)[],
  averaged: string,
): object[] {
  return keys
    .filter((key) => key !== undefined)
    .map((key) => ({
      field: key,
      title: axisTitle(column(columns, rows, key)),
      ...(key === averaged
        ? { aggregate: "mean", type: "quantitative", format: ".4~g" }
        : { type: "nominal" }),
    }));
}

/** Room for the names under an axis, in pixels a step: the width of a view cannot follow its labels by itself. */
export function step(rows: readonly Row[], key: string, least: number): { step: number; for: "position" } {
  return {
    for: "position",
    step: Math.max(least, ...distinct(rows, key).map((name) => String(name).length * 6.5 + 10)),
  };
}

const lines = (text: string) => (text.includes("\n") ? text.split("\n") : text);

const panelsAcross = (rows: readonly Row[], { facet, panels: most = 3 }: Chart): number =>
  facet === undefined ? 1 : Math.min(distinct(rows, facet).length, most);

/** Pixels of a panel that nothing else gives a width. */
export function panelWidth(rows: readonly Row[], chart: Chart): number {
  const across = panelsAcross(rows, chart);
  return across === 1 ? 480 : Math.round(660 / across);
}

/** One view or, with a facet, one view a panel. */
export function panels(
  rows: readonly Row[],
  chart: Chart,
  layer: object[],
  size: { width?: object; height?: object } = {},
): object {
  if (rows.length === 0) throw new FigureError(`"${chart.title}" has no rows to draw`);
  const top = {
    title: { text: chart.title, ...(chart.subtitle ? { subtitle: lines(chart.subtitle) } : {}) },
    data: { values: rows },
  };
  if (chart.facet === undefined) return { ...top, ...size, layer };
  column(chart.columns, rows, chart.facet);
  return {
    ...top,
    columns: panelsAcross(rows, chart),
    facet: {
      field: chart.facet,
      type: "nominal",
      title: null,
      sort: distinct(rows, chart.facet),
    },
    spec: { width: panelWidth(rows, chart), height: 200, ...size, layer },
  };
}
