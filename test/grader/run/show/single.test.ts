/** What a terminal gets to see of a hostile submission: its words, and none of its control characters. */
import { expect, test } from "vitest";
import type { Graded, TestResult } from "../../../../grader/report/result.ts";
import { loadKit } from "../../../../grader/run/kit.ts";
import { describeGraded } from "../../../../grader/run/show/single.ts";
import { painter } from "../../../../grader/run/show/style.ts";
import { describeSummary, summarize } from "../../../../grader/run/show/summary.ts";

const { lab } = await loadKit("01-popek-goldberg", 1);
const EVIL = "\u001b]0;owned\u0007\u001b[2J\u001b[31mred\r\u009b1A\u202e";
const plain = painter({ isTTY: false });

const failed: TestResult = {
  ...{ id: "hidden/control/1", part: "control", name: `a case ${EVIL}`, clause: "C3", visibility: "public" },
  ...{ status: "failed", points: 0, max: 1, reason: `classify threw ${EVIL}`, calls: 1 },
  detail: { input: EVIL, expected: Array.from({ length: 30 }, (_, n) => `line ${n}`), actual: [EVIL] },
};
const graded: Graded = {
  ...{ version: 1, lab: lab.id, key: "k", refused: undefined, notes: [EVIL], answers: {}, score: 0, max: 15 },
  tests: [
    failed,
    { ...failed, status: "passed", visibility: "hidden", points: 1, reason: "", detail: undefined },
  ],
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

test("controls are shown, not obeyed", () => {
  const text = describeGraded(EVIL, graded, lab, plain);
  expect(text).not.toMatch(CONTROL);
  expect(text).toContain("classify threw ␛]0;owned␇␛[2J␛[31mred");
  expect(describeGraded("ada", { ...graded, refused: `${EVIL}\nsecond line` }, lab, plain)).not.toMatch(
    CONTROL,
  );
});

test("points by part, reason, clause and a sequence of bounded length", () => {
  const text = describeGraded("ada", graded, lab, plain);
  expect(text).toContain("Step 1, control-sensitive  1/3");
  expect(text).toMatch(/✗ a case .* public {2}failed/);
  expect(text).toContain("C3. ");
  expect(text).toContain("… 18 more lines");
});

test("the summary names who was not graded and why", () => {
  const candidate = { id: EVIL, path: "/x" };
  const outcomes = [
    { candidate: { id: "ada", path: "/ada" }, ms: 1, kind: "graded" as const, graded, files: undefined },
    { candidate, ms: 1, kind: "not graded" as const, reason: EVIL },
  ];
  const summary = summarize(outcomes, 15);
  expect(summary).toMatchObject({ submissions: 2, graded: 1, unchanged: 0, mean: 0 });
  const text = describeSummary(summary, plain);
  expect(text).not.toMatch(CONTROL);
  expect(text).toMatch(/not graded +1/);
  expect(text).toMatch(/run the same command again/);
});
