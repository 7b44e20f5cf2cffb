import { describe, expect, test } from "vitest";
import type { TestResult } from "../../../grader/report/result.ts";
import { judgeMutant, judgeReference, judgeStarter, type Run } from "../../../grader/verify/verdict.ts";

const result = (name: string, status: TestResult["status"], over: Partial<TestResult> = {}): TestResult => ({
  ...{ id: `hidden/a/${name}`, part: "a", name, clause: "C1", visibility: "hidden", status, max: 2 },
  ...{ points: status === "passed" ? 2 : 0, reason: "", calls: 1, detail: undefined },
  ...over,
});
const open = (status: TestResult["status"], clause = "C1") =>
  result("open", status, { visibility: "public", points: 0, max: 0, clause });
const run = (seed: number, ...results: TestResult[]): Run => ({ seed, results });

const header = (hidden: string, clause = "C1") =>
  `/**\n * Wrong: it is.\n * Breaks clause: ${clause}\n * Caught by: a: open\n * Caught by hidden: ${hidden}\n */\n`;

describe("a reference", () => {
  test("passes everything", () =>
    expect(judgeReference([run(1, open("passed"), result("x", "passed"))]).problems).toEqual([]));

  test("is told the first test that it fails, with all there is to see", () => {
    const detail = { input: "1 and 1", expected: ["2"], actual: ["3"] };
    const { problems } = judgeReference([
      run(1, result("x", "passed")),
      run(2, result("x", "failed", { detail }), result("y", "timeout")),
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^with seed 2 it fails 2 tests.*\n.*a: x.*\n.*1 and 1\n[\s\S]*expected\n +2\n +actual\n +3$/,
    );
  });

  test("must pass the public checks as well", () =>
    expect(judgeReference([run(1, open("failed"))]).problems[0]).toContain("a: open"));
});

describe("a starter", () => {
  test("gets what is declared", () => {
    const runs = [run(1, result("x", "failed"), result("y", "passed"))];
    expect(judgeStarter(runs, 2).problems).toEqual([]);
    expect(judgeStarter(runs, 0).problems).toEqual([
      "with seed 1 it gets 2 points where 0 are declared by a: y",
    ]);
    expect(judgeStarter(runs, 4).problems[0]).toContain("gets 2 points where 4 are declared");
  });
});

describe("a mutant", () => {
  const caught = run(1, open("failed"), result("x", "failed"), result("y", "passed"));

  test("fails the two that its header names", () =>
    expect(judgeMutant(header("a: x"), [caught, run(2, result("x", "timeout"))])).toEqual({
      problems: [],
      note: "a: x",
    }));

  test.each([
    ["an unknown test", header("a: z"), [caught], 'there is no hidden test "a: z"; it fails a: x'],
    [
      "one that it passes",
      header("a: y"),
      [caught],
      'it passes the hidden test "a: y" with seed 1 and fails a: x',
    ],
    [
      "one that it passes with another seed",
      header("a: x"),
      [caught, run(2, result("x", "passed")), run(3, result("x", "passed"))],
      'it passes the hidden test "a: x" with seed 2, 3',
    ],
    [
      "a public check that it passes",
      header("a: x"),
      [run(1, open("passed"), result("x", "failed"))],
      'it passes the public check "a: open"',
    ],
    [
      "another clause",
      header("a: x", "C2"),
      [caught],
      "breaks C2, but the check that catches it is about C1",
    ],
    ["nothing", "export const component = {};", [caught], 'its header has no line " * Wrong: …"'],
  ])("whose header names %s", (_, text, runs, said) =>
    expect(judgeMutant(text, runs).problems).toEqual([expect.stringContaining(said)]),
  );
});
