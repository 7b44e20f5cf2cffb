/** Where the files of a class lie, from the folder of the class page: the pages link each other. */
import { createHash } from "node:crypto";

export const CLASS_PAGE = "index.html";
export const SIMILARITY_PAGE = "similarity.html";
export const ANSWERS_PAGE = "answers.html";
export const CLASS_CSV = "class.csv";
export const CANVAS_CSV = "canvas.csv";
export const MANUAL_CSV = "manual.csv";

/** The student's page. */
export function feedbackPath(id: string): string {
  return `feedback/${fileName(id)}.html`;
}

/** The student's results in Gradescope's shape. */
export function resultsPath(id: string): string {
  return `results/${fileName(id)}.json`;
}

/**
 * A name that every file system takes, made from one that a student chose. Different ids give different names, also where
 * case does not count.
 */
export function fileName(id: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) return id;
  const readable = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
  const mark = createHash("sha256").update(id).digest("hex").slice(0, 12);
  return readable === "" ? mark : `${readable}.${mark}`;
}
