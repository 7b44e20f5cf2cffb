/** Observable Plot as figures, drawn in Node on a document of linkedom. */
import { createRequire } from "node:module";
import type * as ObservablePlot from "@observablehq/plot";
import { card } from "./card.ts";
import { axisTitle, type Columns, column, FigureError, type Row } from "./columns.ts";
import { type Figure, figure as toFigure } from "./figure.ts";
import { SERIES } from "./theme.ts";

const require = createRequire(import.meta.url);

/** The marks and transforms of Observable Plot, by their names there. Its own types need those of a browser. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type PlotLibrary = Record<string, (...args: any[]) => any>;

interface SvgElement {
  tagName: string;
  textContent: string;
  outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
}
interface DomLibrary {
  parseHTML(source: string): { document: { createElementNS(namespace: string, name: string): SvgElement } };
}

export interface PlotFigure {
  title: string;
  alt: string;
  rows: readonly Row[];
  /** Label and unit of the columns; they become the titles of the axes. */
  columns: Columns;
  x: string;
  y: string;
}

/**
 * A figure made of Observable Plot's marks, with axes from the columns.
 * @param options makes the options of `Plot.plot` with Plot's own functions; axes may be refined, not renamed
 * @throws {FigureError} when a column is not described, or Plot makes HTML (a legend) where SVG is needed
 *
 *     observable({ title, alt, rows, columns, x: "n", y: "cost" }, (Plot) => ({ marks: [Plot.dot(rows, { x: "n", y: "cost" })] }))
 */
export function observable(figure: PlotFigure, options: (plot: PlotLibrary) => object): Figure {
  const { title, alt, rows, columns } = figure;
  const Plot: typeof ObservablePlot = require("@observablehq/plot");
  const { parseHTML }: DomLibrary = require("linkedom");
  const { document } = parseHTML("<!doctype html><body></body>");
  const axis = (key: string) => ({ label: axisTitle(column(columns, rows, key)), labelArrow: "none" });
  const given = options(Plot as unknown as PlotLibrary) as ObservablePlot.PlotOptions;
  const drawn = Plot.plot({
    color: { range: SERIES },
    grid: true,
    style: { fontSize: "11px" },
    marginLeft: 52,
    marginBottom: 44,
    ...given,
    x: { labelAnchor: "center", ...given.x, ...axis(figure.x) },
    y: { labelAnchor: "center", ...given.y, ...axis(figure.y) },
    document,
  } as ObservablePlot.PlotOptions) as unknown as SvgElement;
  if (drawn.tagName.toLowerCase() !== "svg")
    throw new FigureError(
      `"${title}": Plot made HTML around the picture; leave out legends, titles and captions, label the marks`,
    );
  const width = Number(drawn.getAttribute("width"));
  const height = Number(drawn.getAttribute("height"));
  const top = 30;
  const heading = document.createElementNS("http://www.w3.org/2000/svg", "text");
  heading.setAttribute("y", "12");
  heading.setAttribute("style", "font-size:15px;font-weight:bold;fill:currentColor");
  heading.textContent = title;
  drawn.setAttribute("y", String(top));
  const inside = heading.outerHTML + drawn.outerHTML;
  return toFigure({ title, alt, svg: card(inside, { width, height: height + top }, { title, alt }) });
}
