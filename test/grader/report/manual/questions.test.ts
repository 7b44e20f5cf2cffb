import { expect, test } from "vitest";
import { answerText, questionText } from "../../../../grader/report/manual/questions.ts";

const QUESTION = "**Question 1.** Why does `POPF`\nnot trap?\n\n_Your answer:_";

test("the question is shown without its prompt", () =>
  expect(questionText(QUESTION)).toBe("**Question 1.** Why does `POPF`\nnot trap?"));

test.each([
  [QUESTION, ""],
  ["", ""],
  [`${QUESTION}\n\nBecause.`, "Because."],
  [`${QUESTION} Because.`, "Because."],
  ["Because.\n\nnot trap?", "Because."],
  ["Only the answer.\r\n\r\nTwo lines.", "Only the answer.\n\nTwo lines."],
  ["**Question 1.** Why does POPF\nnot trap?\n\nBecause.", "**Question 1.** Why does POPF\n\nBecause."],
])("%j", (cell, answer) => expect(answerText(cell, QUESTION)).toBe(answer));
