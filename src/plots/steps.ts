/**
 * A drawing that a reader steps through, as HTML: the whole of it first, then a picture for each step under a line that says what
 * happens. There is neither script nor style sheet in it: `<details>` of one name, of which a browser keeps one open. So it works in a
 * page that was exported, and Jupyter's sanitizer leaves it alone but for the name; then several steps can be open together.
 */
import { escapeXml } from "./card.ts";

/** One step of a drawing. */
export interface Step {
  /** What happens, in a sentence. */
  readonly label: string;
  /** A whole SVG document. */
  readonly svg: string;
}

/** @param whole what is seen before anybody opens a step */
export function stepsHtml(
  whole: { title: string; alt: string; svg: string },
  steps: readonly Step[],
): string {
  const { title, alt, svg } = whole;
  // A name of its own for each figure, and the same one each time: a notebook must not change when it runs again.
  const name = `steps-${digest([svg, ...steps.map((step) => step.svg)].join())}`;
  const part = (label: string, picture: string, text: string, open: boolean) =>
    `<details name="${name}"${open ? " open" : ""}><summary>${escapeXml(label)}</summary><img src="${dataUrl(picture)}" alt="${escapeXml(text)}"></details>`;
  const all = steps.map(({ label, svg: picture }, at) => part(`${at + 1}. ${label}`, picture, label, false));
  return `<div>${part(title, svg, `${title}. ${alt}`, true)}${all.join("")}</div>`;
}

/** What happens, for readers of plain text. */
export function stepsText(steps: readonly Step[]): string {
  return steps.map(({ label }, at) => `${at + 1}. ${label}`).join("\n");
}

function dataUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

/** FNV-1a of 32 bits. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16);
}
