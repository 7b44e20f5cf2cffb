import { describe, expect, test } from "vitest";
import { manualCsv, parseManual } from "../../../../grader/report/manual/csv.ts";
import { manualScore, markOf, slots } from "../../../../grader/report/manual/marks.ts";
import { RUBRIC } from "../../../../labs/01-popek-goldberg/rubric.ts";
import { aClass } from "../a-class.ts";

const IDS = ["ada", "-grace", "alan"];
const read = (text: string) => parseManual(text, "manual.csv", RUBRIC, IDS);
const HEAD = "submission,question,criterion,max,points,comment\n";

test("the template has a line for each submission and criterion, and marks nothing", () => {
  const template = manualCsv(RUBRIC, IDS);
  expect(template.split("\n")).toHaveLength(1 + IDS.length * slots(RUBRIC).length + 1);
  expect(template).toContain("\nada,reflection-1,sufficient,1,,\n");
  expect(template).toContain("\n'-grace,reflection-1,sufficient,1,,\n");
  expect(read(template).size).toBe(0);
});

test("what is filled in is read, and written again into the next template", () => {
  const comment = '=not a formula, "quoted"\nand a second line';
  const quoted = `"${comment.replaceAll('"', '""')}"`;
  const marks = read(
    `${HEAD}ada,reflection-1,sufficient,1,0.5,${quoted}\n'-grace,reflection-2,why,1,,see me\n`,
  );
  const [sufficient] = slots(RUBRIC);
  expect(markOf(marks, "ada", sufficient!)).toEqual({ points: 0.5, comment });
  expect(manualScore(RUBRIC, marks, "ada")).toEqual({ score: 0.5, max: 6, open: 5 });
  expect(manualScore(RUBRIC, marks, "-grace")).toEqual({ score: 0, max: 6, open: 6 });
  expect(read(manualCsv(RUBRIC, IDS, marks))).toEqual(marks);
});

test("all marks of a class survive the way through the file", () => {
  const { marks, entries } = aClass();
  const ids = entries.map(({ id }) => id);
  expect(parseManual(manualCsv(RUBRIC, ids, marks), "m.csv", RUBRIC, ids)).toEqual(marks);
});

describe("errors name the line and what to do", () => {
  test.each([
    ["bob,reflection-1,popf,1,1,", 'manual.csv:2: submission: there is no submission "bob" in this class'],
    [
      "ada,reflection-3,popf,1,1,",
      'lab 01-popek-goldberg has no question "reflection-3"; it has reflection-1, reflection-2',
    ],
    [
      "ada,reflection-1,why,1,1,",
      '"reflection-1" has no criterion "why"; it has sufficient, assumption, popf',
    ],
    ["ada,reflection-1,popf,1,1.5,", 'manual.csv:2: points: 1.5 is more than the 1 of criterion "popf"'],
    ["ada,reflection-1,popf,9,9,", 'points: 9 is more than the 1 of criterion "popf"'],
    ["ada,reflection-1,popf,1,-1,", "points: -1 is less than 0"],
    ['ada,reflection-1,popf,1,"0,5",', 'points: "0,5" is no number of points; write it as 1.5'],
    ["ada,reflection-1,popf,1,0.333,", "with two decimals at most"],
    [
      "ada,reflection-1,popf,1,1,\nada,reflection-1,popf,1,0,",
      'manual.csv:3: criterion: "popf" of "ada" is marked on line 2 already',
    ],
  ])("%s", (lines, message) => expect(() => read(`${HEAD}${lines}\n`)).toThrow(message));

  test("all of them at once", () => {
    const wrong = () => read(`${HEAD}bob,reflection-1,popf,1,1,\nada,reflection-1,popf,1,2,\n`);
    expect(wrong).toThrow(/manual.csv:2: submission: .*\nmanual.csv:3: points: /);
  });
});
