/** One submission, from the place where it lies to its result. */
import { bundle } from "../bundle/bundle.ts";
import { locateStack, locator } from "../bundle/locate.ts";
import { type Candidate, Refusal, type Submission } from "../intake/submission.ts";
import { take } from "../intake/take.ts";
import { total } from "../report/points.ts";
import type { Graded, TestResult } from "../report/result.ts";
import { type Grader, gradeModule } from "./grade.ts";
import { MODULE } from "./harness-bundle.ts";
import { refusalKey, submissionKey } from "./key.ts";

export interface Wanted {
  grader: Grader;
  /** groundKey. */
  ground: string;
  /** The key of the result that there is. */
  have: string | undefined;
  /** Not even to be read, for this reason. */
  refused?: string | undefined;
}

/** Text by path. */
export type Files = ReadonlyMap<string, string>;

export interface Found {
  /** Absent when there is a result with the same key. */
  graded: Graded | undefined;
  /** The student's files, for the similarity report; absent when they were not taken. */
  files: Files | undefined;
}

/** @throws InfrastructureError, and whatever keeps this machine from reading it */
export async function gradeSubmission(candidate: Candidate, wanted: Wanted): Promise<Found> {
  const { grader, ground, have } = wanted;
  const { lab } = grader.kit;
  const refused = (key: string, reason: string, of?: Submission): Graded => ({
    ...resultOf(lab.id, key, of, maximum(grader), []),
    refused: reason,
  });
  let submission: Submission;
  try {
    if (wanted.refused !== undefined) throw new Refusal(wanted.refused);
    submission = await take(candidate, { labId: lab.id });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const key = refusalKey(ground, error.message);
    return { graded: key === have ? undefined : refused(key, error.message), files: undefined };
  }
  const key = submissionKey(ground, submission);
  const files = excerptOf(submission);
  if (key === have) return { graded: undefined, files };
  let code: string;
  try {
    code = await bundle(submission, lab.id);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { graded: refused(key, error.message, submission), files };
  }
  const tests = await gradeModule({ code, place: placer(code, submission) }, grader);
  return { graded: resultOf(lab.id, key, submission, maximum(grader), tests), files };
}

const maximum = ({ kit }: Grader) => total(kit.tests.map(({ points }) => points));

function resultOf(
  lab: string,
  key: string,
  submission: Submission | undefined,
  max: number,
  tests: readonly TestResult[],
): Graded {
  return {
    ...{ version: 1, lab, key, refused: undefined, max },
    notes: submission?.notes ?? [],
    answers: Object.fromEntries(submission?.answers ?? []),
    tests,
    score: total(tests.map(({ points }) => points)),
  };
}

/** What is compared with others' is not longer than this in all, in characters. */
const COMPARED = 400_000;

function excerptOf({ files }: Submission): Files {
  let room = COMPARED;
  const kept = new Map<string, string>();
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    kept.set(name, text.slice(0, room));
    room -= Math.min(room, text.length);
  }
  return kept;
}

function placer(code: string, submission: Submission): (stack: string) => string | undefined {
  const locate = locator(code, submission);
  return (stack) => locateStack(stack, MODULE, locate);
}
