/** The outputs of a code cell as HTML. */
import type { CellOutput, MimeBundle } from "../../kernel/notebook.ts";
import { escapeXml, vegaLite } from "../../plots/index.ts";
import { ansiToHtml } from "./ansi.ts";
import { dataUrl } from "./images.ts";
import { renderMarkdown } from "./markdown.ts";

const FOLDED_LINES = 40;
const MOST_LINES = 4000;

/** @param safe makes HTML harmless and embeds its images */
export function renderOutput(output: CellOutput, safe: (html: string) => string): string {
  if (output.output_type === "stream") return printed(output.text, output.name === "stderr" ? "stderr" : "");
  if (output.output_type === "error") {
    const text = output.traceback.join("\n") || `${output.ename}: ${output.evalue}`;
    return printed(text, "error");
  }
  return shown(output.data, safe);
}

/** Printed text; a long one is folded, and of an endless one the middle is left out. */
function printed(text: string, kind: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const middle = lines.length - MOST_LINES;
  const kept =
    middle > 0
      ? [
          ...lines.slice(0, MOST_LINES / 2),
          `… ${middle} lines left out; they are in the notebook …`,
          ...lines.slice(-MOST_LINES / 2),
        ]
      : lines;
  const pre = `<pre class="printed ${kind}">${ansiToHtml(kept.join("\n"))}</pre>`;
  if (lines.length <= FOLDED_LINES) return pre;
  const head = `<pre class="printed ${kind}">${ansiToHtml(lines.slice(0, 5).join("\n"))}</pre>`;
  return `${head}<details><summary>all ${lines.length} lines</summary>${pre}</details>`;
}

/** The first type that the page can show, from the richest on. A drawn picture comes before its recipe. */
function shown(data: MimeBundle, safe: (html: string) => string): string {
  const text = (mime: string) => (typeof data[mime] === "string" ? (data[mime] as string) : undefined);
  const plain = text("text/plain") ?? "";
  const picture = (url: string, alt: string) =>
    `<figure><img src="${escapeXml(url)}" alt="${escapeXml(alt)}"></figure>`;
  const svg = text("image/svg+xml");
  if (svg !== undefined) return picture(dataUrl("image/svg+xml", svg), plain || "diagram");
  for (const mime of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const base64 = text(mime);
    if (base64 !== undefined)
      return picture(`data:${mime};base64,${base64.replace(/\s/g, "")}`, plain || "image");
  }
  const spec = data["application/vnd.vegalite.v5+json"];
  if (typeof spec === "object" && spec !== null) return chart(spec, plain, picture);
  const html = text("text/html");
  if (html !== undefined) return `<div class="html">${safe(html)}</div>`;
  const markdown = text("text/markdown") ?? text("text/latex");
  if (markdown !== undefined) return safe(renderMarkdown(markdown));
  if (data["application/json"] !== undefined)
    return printed(JSON.stringify(data["application/json"], null, 2), "");
  return plain === ""
    ? `<p class="note">(${escapeXml(Object.keys(data).join(", "))})</p>`
    : printed(plain, "");
}

function chart(spec: object, plain: string, picture: (url: string, alt: string) => string): string {
  const alt = plain || "chart";
  try {
    return picture(dataUrl("image/svg+xml", vegaLite(spec, { title: "Chart", alt }).svg), alt);
  } catch (error) {
    return printed(`${(error as Error).message}\n${plain}`, "error");
  }
}
