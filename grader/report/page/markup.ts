/**
 * HTML for the grader's pages, by hono's tagged template: whatever is put into it is escaped, unless it was made by it. Here
 * it also makes visible what a submission would rather hide (printable.ts).
 */
import { raw, html as template } from "hono/html";
import MarkdownIt from "markdown-it";
import { printable } from "../printable.ts";

/** Markup that needs no more escaping. */
export type Html = ReturnType<typeof raw>;
/** False, null and undefined leave nothing behind. */
export type Piece = Html | string | number | false | null | undefined | readonly Piece[];

function clean(piece: Piece): unknown {
  if (Array.isArray(piece)) return piece.map(clean);
  // What the template made is a String object; a text of somebody's is not.
  return typeof piece === "string" ? printable(piece) : piece;
}

export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  // A promise comes back only for a promise put in.
  return template(strings, ...pieces.map(clean)) as Html;
}

// No HTML, no links, no images: what an answer names is text.
const markdown = new MarkdownIt({ html: false, linkify: false }).disable([
  "link",
  "image",
  "autolink",
  "reference",
]);

/** Markdown that may come from anybody. */
export function prose(source: string): Html {
  return raw(markdown.render(printable(source)));
}

/** A sentence of Markdown: code and emphasis. */
export function sentence(source: string): Html {
  return raw(markdown.renderInline(printable(source)));
}

/** Escaped CSS or SVG of ours. */
export { raw };
