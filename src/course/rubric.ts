/**
 * How the reflection questions of a lab are graded by hand: labs/NN-name/rubric.ts. It is for those who read the answers,
 * and no part of what students are given.
 */

/** One thing that an answer must say. */
export interface Criterion {
  /** Unique in its question. */
  id: string;
  /** Shown to the student with the points that were given. */
  text: string;
  points: number;
  /** What a full answer says, and what earns half of it. For the reader. */
  guide: string;
}

export interface Question {
  /** Of the cell in lab.md that is tagged `reflection`. */
  id: string;
  title: string;
  criteria: readonly Criterion[];
}

export interface Rubric {
  lab: string;
  questions: readonly Question[];
}

/** @throws Error on a repeated question or criterion, on a question without criteria, on points that are not positive. */
export function defineRubric(rubric: Rubric): Rubric {
  const wrong = (what: string) => new Error(`The rubric of lab ${rubric.lab} ${what}.`);
  const repeated = (ids: readonly string[]) => ids.find((id, index) => ids.indexOf(id) !== index);
  const question = repeated(rubric.questions.map(({ id }) => id));
  if (question !== undefined) throw wrong(`has the question "${question}" twice`);
  for (const { id, criteria } of rubric.questions) {
    if (criteria.length === 0) throw wrong(`has no criterion for "${id}"`);
    const criterion = repeated(criteria.map((one) => one.id));
    if (criterion !== undefined) throw wrong(`has the criterion "${criterion}" of "${id}" twice`);
    const worthless = criteria.find(({ points }) => !(points > 0));
    if (worthless) throw wrong(`must give more than 0 points for "${worthless.id}" of "${id}"`);
  }
  return rubric;
}

/** Points that all questions together can earn. */
export function rubricPoints({ questions }: Rubric): number {
  return questions.flatMap(({ criteria }) => criteria).reduce((sum, { points }) => sum + points, 0);
}
