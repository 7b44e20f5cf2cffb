/** The report's Markdown as one HTML page, which needs no other file but the logs that it links. */
import MarkdownIt from "markdown-it";
import { escapeXml, type Figure, page } from "../../plots/index.ts";
import { anchor } from "./markdown.ts";
import { STYLE } from "./style.ts";

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
  return page({ title, style: STYLE, body: renderer.render(markdown) });
}
