/** What all pages of the grader are: confidential, and of one look. */
import { page as document } from "../../../src/plots/index.ts";
import { printable } from "../printable.ts";
import type { Html } from "./markup.ts";
import { STYLE } from "./style.ts";

export interface Page {
  title: string;
  /** Rules that this page adds to those of all. */
  style?: string;
  /** For tables of a class rather than a text to read. */
  wide?: boolean;
  body: Html;
}

export function page({ title, style = "", wide = false, body }: Page): string {
  return document({
    title: printable(title),
    style: STYLE + style,
    body: body.toString(),
    kind: wide ? "wide" : undefined,
    confidential: true,
  });
}
