import fc from "fast-check";
import { expect, test } from "vitest";
import { fileName } from "../../../../grader/report/page/paths.ts";

test("a plain id is its own name", () => expect(fileName("lab1_s0042-b")).toBe("lab1_s0042-b"));

test.each([
  "../../etc/passwd",
  "con.html/..",
  "Ada",
  "Ünal",
  "a b",
  "",
  "x".repeat(300),
  ".hidden",
  "a\u0000b",
  "-rf",
])("%j becomes a name for every file system", (id) =>
  expect(fileName(id)).toMatch(/^[a-z0-9][a-z0-9-]*(\.[0-9a-f]{12})?$/),
);

test("different ids have different names", () => {
  const id = fc.string({ unit: fc.constantFrom("a", "A", "-", ".", "/", "é", "0"), maxLength: 6 });
  fc.assert(
    fc.property(id, id, (one, other) => {
      expect(fileName(one) === fileName(other)).toBe(one === other);
    }),
    { seed: 5, numRuns: 500 },
  );
});
