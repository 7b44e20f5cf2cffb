/** Vega-Lite specifications as figures, drawn to SVG in Node without a DOM. */
import { createRequire } from "node:module";
import type * as Vega from "vega";
import type * as VegaLite from "vega-lite";
import { card } from "./card.ts";
import { FigureError } from "./columns.ts";
import { type Figure, figure } from "./figure.ts";
import { SPEC_CONFIG, SVG_CONFIG } from "./theme.ts";

const require = createRequire(import.meta.url);
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

/** The parts of vega that draw without a DOM and that its own types leave out. */
interface Drawn extends Omit<Vega.View, "scenegraph"> {
  _viewWidth: number;
  _viewHeight: number;
  scenegraph(): { root: unknown };
}
interface Drawing {
  textMetrics: { width(item: { fontSize?: number }, text: unknown): number };
  SVGStringRenderer: new (
    loader: Vega.Loader,
  ) => {
    initialize(element: null, width: number, height: number, origin: [number, number], scale: number): void;
    render(scene: unknown): void;
    svg(): string;
  };
}

/**
 * A figure from a Vega-Lite v5 specification. Data must be inline (`data.values`): a figure loads nothing.
 * @param spec without `$schema` and `config`; these are the project's
 * @throws {FigureError} when Vega-Lite cannot draw the specification
 */
export function vegaLite(spec: object, { title, alt }: { title: string; alt: string }): Figure {
  const themed = { $schema: SCHEMA, ...spec, config: SPEC_CONFIG };
  return figure({ title, alt, spec: themed, svg: draw(themed, { title, alt }) });
}

function draw(spec: object, text: { title: string; alt: string }): string {
  // Loaded here and not above: both packages take 100 ms, and a notebook that only prints a table needs neither.
  const vega: typeof Vega = require("vega");
  const { compile }: typeof VegaLite = require("vega-lite");
  (vega as unknown as Drawing).textMetrics.width = textWidth;
  const complaints: string[] = [];
  const logger = vega.logger(vega.Warn);
  logger.warn = logger.error = (...parts) => {
    complaints.push(parts.join(" "));
    return logger;
  };
  try {
    const { spec: compiled } = compile(spec as VegaLite.TopLevelSpec, {
      config: SVG_CONFIG as VegaLite.Config,
      logger: logger as never,
    });
    const view = new vega.View(vega.parse(compiled), {
      renderer: "none",
      logger,
      loader: refuse(vega.loader()),
    }).run() as unknown as Drawn;
    if (complaints.length > 0) throw new Error(complaints.join("; "));
    return toSvg(vega as unknown as Drawing, view, text);
  } catch (error) {
    throw new FigureError(
      `"${text.title}" cannot be drawn: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** A specification may come with somebody's notebook: in Node, vega's own loader would read files for it. */
function refuse(loader: Vega.Loader): Vega.Loader {
  const load = () => {
    throw new Error("its data lie elsewhere; a figure loads nothing, put them into data.values");
  };
  return { ...loader, load, http: load, file: load };
}

/** Without a canvas vega takes 0.8 em a character, which tears titles and legends apart; 0.56 em is what sans serifs have. */
function textWidth(item: { fontSize?: number }, text: unknown): number {
  const lines = [text].flat().map((line) => String(line ?? "").length);
  return Math.max(...lines) * (item.fontSize ?? 11) * 0.56;
}

/** What `view.toSVG()` does, without its promise: with inline data nothing is left to wait for. */
function toSvg(vega: Drawing, view: Drawn, text: { title: string; alt: string }): string {
  const padding = view.padding() as { left: number; right: number; top: number; bottom: number };
  const width = Math.max(0, view._viewWidth + padding.left + padding.right);
  const height = Math.max(0, view._viewHeight + padding.top + padding.bottom);
  const [x, y] = view.origin();
  const renderer = new vega.SVGStringRenderer(view.loader());
  renderer.initialize(null, width, height, [padding.left + x, padding.top + y], 1);
  renderer.render(view.scenegraph().root);
  return card(renderer.svg().replace(/^<svg[^>]*>|<\/svg>$/g, ""), { width, height }, text);
}
