import { afterEach, expect, test } from "vitest";
import { checker, examine, type Result } from "../../src/course/check.ts";
import { defineChecks, defineLab } from "../../src/course/lab.ts";
import { markup } from "../../src/course/table.ts";
import { CHECKS, LAB, RIGHT, type Toy } from "./toy.ts";

const total = (method: unknown): Result =>
  examine(LAB, CHECKS, "total", { total: method } as unknown as Partial<Toy>);

const HOOK = Symbol.for("ringlab.display");
afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[HOOK];
});

test("a right component passes", () => {
  const result = examine(LAB, CHECKS, "total", RIGHT);
  expect([result.passed, result.total, result.ok]).toEqual([4, 4, true]);
  expect(String(result)).toBe(
    "The total: 4 of 4 checks pass\n  ✓ the empty list\n  ✓ one number\n  ✓ three numbers\n  ✓ a number below zero",
  );
});

test("a wrong value shows input, expected, actual and the clause", () => {
  const result = total((numbers: number[]) => ({ sum: numbers.length === 3 ? 7 : RIGHT.total(numbers).sum }));
  expect(String(result)).toBe(`The total: 3 of 4 checks pass
  ✓ the empty list
  ✓ one number
  ✗ three numbers
      input     total([1,2,3])
      expected  { sum: 6 }
      actual    { sum: 7 }
      clause C1 The sum is the sum of all numbers.
  ✓ a number below zero`);
});

test("an event sequence points at the first difference, also when it ends early", () => {
  const ring = (times: number) =>
    String(
      examine(LAB, CHECKS, "bell", {
        ringTwice: (bell) => {
          for (let i = 0; i < times; i++) bell.ring();
        },
      }),
    );
  expect(ring(2)).toContain("1 of 1 checks pass");
  expect(ring(1)).toContain("door closes   ← first difference");
  expect(ring(3)).toMatch(/ring\n +ring\n +ring {3}← first difference\n +door closes/);
});

test("a breach is explained once", () => {
  expect(String(total(() => undefined)).match(/problem/g)).toHaveLength(1);
});

test("only the first failures are shown in full", () => {
  expect(String(total(() => ({ sum: 99 }))).match(/expected/g)).toHaveLength(3);
});

test.each<[string, unknown, RegExp]>([
  ["nothing", () => undefined, /total returned undefined; it must return { sum: number }/],
  ["another shape", () => ({ sum: "6" }), /total returned { sum: "6" } \(wrong at sum\); it must return/],
  ["a promise", async () => ({ sum: 0 }), /total returned a promise; .* without async/],
  ["no function", 7, /total is not a function/],
  ["no method at all", undefined, /total was not handed to the check/],
  [
    "a thrown string",
    () => {
      throw "oops";
    },
    /total threw "oops"/,
  ],
  [
    "recursion without end",
    function down(): unknown {
      return down();
    },
    /total threw RangeError: Maximum call stack/,
  ],
])("%s is said kindly", (_, method, words) => {
  const result = total(method);
  expect(result.passed).toBe(0);
  expect(String(result)).toMatch(words);
});

test("an exception names the student's own line", () => {
  const result = total((numbers: readonly number[]) => {
    const missing = numbers[99] as unknown as { value: number };
    return { sum: missing.value };
  });
  expect(String(result)).toMatch(/total threw TypeError: .*undefined.*, check\.test\.ts, line \d+/);
});

test("the input cannot be changed, and trying is explained", () => {
  const result = total((numbers: number[]) => {
    numbers.push(1);
    return { sum: 0 };
  });
  expect(String(result)).toMatch(
    /total tried to change its input, check\.test\.ts, line \d+.*work on a copy/,
  );
});

test("what a method returned is copied: changing it later changes nothing", () => {
  const shared = { sum: 0 };
  const result = total((numbers: readonly number[]) => Object.assign(shared, RIGHT.total(numbers)));
  expect(result.ok).toBe(true);
  expect(result.verdicts.map(({ observation }) => observation?.actual)).toEqual([
    { sum: 0 },
    { sum: 7 },
    { sum: 6 },
    { sum: 1 },
  ]);
});

test("an interrupt ends the cell instead of failing a row", () => {
  const interrupt = Object.assign(new Error("interrupted"), { name: "KeyboardInterrupt" });
  expect(() =>
    total(() => {
      throw interrupt;
    }),
  ).toThrow(interrupt);
});

test("the notebook gets one table, with a text for those who do not see it", () => {
  const shown: Record<string, unknown>[] = [];
  (globalThis as Record<symbol, unknown>)[HOOK] = (bundle: Record<string, unknown>) => shown.push(bundle);
  expect(checker(LAB, CHECKS)("total", RIGHT)).toBeUndefined();
  const result = examine(LAB, CHECKS, "total", RIGHT);
  expect(shown).toEqual([{ "text/html": markup(result).source, "text/plain": String(result) }]);
});

test("the HTML says passed and failed in words and escapes what a student returns", () => {
  const page = markup(total(() => "<script>alert(1)</script>")).source;
  expect(page).toContain("✗ failed");
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toContain("<script>");
});

test("an unknown part is named with those that exist", () => {
  expect(() => examine(LAB, CHECKS, "totl", RIGHT)).toThrow('no part "totl". Its parts: total, bell.');
});

test("a lab's declaration is checked where it is written", () => {
  expect(() => defineLab({ ...LAB, id: "toy" })).toThrow("looks like 01-popek-goldberg");
  expect(() => defineLab({ ...LAB, parts: [...LAB.parts, LAB.parts[0]!] })).toThrow('"total" twice');
  expect(() => defineChecks(LAB, CHECKS.slice(0, 4))).toThrow('Part "bell" of lab 99-toy has no check');
  expect(() => defineChecks(LAB, [{ ...CHECKS[0]!, clause: "C9" }])).toThrow("names no clause");
});
