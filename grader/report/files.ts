/** All that is handed out for a class and one lab: paths in the output folder and their texts. Writing is the caller's. */
import { classPage, names } from "./class/page.ts";
import { canvasCsv } from "./csv/canvas.ts";
import { nbgraderCsv } from "./csv/nbgrader.ts";
import { feedbackPage } from "./feedback/page.ts";
import type { Entry, Gradebook } from "./gradebook.ts";
import { gradescopeResults } from "./gradescope.ts";
import { answersPage } from "./manual/answers-page.ts";
import { manualCsv } from "./manual/csv.ts";
import {
  ANSWERS_PAGE,
  CANVAS_CSV,
  CLASS_CSV,
  CLASS_PAGE,
  feedbackPath,
  MANUAL_CSV,
  resultsPath,
  SIMILARITY_PAGE,
} from "./page/paths.ts";
import type { Similarity } from "./similarity/compare.ts";
import { similarityPage } from "./similarity/page.ts";

/** Of one submission: its page, and its results unless nothing was handed in. */
export function entryFiles(book: Gradebook, entry: Entry): Map<string, string> {
  const files = new Map([[feedbackPath(entry.id), feedbackPage(book, entry)]]);
  if (entry.graded) {
    const results = gradescopeResults(entry.graded, book.lab, book.settings);
    files.set(resultsPath(entry.id), `${JSON.stringify(results, null, 2)}\n`);
  }
  return files;
}

/**
 * Of the class as a whole.
 * manual.csv repeats the marks that were read in. Someone may have filled in more since: a caller must not write over it unread.
 */
export function classFiles(book: Gradebook, similarity?: Similarity): Map<string, string> {
  const files = new Map([
    [CLASS_PAGE, classPage(book, similarity)],
    [CLASS_CSV, nbgraderCsv(book)],
    [CANVAS_CSV, canvasCsv(book)],
  ]);
  const answers = answersPage(book);
  if (answers !== undefined && book.rubric) {
    const handedIn = book.entries.filter(({ graded }) => graded !== undefined).map(({ id }) => id);
    files.set(ANSWERS_PAGE, answers);
    files.set(MANUAL_CSV, manualCsv(book.rubric, handedIn, book.marks));
  }
  if (similarity) files.set(SIMILARITY_PAGE, similarityPage(book.lab.title, similarity, names(book)));
  return files;
}
