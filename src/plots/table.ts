/** Rows as a table: HTML for a page, aligned text for everything else. */
import { escapeXml } from "./card.ts";
import { axisTitle, type Cell, type Columns, column, FigureError, type Row } from "./columns.ts";
import { html, type Markup } from "./markup.ts";

export interface TableOptions {
  /** Which columns in which order, with their names and units; without it all of them under their keys. */
  columns?: Columns;
  caption?: string;
  /** More rows than this are left out, and the table says how many. */
  limit?: number;
}

/** @throws {FigureError} when a row lacks a column that is described */
export function table(rows: readonly Row[], { columns, caption, limit = 1000 }: TableOptions = {}): Markup {
  const described = columns ?? bare(rows);
  const keys = Object.keys(described);
  if (keys.length === 0) throw new FigureError("a table without rows needs its columns");
  const shown = rows.slice(0, limit);
  const heads = keys.map((key) => axisTitle(column(described, rows, key)));
  const numeric = keys.map((key) => shown.length > 0 && shown.every((row) => typeof row[key] === "number"));
  const cells = shown.map((row) => keys.map((key) => formatCell(row[key]!)));
  const rest = rows.length > limit ? `… and ${rows.length - limit} more rows` : "";
  return html(asHtml(heads, cells, numeric, caption, rest), asText(heads, cells, numeric, caption, rest));
}

/** Numbers with at most six significant digits, yes and no for booleans. */
export function formatCell(value: Cell): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

function bare(rows: readonly Row[]): Columns {
  const keys = [...new Set(rows.flatMap(Object.keys))];
  return Object.fromEntries(keys.map((key) => [key, { label: key, unit: "" }]));
}

function asHtml(heads: string[], cells: string[][], numeric: boolean[], caption = "", rest: string): string {
  const align = (index: number) => ` style="text-align:${numeric[index] ? "right" : "left"}"`;
  const head = heads.map((text, index) => `<th scope="col"${align(index)}>${escapeXml(text)}</th>`).join("");
  const body = cells
    .map(
      (row) => `<tr>${row.map((text, index) => `<td${align(index)}>${escapeXml(text)}</td>`).join("")}</tr>`,
    )
    .join("\n");
  return [
    "<table>",
    caption && `<caption>${escapeXml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>${body}</tbody>`,
    rest && `<tfoot><tr><td colspan="${heads.length}">${rest}</td></tr></tfoot>`,
    "</table>",
  ]
    .filter(Boolean)
    .join("\n");
}

function asText(heads: string[], cells: string[][], numeric: boolean[], caption = "", rest: string): string {
  const widths = heads.map((head, index) => Math.max(head.length, ...cells.map((row) => row[index]!.length)));
  const line = (row: string[]) =>
    row
      .map((text, index) => (numeric[index] ? text.padStart(widths[index]!) : text.padEnd(widths[index]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [caption, line(heads), rule, ...cells.map(line), rest].filter(Boolean).join("\n");
}
