/** What every page is that is given to a reader: one HTML file that needs no other, loads nothing and runs no script. */
import { escapeXml } from "./card.ts";

/** Scripts, frames, forms and everything from elsewhere are off, whatever gets into the page. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export interface Page {
  /** As text. */
  title: string;
  /** CSS. */
  style: string;
  /** HTML between `<main>` and `</main>`: the caller's to make safe. */
  body: string;
  /** A class of `<main>`. */
  kind?: string;
  /** For a page about people: no search engine lists it, and what it links is not told of it. */
  confidential?: boolean;
}

const CONFIDENTIAL = `<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
`;

export const page = ({ title, style, body, kind, confidential = false }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${confidential ? CONFIDENTIAL : ""}<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
<main${kind ? ` class="${kind}"` : ""}>
${body}
</main>
</body>
</html>
`;
