/**
 * What Canvas's gradebook takes in: its five columns of students, then the assignment, with a line "Points Possible".
 * Canvas matches students by ID, SIS User ID or SIS Login ID, so only those of the roster are listed.
 */
import type { Gradebook } from "../gradebook.ts";
import { writeCsv } from "./file.ts";

export function canvasCsv({ lab, entries }: Gradebook): string {
  const students = entries.flatMap(({ students, grade }) =>
    students.map(({ firstName, lastName, id, canvasId, sisUserId, sisLoginId, section }) => [
      [lastName, firstName].filter((part) => part !== "").join(", ") || id,
      canvasId,
      sisUserId || (canvasId === "" && sisLoginId === "" ? id : ""),
      sisLoginId,
      section,
      grade.score,
    ]),
  );
  const max = Math.max(0, ...entries.map(({ grade }) => grade.max));
  return writeCsv([
    ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", lab.id],
    ["    Points Possible", "", "", "", "", max],
    ...students,
  ]);
}
