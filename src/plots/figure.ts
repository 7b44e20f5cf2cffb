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
}

export function isFigure(value: unknown): value is Figure {
  return typeof value === "object" && value !== null && (value as Figure).kind === "figure";
}
