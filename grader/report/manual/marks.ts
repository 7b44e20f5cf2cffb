/** Marks that a person gave for the answers to the reflection questions. */
import { type Criterion, type Question, type Rubric, rubricPoints } from "../../../src/course/index.ts";
import { total } from "../points.ts";

/** A place for one mark: one criterion of one question. */
export interface Slot {
  question: Question;
  criterion: Criterion;
}

export interface Mark {
  /** Undefined as long as nobody gave any. */
  points: number | undefined;
  comment: string;
}

/** By submission, then by slot: see `markOf`. */
export type Marks = ReadonlyMap<string, ReadonlyMap<string, Mark>>;

export function slots({ questions }: Rubric): Slot[] {
  return questions.flatMap((question) => question.criteria.map((criterion) => ({ question, criterion })));
}

export function slotKey({ question, criterion }: Slot): string {
  return JSON.stringify([question.id, criterion.id]);
}

const UNMARKED: Mark = { points: undefined, comment: "" };

export function markOf(marks: Marks | undefined, submission: string, slot: Slot): Mark {
  return marks?.get(submission)?.get(slotKey(slot)) ?? UNMARKED;
}

/** What the answers of one submission earned so far. */
export interface ManualScore {
  score: number;
  max: number;
  /** Slots without a mark. */
  open: number;
}

export function manualScore(rubric: Rubric, marks: Marks, submission: string): ManualScore {
  const given = slots(rubric).map((slot) => markOf(marks, submission, slot).points);
  return {
    score: total(given.map((points) => points ?? 0)),
    max: total([rubricPoints(rubric)]),
    open: given.filter((points) => points === undefined).length,
  };
}
