/** A notebook as one HTML page for readers. */
import { basename } from "node:path";
import { type Cell, isCode, type Notebook } from "../../kernel/notebook.ts";
import { escapeXml, page } from "../../plots/index.ts";
import { type Attachments, embed } from "./images.ts";
import { highlight, renderMarkdown } from "./markdown.ts";
import { renderOutput } from "./outputs.ts";
import { sanitize } from "./sanitize.ts";
import { styleSheet } from "./style.ts";

interface Heading {
  level: number;
  text: string;
  id: string;
}

/**
 * @param file where the notebook lies; images are looked for in its folder
 * @param warn is told what had to be left out
 * @throws {UserError} when an image lies outside of the notebook's folder
 */
export function htmlPage(notebook: Notebook, file: string, warn: (message: string) => void): string {
  const headings: Heading[] = [];
  const language = notebook.metadata.language_info?.name ?? "typescript";
  const cells = notebook.cells.map((cell) => renderCell(cell, { file, language, headings, warn }));
  const title = headings.find(({ level }) => level === 1)?.text ?? basename(file).replace(/\.ipynb$/, "");
  const body = `${withContents(cells.join("\n"), contents(headings))}
<footer>Exported by Ringlab from ${escapeXml(basename(file))}</footer>`;
  return page({ title, style: styleSheet(), body });
}

interface Context {
  file: string;
  language: string;
  headings: Heading[];
  warn: (message: string) => void;
}

function renderCell(cell: Cell, context: Context): string {
  const safe = (html: string, attachments: Attachments = {}, inText = false) =>
    sanitize(html, {
      image: (source) => embed(source, context.file, attachments, context.warn),
      ...(inText ? { heading: (level, text) => remember(context.headings, level, text) } : {}),
    });
  if (cell.cell_type === "markdown") return safe(renderMarkdown(cell.source), cell.attachments, true);
  if (!isCode(cell)) return `<pre>${escapeXml(cell.source)}</pre>`;
  const number = cell.execution_count === null ? "" : `<div class="number">[${cell.execution_count}]</div>`;
  const source =
    cell.source.trim() === ""
      ? ""
      : `<pre class="input"><code class="hljs">${highlight(cell.source, context.language)}</code></pre>`;
  const outputs = cell.outputs.map((output) => `<div class="output">${renderOutput(output, safe)}</div>`);
  return source === "" && outputs.length === 0
    ? ""
    : `<section class="cell">${number}${source}${outputs.join("\n")}</section>`;
}

/** Ids as Jupyter makes them, so that links within a notebook lead to the same place here. */
function remember(headings: Heading[], level: number, text: string): string {
  const plain = text.trim();
  const base = plain.replaceAll(" ", "-") || "section";
  let id = base;
  for (let copy = 2; headings.some((heading) => heading.id === id); copy++) id = `${base}-${copy}`;
  headings.push({ level, text: plain, id });
  return id;
}

/** Under the title when there is one, else at the top. */
function withContents(body: string, nav: string): string {
  const end = body.indexOf("</h1>");
  const at = end < 0 ? 0 : end + "</h1>".length;
  return body.slice(0, at) + nav + body.slice(at);
}

function contents(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 3) return "";
  const items = shown.map(
    ({ level, text, id }) =>
      `<li class="h${level - 1}"><a href="#${escapeXml(encodeURIComponent(id))}">${escapeXml(text)}</a></li>`,
  );
  return `<nav aria-label="Contents"><details open><summary>Contents</summary><ol>${items.join("")}</ol></details></nav>`;
}
