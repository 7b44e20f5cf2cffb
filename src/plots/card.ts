/**
 * The ground under an SVG picture. Its colours are those of theme.ts: light by default, dark where the viewer prefers
 * dark, and always ground and ink together, so that the picture is readable on whatever page it lands.
 */
import { DARK, FONT, type Ground, LIGHT } from "./theme.ts";

export function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

const PADDING = 14;

/** Attributes that a renderer wrote with a light neutral take the dark one. */
const DARK_RULES = (Object.keys(LIGHT) as (keyof Ground)[])
  .flatMap((name) =>
    ["fill", "stroke"].map((attribute) => `[${attribute}="${LIGHT[name]}"]{${attribute}:${DARK[name]}}`),
  )
  .join("");
const STYLE = `:root{color:${LIGHT.ink};font-family:${FONT}}@media (prefers-color-scheme:dark){:root{color:${DARK.ink}}${DARK_RULES}}`;

/**
 * A whole SVG document from the inside of one.
 * @param size of the inside, in pixels
 * @param inside SVG markup, already escaped
 */
export function card(
  inside: string,
  size: { width: number; height: number },
  { title, alt }: { title: string; alt: string },
): string {
  const width = Math.ceil(size.width) + 2 * PADDING;
  const height = Math.ceil(size.height) + 2 * PADDING;
  const label = escapeXml(`${title}. ${alt}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${LIGHT.card}"/>`,
    `<svg x="${PADDING}" y="${PADDING}" width="${size.width}" height="${size.height}" overflow="visible">${inside}</svg>`,
    "</svg>",
  ].join("");
}
