/** Markdown of a notebook as HTML: tables, maths as MathML, highlighted code. */
import katex from "@vscode/markdown-it-katex";
import hljs from "highlight.js/lib/common";
import MarkdownIt from "markdown-it";
import { escapeXml } from "../../plots/index.ts";

/** Code as spans with classes; plain when the language is not known. */
export function highlight(source: string, language: string): string {
  return hljs.getLanguage(language)
    ? hljs.highlight(source, { language, ignoreIllegals: true }).value
    : escapeXml(source);
}

// The plugin is CommonJS: its function is what Node calls the default of the default.
const plugin = (katex as unknown as { default?: typeof katex }).default ?? katex;
const renderer = new MarkdownIt({ html: true, linkify: true, highlight }).use(plugin as never, {
  output: "mathml",
  throwOnError: false,
});

/** Not yet safe to show: the source may hold HTML. */
export function renderMarkdown(source: string): string {
  return renderer.render(source);
}
