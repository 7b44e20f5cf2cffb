/** The columns that nbgrader's CsvExportPlugin writes (nbgrader/plugins/export.py), one line a student. */
import type { Entry, Gradebook } from "../gradebook.ts";
import type { Student } from "../roster.ts";
import { writeCsv } from "./file.ts";

const HEAD = [
  "assignment",
  "duedate",
  "timestamp",
  "student_id",
  "last_name",
  "first_name",
  "email",
  "raw_score",
  "late_submission_penalty",
  "score",
  "max_score",
];

export function nbgraderCsv({ lab, settings, entries }: Gradebook): string {
  const line = ({ id, graded, grade }: Entry, student: Student | undefined) => [
    lab.id,
    (student?.due ?? settings.due)?.text ?? "",
    (graded && student?.submittedAt?.text) ?? "",
    student?.id ?? id,
    student?.lastName ?? "",
    student?.firstName ?? "",
    student?.email ?? "",
    grade.raw,
    grade.penalty,
    grade.score,
    grade.max,
  ];
  const rows = entries.flatMap((entry) =>
    entry.students.length > 0
      ? entry.students.map((student) => line(entry, student))
      : [line(entry, undefined)],
  );
  return writeCsv([HEAD, ...rows]);
}
