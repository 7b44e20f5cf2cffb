import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { canvasCsv } from "../../../../grader/report/csv/canvas.ts";
import { nbgraderCsv } from "../../../../grader/report/csv/nbgrader.ts";
import { aClass, STUDENTS } from "../a-class.ts";

const book = aClass();

test("nbgrader's columns, a line for each student, also for those who handed nothing in", () => {
  const text = nbgraderCsv(book);
  expect(text.split("\n")[0]).toBe(
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score",
  );
  const rows: Record<string, string>[] = parse(text, { columns: true });
  expect(rows).toHaveLength(STUDENTS);
  for (const { raw_score, late_submission_penalty, score, max_score } of rows) {
    expect(Number(score)).toBe(Number((Number(raw_score) - Number(late_submission_penalty)).toFixed(2)));
    expect(max_score).toBe("21");
  }
  expect(rows.some(({ late_submission_penalty }) => Number(late_submission_penalty) > 0)).toBe(true);
  expect(rows.filter(({ timestamp }) => timestamp === "")).toMatchObject([{ score: "0" }, { score: "0" }]);
});

test("Canvas's columns and its line of possible points", () => {
  const rows: string[][] = parse(canvasCsv(book));
  expect(rows[0]).toEqual(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01-popek-goldberg"]);
  expect(rows[1]).toEqual(["    Points Possible", "", "", "", "", "21"]);
  expect(rows).toHaveLength(STUDENTS + 2);
  expect(rows.find((row) => row[2] === "s1000")?.slice(0, 5)).toEqual([
    "Lovelace, Ada",
    "",
    "s1000",
    "",
    "A",
  ]);
});

test("a name that is a formula is none any more", () => {
  for (const text of [nbgraderCsv(book), canvasCsv(book)]) {
    expect(text).toContain("'=HYPERLINK");
    expect(text).not.toMatch(/(^|[,"])=/m);
  }
});

test("the same class gives the same bytes", () => {
  expect(nbgraderCsv(aClass())).toBe(nbgraderCsv(book));
  expect(canvasCsv(aClass())).toBe(canvasCsv(book));
});
