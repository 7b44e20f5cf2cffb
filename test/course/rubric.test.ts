import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reflectionQuestions } from "../../grader/report/manual/questions.ts";
import { RUBRIC as FIRST } from "../../labs/01-popek-goldberg/rubric.ts";
import { RUBRIC as SECOND } from "../../labs/02-modes-and-rings/rubric.ts";
import { defineRubric, type Question, rubricPoints } from "../../src/course/index.ts";

describe.each([FIRST, SECOND])("the rubric of $lab", (rubric) => {
  const folder = join(import.meta.dirname, "../../labs", rubric.lab);
  const asked = reflectionQuestions(readFileSync(join(folder, "lab.md"), "utf8"));

  test("grades the questions that the lab asks, in their order", () =>
    expect(rubric.questions.map(({ id }) => id)).toEqual([...asked.keys()]));

  test("is worth 6 points", () => expect(rubricPoints(rubric)).toBe(6));

  test("gives its reader a full answer and a half one", () => {
    for (const { guide } of rubric.questions.flatMap(({ criteria }) => criteria))
      expect(guide).toContain("Half: ");
  });
});

const criterion = { id: "c", text: "Says it.", points: 1, guide: "" };
const question: Question = { id: "q", title: "Why?", criteria: [criterion] };

test.each([
  [[question, question], 'The rubric of lab 01-toy has the question "q" twice.'],
  [[{ ...question, criteria: [] }], 'has no criterion for "q"'],
  [[{ ...question, criteria: [criterion, criterion] }], 'has the criterion "c" of "q" twice'],
  [[{ ...question, criteria: [{ ...criterion, points: 0 }] }], 'must give more than 0 points for "c" of "q"'],
])("a rubric that cannot be meant is refused", (questions, message) =>
  expect(() => defineRubric({ lab: "01-toy", questions })).toThrow(message),
);
