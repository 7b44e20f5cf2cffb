import { expect, test } from "vitest";
import { z } from "zod";
import { gradescopeResults } from "../../../grader/report/gradescope.ts";
import type { Graded } from "../../../grader/report/result.ts";
import { aClass } from "./a-class.ts";

const visibility = z.enum(["visible", "hidden", "after_due_date", "after_published"]);
const format = z.enum(["text", "html", "simple_format", "md", "ansi"]);

/** As Gradescope documents it; strict, so that a misspelt field is found. */
const documented = z
  .strictObject({
    score: z.number().optional(),
    execution_time: z.number().optional(),
    output: z.string().optional(),
    output_format: format.optional(),
    test_output_format: format.optional(),
    test_name_format: format.optional(),
    visibility: visibility.optional(),
    stdout_visibility: visibility.optional(),
    extra_data: z.record(z.string(), z.unknown()).optional(),
    tests: z
      .array(
        z.strictObject({
          score: z.number().optional(),
          max_score: z.number().optional(),
          status: z.enum(["passed", "failed"]).optional(),
          name: z.string().optional(),
          name_format: format.optional(),
          number: z.string().optional(),
          output: z.string().optional(),
          output_format: format.optional(),
          tags: z.array(z.string()).optional(),
          visibility: visibility.optional(),
          extra_data: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .optional(),
  })
  .refine(({ score, tests }) => score !== undefined || tests?.some((each) => each.score !== undefined));

const book = aClass();
const all = book.entries.flatMap(({ graded }) => (graded ? [graded] : []));
const results = (graded: Graded, release: "hidden" | "released" = "hidden") =>
  gradescopeResults(graded, book.lab, { release });

test("every result has the documented shape", () => {
  for (const graded of all) {
    const found = results(graded);
    expect(documented.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    expect(found.score).toBe(graded.score);
    expect(found.tests).toHaveLength(graded.tests.length);
  }
});

test("an execution time is the caller's", () => {
  expect(results(all[0]!)).not.toHaveProperty("execution_time");
  expect(gradescopeResults(all[0]!, book.lab, { release: "hidden", executionTime: 1.5 }).execution_time).toBe(
    1.5,
  );
});

const failing = (visibility: "public" | "hidden") => {
  const graded = all.find(({ tests }) =>
    tests.some((each) => each.visibility === visibility && each.status === "failed"),
  )!;
  return {
    graded,
    at: graded.tests.findIndex((each) => each.visibility === visibility && each.status === "failed"),
  };
};

test("a hidden test shows points and clause, and its input only when released", () => {
  const { graded, at } = failing("hidden");
  const secret = results(graded).tests[at]!;
  expect(secret).toMatchObject({ status: "failed", visibility: "visible", score: expect.any(Number) });
  const { text } = book.lab.clauses.find(({ id }) => id === graded.tests[at]!.clause)!;
  expect(secret.output).toContain(text);
  expect(secret.output).not.toMatch(/Input|Expected|SETM|control: \{/);
  expect(results(graded, "released").tests[at]!.output).toMatch(
    /Input: the pairs of SETM.*\nExpected:\n.*\nActual:/,
  );
});

test("a public check shows all and has no points", () => {
  const { graded, at } = failing("public");
  const shown = results(graded).tests[at]!;
  expect(shown).not.toHaveProperty("score");
  expect(shown.output).toContain("Expected:");
});

test("a refused submission says why", () => {
  const refused = all.find(({ refused }) => refused !== undefined)!;
  expect(results(refused)).toMatchObject({
    score: 0,
    tests: [],
    output: expect.stringContaining("Nothing could be run: solution.zip"),
  });
});

test("what steers a terminal or turns a line round becomes visible", () => {
  const { graded } = failing("public");
  const hostile = { ...graded, notes: ["\u001b[2J \u202egnp.exe\u0000"] };
  expect(results(hostile).output).toContain("␛[2J ⟨U+202E⟩gnp.exe␀");
});
