/** Drawings by hand: a template tag that escapes what it is given, and a card under the result. */
import { card, escapeXml } from "./card.ts";
import { FigureError } from "./columns.ts";
import { type Figure, figure } from "./figure.ts";
import { LIGHT } from "./theme.ts";

/** A piece of SVG. Only `svg` makes one, so what is in it has been escaped. */
export interface SvgPiece {
  readonly markup: string;
}
type Part = SvgPiece | string | number | false | undefined | readonly Part[];

class Piece implements SvgPiece {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/**
 * SVG from a template. Texts and numbers are escaped, pieces and lists of pieces are put in as they are.
 *
 *     svg`<text x="${x}" y="20">${name}</text>`
 */
export function svg(strings: TemplateStringsArray, ...parts: Part[]): SvgPiece {
  return new Piece(strings.map((text, index) => text + markupOf(parts[index])).join(""));
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Piece) return part.markup;
  if (Array.isArray(part)) return part.map(markupOf).join("");
  if (typeof part === "number" && !Number.isFinite(part))
    throw new FigureError(`svg: a coordinate is ${part}`);
  return escapeXml(String(part));
}

/** Neutral colours that turn with the reader's scheme; any other colour stays as it is in light and dark. */
export const ink = { text: LIGHT.ink, muted: LIGHT.muted, line: LIGHT.line, ground: LIGHT.card } as const;

/**
 * A drawing as a figure on a card of its own.
 * @param size in pixels, the coordinate system of the pieces
 */
export function diagram(
  { title, alt, ...size }: { title: string; alt: string; width: number; height: number },
  ...pieces: SvgPiece[]
): Figure {
  return figure({ title, alt, svg: drawing({ title, alt, ...size }, pieces) });
}

/** A picture of one step. */
export interface Frame {
  /** What happens, in a sentence. */
  readonly label: string;
  readonly pieces: readonly SvgPiece[];
  /** Where it is not that of the whole. */
  readonly size?: { readonly width: number; readonly height: number };
}

/**
 * A diagram to step through: the whole, then frame by frame.
 * @throws {FigureError} when there is no frame
 */
export function steppedDiagram(
  whole: { title: string; alt: string; width: number; height: number },
  pieces: readonly SvgPiece[],
  frames: readonly Frame[],
): Figure {
  const { title, alt, width, height } = whole;
  if (frames.length === 0) throw new FigureError(`"${title}" has no steps`);
  const steps = frames.map(({ label, pieces: drawn, size = { width, height } }) => ({
    label,
    svg: drawing({ title: label, alt: title, ...size }, drawn),
  }));
  return figure({ title, alt, svg: drawing(whole, pieces), steps });
}

function drawing(
  { title, alt, ...size }: { title: string; alt: string; width: number; height: number },
  pieces: readonly SvgPiece[],
): string {
  const defaults = `<g fill="${ink.text}" stroke="none" font-size="13">`;
  const inside = `${defaults}${pieces.map(({ markup }) => markup).join("")}</g>`;
  return card(inside, size, { title, alt });
}
