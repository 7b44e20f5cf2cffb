/**
 * Notebooks on disk and in the API. On disk, text is a list of lines so that version control shows small changes; in
 * the API it is one string. Source: "The Notebook file format" (nbformat documentation), section "Top-level structure";
 * the layout of the file is that of nbformat's own writer: keys sorted, indented by one, a newline at the end.
 */
import { z } from "zod";
import { HttpError } from "../http-error.ts";

const text = z.union([z.string(), z.array(z.string())]);
const bundle = z.record(z.string(), z.unknown());
const output = z.looseObject({ output_type: z.string(), data: bundle.optional(), text: text.optional() });
const cell = z.looseObject({
  cell_type: z.string(),
  metadata: z.record(z.string(), z.unknown()).default({}),
  source: text,
  outputs: z.array(output).optional(),
  attachments: z.record(z.string(), bundle).optional(),
});
const notebook = z.looseObject({
  nbformat: z.number().int(),
  nbformat_minor: z.number().int(),
  metadata: z.record(z.string(), z.unknown()).default({}),
  cells: z.array(cell),
});

export type Notebook = z.infer<typeof notebook>;
export type Cell = z.infer<typeof cell>;

export const emptyNotebook = (): Notebook => ({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** Throws HttpError 400 naming the place in the notebook that is not as the format wants it. */
export function validate(value: unknown, path: string): Notebook {
  const major = (value as { nbformat?: unknown } | null)?.nbformat;
  if (typeof major === "number" && major !== 4)
    throw new HttpError(
      400,
      `"${path}" has notebook format ${major}; only format 4 can be opened. Convert it with: jupyter nbconvert --to notebook --nbformat 4`,
    );
  const result = notebook.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.join(".") || "the top level";
  throw new HttpError(400, `"${path}" is not a notebook: at ${place}: ${issue?.message}`);
}

/** Line and column (both from 1) of the first mistake, found by a JSON reader that knows where it is. */
async function locateMistake(json: string): Promise<string> {
  const { transform } = await import("esbuild");
  try {
    await transform(json, { loader: "json", logLevel: "silent" });
    return "";
  } catch (error) {
    const first = (error as { errors?: { text: string; location?: { line: number; column: number } }[] })
      .errors?.[0];
    if (!first?.location) return "";
    return ` at line ${first.location.line}, column ${first.location.column + 1}: ${first.text}`;
  }
}

/** Reads the text of a file. Throws HttpError 400 with line and column when it is not JSON. */
export async function parseNotebook(json: string, path: string): Promise<Notebook> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (json.trim() === "") throw new HttpError(400, `"${path}" is empty: it is not a notebook`);
    const place = (await locateMistake(json)) || `: ${(error as Error).message}`;
    throw new HttpError(
      400,
      `"${path}" is not valid JSON${place}. The file was left as it is; open it with the text editor to repair it`,
    );
  }
  return mapText(validate(value, path), joinLines);
}

const joinLines = (value: unknown): unknown => (Array.isArray(value) ? value.join("") : value);

const splitLines = (value: unknown): unknown =>
  typeof value === "string" ? (value.match(/[^\n]*\n|[^\n]+$/g) ?? []) : value;

const sorted = (_key: string, value: unknown): unknown =>
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** The file's text. */
export function stringifyNotebook(content: Notebook): string {
  return `${JSON.stringify(mapText(content, splitLines), sorted, 1)}\n`;
}

/** One text for all notebooks that show the same: the sources and outputs of their code cells. */
export function shownBy(content: Notebook): string {
  const code = mapText(content, joinLines).cells.filter((cell) => cell.cell_type === "code");
  return JSON.stringify(
    code.map(({ source, outputs }) => [source, outputs]),
    sorted,
  );
}

const isText = (mime: string): boolean => !/^application\/(.*\+)?json$/.test(mime);

function mapBundle(
  data: Record<string, unknown>,
  change: (text: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [mime, isText(mime) ? change(value) : value]),
  );
}

/** A copy in which every text that the format allows to be a list of lines went through `change`. */
function mapText(content: Notebook, change: (text: unknown) => unknown): Notebook {
  const cells = content.cells.map((cell) => {
    const copy = { ...cell, source: change(cell.source) as string };
    if (cell.attachments)
      copy.attachments = Object.fromEntries(
        Object.entries(cell.attachments).map(([name, data]) => [name, mapBundle(data, change)]),
      );
    if (cell.outputs)
      copy.outputs = cell.outputs.map((output) => ({
        ...output,
        ...(output.text === undefined ? {} : { text: change(output.text) as string }),
        ...(output.data === undefined ? {} : { data: mapBundle(output.data, change) }),
      }));
    return copy;
  });
  return { ...content, cells };
}
