/** A notebook file as nbformat 4.5 has it (Jupyter, "The Notebook file format"). */

/** MIME type → content. */
export type Bundle = Record<string, unknown>;

export interface MarkdownCell {
  cell_type: "markdown";
  id: string;
  metadata: Record<string, unknown>;
  source: string[];
}

export interface CodeCell {
  cell_type: "code";
  id: string;
  metadata: { tags?: string[] };
  source: string[];
  execution_count: null;
  outputs: { output_type: "display_data"; data: Bundle; metadata: Record<string, never> }[];
}

export type Cell = MarkdownCell | CodeCell;

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: 5;
}

/** Names the kernel that opens it. The front end rewrites language_info when it saves. */
const METADATA = {
  kernelspec: { display_name: "TypeScript (Ringlab)", language: "typescript", name: "ringlab" },
  language_info: {
    codemirror_mode: { name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
  },
};

export function notebook(cells: Cell[], lab: string): Notebook {
  return { cells, metadata: { ...METADATA, ringlab: { lab } }, nbformat: 4, nbformat_minor: 5 };
}

/** nbformat stores text as lines that keep their line ends. */
export function sourceLines(source: string): string[] {
  return source.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** As nbformat's own writer does it (keys sorted, one space, a closing newline), so that a save by Jupyter is a small diff. */
export function serialize(whole: Notebook): string {
  return `${JSON.stringify(whole, sortKeys, 1)}\n`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
