/** What all pages of the grader are: one HTML file that needs no other, loads nothing and runs no script. */
import { type Html, html, raw } from "./markup.ts";
import { STYLE } from "./style.ts";

/** Scripts, frames, forms and everything from elsewhere are off, whatever gets into the page. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export interface Page {
  title: string;
  /** Rules that this page adds to those of all. */
  style?: string;
  /** For tables of a class rather than a text to read. */
  wide?: boolean;
  body: Html;
}

export function page({ title, style = "", wide = false, body }: Page): string {
  const source = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(STYLE + style)}</style>
</head>
<body>
<main${wide && raw(' class="wide"')}>
${body}
</main>
</body>
</html>
`;
  return source.toString();
}
