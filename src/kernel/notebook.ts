/**
 * Jupyter notebooks, nbformat 4.x (nbformat documentation, "The Notebook file format"): read, validate, normalise, write.
 * In memory every multi-line string is one string; on disk it is a list of lines, keys sorted, as Jupyter writes it.
 * Fields that the format does not name are kept.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { JsonError, parseJson } from "./json.ts";

/** A file that is no notebook we can take: the message says what and where. */
export class NotebookError extends Error {
  override name = "NotebookError";
}

/** Larger files are refused unread, here as by the server: a browser could not show them either. */
export const MAX_NOTEBOOK_BYTES = 200 * 1024 * 1024;

const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const anything = z.record(z.string(), z.unknown());

export const isJsonMime = (mime: string): boolean =>
  mime === "application/json" || /^application\/.*\+json$/.test(mime);

/** MIME type → data. Lists of lines are joined, except where the data itself is JSON. */
const bundle = anything.transform((data) =>
  Object.fromEntries(
    Object.entries(data).map(([mime, value]) => {
      const lines = !isJsonMime(mime) && Array.isArray(value) && value.every((x) => typeof x === "string");
      return [mime, lines ? value.join("") : value];
    }),
  ),
);

const count = z.int().nullable().default(null);
const output = z.discriminatedUnion("output_type", [
  z.looseObject({ output_type: z.literal("stream"), name: z.string(), text }),
  z.looseObject({ output_type: z.literal("display_data"), data: bundle, metadata: anything.default({}) }),
  z.looseObject({
    output_type: z.literal("execute_result"),
    data: bundle,
    metadata: anything.default({}),
    execution_count: count,
  }),
  z.looseObject({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const cellBase = {
  id: z.string().optional(),
  source: text,
  metadata: z.looseObject({ tags: z.array(z.string()).optional() }).default({}),
  attachments: z.record(z.string(), bundle).optional(),
};
const cell = z.discriminatedUnion("cell_type", [
  z.looseObject({
    cell_type: z.literal("code"),
    ...cellBase,
    outputs: z.array(output).default([]),
    execution_count: count,
  }),
  z.looseObject({ cell_type: z.literal("markdown"), ...cellBase }),
  z.looseObject({ cell_type: z.literal("raw"), ...cellBase }),
]);

const notebook = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.int().min(0),
  metadata: z
    .looseObject({
      kernelspec: z.looseObject({ name: z.string() }).optional(),
      language_info: z.looseObject({ name: z.string() }).optional(),
    })
    .default({}),
  cells: z.array(cell),
});

export type Notebook = z.infer<typeof notebook>;
export type Cell = Notebook["cells"][number];
export type CodeCell = Extract<Cell, { cell_type: "code" }>;
export type CellOutput = z.infer<typeof output>;
export type MimeBundle = Record<string, unknown>;

export const isCode = (candidate: Cell): candidate is CodeCell => candidate.cell_type === "code";
export const hasTag = (candidate: Cell, tag: string): boolean =>
  candidate.metadata.tags?.includes(tag) ?? false;

/** From nbformat 4.5 on every cell has an id of its own: the missing and the repeated get one from place and source. */
function giveIds(cells: Cell[]): void {
  const taken = new Set<string>();
  for (const [index, candidate] of cells.entries()) {
    for (let salt = 0; !candidate.id || taken.has(candidate.id); salt++)
      candidate.id = createHash("sha256")
        .update(`${index}/${salt}/${candidate.source}`)
        .digest("hex")
        .slice(0, 8);
    taken.add(candidate.id);
  }
}

const OUTSIDE_4 = (version: unknown) =>
  `is a notebook of nbformat ${JSON.stringify(version)}, Ringlab reads nbformat 4: open it in Jupyter and save it, or run jupyter nbconvert --to notebook on it`;

/** Validates what JSON.parse gave. Throws NotebookError with the path of the first field that is wrong. */
export function toNotebook(value: unknown): Notebook {
  if (typeof value !== "object" || value === null || !("nbformat" in value))
    throw new NotebookError('is JSON but not a notebook: the field "nbformat" is missing');
  if (value.nbformat !== 4) throw new NotebookError(OUTSIDE_4(value.nbformat));
  const parsed = notebook.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    const where = issue.path
      .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
      .join("");
    throw new NotebookError(`is not a valid notebook: ${where.replace(/^\./, "")}: ${issue.message}`);
  }
  if (parsed.data.nbformat_minor >= 5) giveIds(parsed.data.cells);
  return parsed.data;
}

/** Throws NotebookError; for broken JSON with line and column. */
export function parseNotebook(bytes: Uint8Array | string): Notebook {
  const size = typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.byteLength;
  if (size > MAX_NOTEBOOK_BYTES) throw new NotebookError(tooLarge(size));
  if (size === 0)
    throw new NotebookError("is empty, so it is not a notebook: bring back a copy of it, or delete it");
  try {
    const source =
      typeof bytes === "string" ? bytes : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return toNotebook(parseJson(source.replace(/^\uFEFF/, "")));
  } catch (error) {
    if (error instanceof JsonError)
      throw new NotebookError(
        `is not valid JSON: ${error.message}. Mend it in a text editor, or bring back a copy of it`,
      );
    if (error instanceof TypeError) throw new NotebookError("is not UTF-8 text, so it is not a notebook");
    throw error;
  }
}

export const tooLarge = (size: number): string =>
  `is ${(size / 1024 ** 2).toFixed(1)} MiB, more than the ${MAX_NOTEBOOK_BYTES / 1024 ** 2} MiB that Ringlab opens: take out what makes it so large`;

const lines = (value: string): string[] => value.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The types that nbformat splits into lines. */
const splitMime = (mime: string) => /^text\/|^application\/javascript$|^image\/svg\+xml$/.test(mime);
const splitBundle = (data: MimeBundle): MimeBundle =>
  Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      typeof value === "string" && splitMime(mime) ? lines(value) : value,
    ]),
  );

function splitOutput(given: CellOutput): unknown {
  if (given.output_type === "stream") return { ...given, text: lines(given.text) };
  return given.output_type === "error" ? given : { ...given, data: splitBundle(given.data) };
}

function splitCell(given: Cell): unknown {
  const { attachments } = given;
  return {
    ...given,
    source: lines(given.source),
    ...(isCode(given) && { outputs: given.outputs.map(splitOutput) }),
    ...(attachments && {
      attachments: Object.fromEntries(
        Object.entries(attachments).map(([name, data]) => [name, splitBundle(data)]),
      ),
    }),
  };
}

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** The text of the file in the form in which Jupyter writes it: a save in JupyterLab changes nothing else. */
export function formatNotebook(given: Notebook): string {
  return `${JSON.stringify({ ...given, cells: given.cells.map(splitCell) }, sorted, 1)}\n`;
}
