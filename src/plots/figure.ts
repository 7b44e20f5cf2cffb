import { type Bundle, withBundle } from "./bundle.ts";
import { type Step, stepsHtml, stepsText } from "./steps.ts";

/** A finished picture: what every front end can show of it, from an interactive chart down to one sentence. */
export interface Figure {
  kind: "figure";
  title: string;
  /** What a reader who does not see the picture must know: the claim, not the shapes. */
  alt: string;
  /** Vega-Lite v5, for front ends that draw it themselves. */
  spec?: object;
  /** A whole SVG document with its own background, readable in light and dark pages. */
  svg: string;
  /** For a reader who goes through the picture step by step; `svg` is the whole. */
  steps?: readonly Step[];
}

export function isFigure(value: unknown): value is Figure {
  return typeof value === "object" && value !== null && (value as Figure).kind === "figure";
}

/** The picture in all its types. */
export function figureBundle({ title, alt, spec, svg, steps }: Figure): Bundle {
  if (steps)
    return {
      "text/html": stepsHtml({ title, alt, svg }, steps),
      "text/plain": `${title}\n${alt}\n${stepsText(steps)}`,
    };
  return {
    ...(spec ? { "application/vnd.vegalite.v5+json": spec } : {}),
    "image/svg+xml": svg,
    "text/plain": `${title}\n${alt}`,
  };
}

/** A figure that a kernel, finding it as the last value of a cell, knows how to show. */
export function figure(parts: Omit<Figure, "kind">): Figure {
  const made: Figure = { kind: "figure", ...parts };
  return withBundle(made, figureBundle(made));
}
