/** submission_metadata.json ("Autograder Specifications", section Submission Metadata): when it was due, when it came. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Instant, parseInstant } from "../../report/instant.ts";
import { type LatePolicy, lateness, penalty } from "../../report/late.ts";
import { formatPoints } from "../../report/points.ts";

const dates = z.looseObject({ due_date: z.string().nullish() });
const form = z.looseObject({
  created_at: z.string(),
  assignment: dates.nullish(),
  /** Of a group several; extensions stand with the student who has one. */
  users: z.array(z.looseObject({ assignment: dates.nullish() })).nullish(),
});

export interface Handed {
  submitted: Instant;
  due: Instant;
}

/** Undefined when there is no such file, or when nothing was due. @throws Error when it is not as Gradescope writes it */
export function readMetadata(file: string): Handed | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const { created_at, assignment, users } = form.parse(JSON.parse(text));
  const submitted = parseInstant(created_at);
  const due = [assignment, ...(users ?? []).map((user) => user.assignment)]
    .flatMap((one) => (one?.due_date ? [parseInstant(one.due_date)] : []))
    .filter((one) => one !== undefined)
    .reduce<Instant | undefined>((latest, one) => (latest && latest.ms > one.ms ? latest : one), undefined);
  if (!submitted) throw new Error(`submission_metadata.json: "${created_at}" is no moment with a zone`);
  return due && { submitted, due };
}

export interface Cost {
  points: number;
  /** For the student; empty when it was in time. */
  sentence: string;
}

export function costOfLateness(
  policy: LatePolicy | undefined,
  handed: Handed | undefined,
  score: number,
  max: number,
): Cost {
  if (!policy || !handed) return { points: 0, sentence: "" };
  const late = lateness(policy, handed.due, handed.submitted);
  if (late.days === 0) return { points: 0, sentence: "" };
  const points = penalty(policy, late, score, max);
  const days = late.days === 1 ? "1 day" : `${late.days} days`;
  return { points, sentence: `Handed in ${days} late: ${formatPoints(points)} points less.` };
}
