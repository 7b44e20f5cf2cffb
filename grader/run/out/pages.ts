/** Pages and tables of a class, made from its results. They are written only where they change. */

import { classPage, names } from "../../report/class/page.ts";
import { canvasCsv } from "../../report/csv/canvas.ts";
import { nbgraderCsv } from "../../report/csv/nbgrader.ts";
import { feedbackPage } from "../../report/feedback/page.ts";
import type { Gradebook } from "../../report/gradebook.ts";
import { gradescopeResults } from "../../report/gradescope.ts";
import { answersPage } from "../../report/manual/answers-page.ts";
import { manualCsv } from "../../report/manual/csv.ts";
import {
  ANSWERS_PAGE,
  CANVAS_CSV,
  CLASS_CSV,
  CLASS_PAGE,
  feedbackPath,
  fileName,
  MANUAL_CSV,
  SIMILARITY_PAGE,
} from "../../report/page/paths.ts";
import { compare } from "../../report/similarity/compare.ts";
import { similarityPage } from "../../report/similarity/page.ts";
import type { Files } from "../submission.ts";
import type { Store } from "./store.ts";

/** Code that everybody was given. */
export interface Handout {
  starter: string;
}

/**
 * @param notGraded ids without a result, which keep their marks
 * @throws GradingProblem
 */
export async function writePages(
  store: Store,
  book: Gradebook,
  files: ReadonlyMap<string, Files>,
  { starter }: Handout,
  notGraded: readonly string[],
): Promise<void> {
  const { lab, settings, rubric, marks } = book;
  const { release } = settings;
  const handedIn = book.entries.filter(({ graded }) => graded !== undefined);
  for (const entry of handedIn) {
    await store.write(feedbackPath(entry.id), feedbackPage(book, entry));
    const results = gradescopeResults(entry.graded!, lab, { release });
    await store.write(`gradescope/${fileName(entry.id)}.json`, `${JSON.stringify(results, null, 1)}\n`);
  }
  const sources = [...files].map(([id, own]) => ({ id, files: own })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const template = [{ id: "starter", files: new Map([["starter.ts", starter]]) }];
  const similarity = sources.length > 1 ? compare(sources, { template }) : undefined;
  if (similarity) await store.write(SIMILARITY_PAGE, similarityPage(lab.title, similarity, names(book)));
  await store.write(CLASS_CSV, nbgraderCsv(book));
  await store.write(CANVAS_CSV, canvasCsv(book));
  if (rubric) {
    const ids = [...handedIn.map(({ id }) => id), ...notGraded];
    await store.write(MANUAL_CSV, manualCsv(rubric, ids, marks));
    const answers = answersPage(book);
    if (answers !== undefined) await store.write(ANSWERS_PAGE, answers);
  }
  await store.write(CLASS_PAGE, classPage(book, similarity));
}
