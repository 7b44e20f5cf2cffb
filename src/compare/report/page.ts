/** The report's Markdown as one HTML page: it needs no other file but the logs that it links, loads nothing, and runs no script. */
import MarkdownIt from "markdown-it";
import { escapeXml, type Figure } from "../../plots/index.ts";
import { anchor } from "./markdown.ts";
import { STYLE } from "./style.ts";

/** Whatever gets into the page stays text. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** @param figures by the path under which the Markdown shows them */
export function htmlPage(markdown: string, title: string, figures: ReadonlyMap<string, Figure>): string {
  const renderer = new MarkdownIt({ html: false });
  const { rules } = renderer.renderer;
  rules.heading_open = (tokens, at, options, _env, self) => {
    tokens[at]!.attrSet("id", anchor(tokens[at + 1]!.content.replaceAll("\\", "")));
    return self.renderToken(tokens, at, options);
  };
  rules.table_open = () => '<div class="wide"><table>\n';
  rules.table_close = () => "</table></div>\n";
  rules.image = (tokens, at) => {
    const figure = figures.get(String(tokens[at]!.attrGet("src")));
    if (!figure) return escapeXml(tokens[at]!.content);
    const data = Buffer.from(figure.svg).toString("base64");
    return `<img alt="${escapeXml(figure.alt)}" src="data:image/svg+xml;base64,${data}">`;
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${renderer.render(markdown)}</main>
</body>
</html>
`;
}
