/** The cells of an .ipynb file (Jupyter, "The Notebook file format", nbformat 4), read with patience: students edit them. */
import { z } from "zod";
import { SubmissionProblem } from "./problem.ts";

export interface NotebookCell {
  /** Position in the notebook, from 1. */
  number: number;
  /** Notebooks before nbformat 4.5 have none. */
  id: string | undefined;
  kind: "code" | "text";
  tags: readonly string[];
  /** With "\n" as line end. */
  source: string;
}

/** A lab has forty. */
const MOST = 2000;

const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const metadata = z.looseObject({}).catch({});
const form = z.looseObject({
  nbformat: z.number().optional(),
  metadata,
  cells: z.array(
    z.looseObject({
      cell_type: z.string(),
      id: z.string().optional().catch(undefined),
      metadata,
      source: text,
    }),
  ),
});

const tagList = z
  .object({ tags: z.array(z.unknown()) })
  .transform(({ tags }) => tags.filter((tag) => typeof tag === "string"));
const labName = z.object({ ringlab: z.object({ lab: z.string() }) }).transform(({ ringlab }) => ringlab.lab);

/** @throws SubmissionProblem when it is not a notebook. */
export function cellsOf(json: string): { cells: NotebookCell[]; metadata: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new SubmissionProblem(
      "The notebook is damaged: it is not JSON. Open it in Jupyter, save it, and hand it in again.",
    );
  }
  const count = (value as { cells?: { length?: unknown } } | null)?.cells?.length;
  if (typeof count === "number" && count > MOST)
    throw new SubmissionProblem(
      `The notebook has ${count} cells; at most ${MOST} are read. Delete what you do not need.`,
    );
  const { data, error } = form.safeParse(value);
  if (!data) {
    const [issue] = error.issues;
    const old = typeof value === "object" && value !== null && "worksheets" in value;
    throw new SubmissionProblem(
      old
        ? "The notebook has the old format nbformat 3. Open it in a current Jupyter, save it, and hand it in again."
        : `The notebook is damaged: ${issue?.path.join(".") || "the file"} is not as Jupyter writes it. Open it in Jupyter, save it, and hand it in again.`,
    );
  }
  const cells = data.cells.map(
    (cell, index): NotebookCell => ({
      number: index + 1,
      id: cell.id,
      kind: cell.cell_type === "code" ? "code" : "text",
      tags: tagList.safeParse(cell.metadata).data ?? [],
      source: cell.source.replace(/\r\n?/g, "\n"),
    }),
  );
  return { cells, metadata: data.metadata };
}

/** The lab that the notebook says it is of. */
export function labOf(metadata: unknown): string | undefined {
  return labName.safeParse(metadata).data;
}

/** `cell 11 ("component")`, as a student finds it: count from the top. */
export function titleOf({ number, id }: NotebookCell): string {
  const known = id !== undefined && /^[a-z][a-z-]*[a-z](-\d+)?$/.test(id) && id.length <= 40;
  return known ? `cell ${number} ("${id}")` : `cell ${number}`;
}
