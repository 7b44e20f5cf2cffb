/** Pieces of Markdown. What comes from a run folder is text, never markup. */

/** Shown as it stands, on one line. */
export function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>#|~$&!]/g, "\\$&")
    .replace(/\s+/g, " ")
    .trim();
}

/** A fence that the text cannot close. */
export function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

export const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join("\n");

export interface TableColumn {
  head: string;
  numeric?: boolean;
}

/** @param rows cells as Markdown: text from elsewhere goes through `plain` */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ numeric }) => (numeric ? "---:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}

/** Names become columns of text, the rest of numbers. */
export const columns = (names: readonly string[], numbers: readonly string[] = []): TableColumn[] => [
  ...names.map((head) => ({ head })),
  ...numbers.map((head) => ({ head, numeric: true })),
];

/** Four significant digits with separators; a dash for what was not measured. */
export function number(value: number | undefined): string {
  if (value === undefined) return "–";
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(2);
  const digits = Math.abs(value) >= 1000 ? 0 : 3 - Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1)));
  const fixed = Math.abs(value).toFixed(Math.max(0, digits));
  const [whole, rest] = fixed.split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "−" : ""}${grouped}${rest ? `.${rest}` : ""}`;
}

/** As GitHub makes it from a heading, so that one link leads to the same place in both forms. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, "")
    .replaceAll(" ", "-");
