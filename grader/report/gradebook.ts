/** All that is known of a class and one lab, put together: the pages and tables are made from it. */

import type { AnyLab } from "../../src/course/build/lab-folder.ts";
import type { Rubric } from "../../src/course/index.ts";
import { type Lateness, lateness, penalty } from "./late.ts";
import { type ManualScore, type Marks, manualScore } from "./manual/marks.ts";
import { total } from "./points.ts";
import type { Graded } from "./result.ts";
import type { Student } from "./roster.ts";
import type { Settings } from "./settings.ts";

/** How a score came about. All in points, rounded to hundredths. */
export interface Grade {
  automatic: { score: number; max: number };
  /** Absent as long as no marks were read in: the questions don't count yet. */
  manual: ManualScore | undefined;
  /** Absent without a due date or a time of submission. */
  lateness: Lateness | undefined;
  /** Automatic and manual together. */
  raw: number;
  penalty: number;
  score: number;
  max: number;
}

/** One submission, or a student who handed nothing in. */
export interface Entry {
  /** The name under which it was handed in, or would have been. */
  id: string;
  /** Several for a group; none when the roster does not know it. */
  students: readonly Student[];
  graded: Graded | undefined;
  grade: Grade;
}

export interface Gradebook {
  lab: AnyLab;
  rubric: Rubric | undefined;
  /** Markdown of the reflection questions, by the id of their cell. */
  questions: ReadonlyMap<string, string>;
  settings: Settings;
  marks: Marks | undefined;
  /** By name of student, those that the roster does not know at the end. */
  entries: readonly Entry[];
}

export interface Sources {
  lab: AnyLab;
  rubric?: Rubric | undefined;
  questions?: ReadonlyMap<string, string>;
  settings: Settings;
  roster?: readonly Student[];
  marks?: Marks | undefined;
  /** By the submission's id. */
  results: ReadonlyMap<string, Graded>;
}

export function gradebook({
  lab,
  rubric,
  questions = new Map(),
  settings,
  roster = [],
  marks,
  results,
}: Sources): Gradebook {
  const max = total(lab.parts.map(({ points }) => points));
  const entry = (id: string, students: readonly Student[]): Entry => {
    const graded = results.get(id);
    const automatic = { score: graded?.score ?? 0, max: graded?.max ?? max };
    const manual = rubric && marks ? manualScore(rubric, marks, id) : undefined;
    return { id, students, graded, grade: gradeOf(automatic, manual, timing(settings, students), settings) };
  };
  // A submission that only the roster knows was not handed in.
  const ids = new Set([...results.keys(), ...roster.map(({ submission }) => submission)]);
  const entries = [...ids].map((id) =>
    entry(
      id,
      roster.filter(({ submission }) => submission === id),
    ),
  );
  return { lab, rubric, questions, settings, marks, entries: entries.sort(byName) };
}

function gradeOf(
  automatic: Grade["automatic"],
  manual: ManualScore | undefined,
  lateness: Lateness | undefined,
  settings: Settings,
): Grade {
  const raw = total([automatic.score, manual?.score ?? 0]);
  const max = total([automatic.max, manual?.max ?? 0]);
  const taken = lateness ? penalty(settings.late, lateness, raw, max) : 0;
  return { automatic, manual, lateness, raw, penalty: taken, score: total([raw, -taken]), max };
}

/** A group has the latest due date of its members. */
function timing({ due: general, late }: Settings, students: readonly Student[]): Lateness | undefined {
  const submitted = students.find(({ submittedAt }) => submittedAt)?.submittedAt;
  const due = students
    .map((student) => student.due ?? general)
    .reduce((latest, each) => (latest && each && latest.ms > each.ms ? latest : each), undefined);
  return submitted && due ? lateness(late, due, submitted) : undefined;
}

const sortKey = ({ id, students: [first] }: Entry) =>
  first ? ["0", first.lastName, first.firstName, first.id, id] : ["1", id];

/** By code units: no locale decides the order. */
function byName(one: Entry, other: Entry): number {
  const [a, b] = [sortKey(one).join("\0"), sortKey(other).join("\0")];
  return a < b ? -1 : a > b ? 1 : 0;
}
