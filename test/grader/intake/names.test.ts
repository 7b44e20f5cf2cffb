/** Whatever a name is: it is refused, or it means a place inside of any folder on any system. */
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safe } from "../../../grader/intake/candidates.ts";
import { checkName, nameProblem, sameAs } from "../../../grader/intake/names.ts";
import { visible } from "../../../src/course/submission/characters.ts";

const SEED = { seed: 20261121, numRuns: 2000 };

/** Names made of what makes trouble. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "..",
        ".",
        "/",
        "\\",
        "C:",
        "\0",
        "~",
        "\u202e",
        "\u200f",
        "\ufffd",
        "\u2028",
        "\ud800",
        "a",
        "component.ts",
        " ",
        "\n",
        "\u001b[2J",
        "é",
        "e\u0301",
        "漢",
        "con",
        "nul.ts",
        "%2e%2e",
        "$HOME",
        "$(x)",
        "-rf",
        "=1+1",
        "<b>",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

test("a name without a problem stays inside, on POSIX and on Windows", () => {
  fc.assert(
    fc.property(hostile, (name) => {
      if (nameProblem(name) !== undefined) return;
      expect(posix.resolve("/home/x", name)).toBe(`/home/x/${name}`);
      expect(win32.resolve("D:\\x", name).startsWith("D:\\x\\")).toBe(true);
      expect(name).not.toMatch(/\p{Surrogate}/u);
      expect(name).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    }),
    SEED,
  );
});

test("ordinary names have no problem", () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_ äöü漢()-]{1,20}$/);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      expect(nameProblem(`${parts.join("/")}.ts`)).toBeUndefined();
    }),
    SEED,
  );
  for (const name of ["...ts", ".hidden", "a..b", "a.", "xy:z"]) expect(nameProblem(name)).toBeUndefined();
});

test.each([
  ["", "empty name"],
  ["../a", ".. in its name"],
  ["a/..", ".. in its name"],
  ["a//b", "empty part"],
  ["./a", "empty part"],
  ["a/", "empty part"],
  ["/a", "absolute"],
  ["c:a", "drive letter"],
  ["a\\b", "backslash"],
  ["a\0", "a NUL"],
  ["a\nb", "control character U+000A"],
  ["a\u2028b", "control character U+2028"],
  ["\ud800", "not UTF-8"],
  ["a".repeat(256), "longer than 255"],
  ["a/".repeat(600), "longer than 1024"],
])("%j: %s", (name, problem) => {
  expect(nameProblem(name)).toContain(problem);
  expect(() => checkName(name)).toThrow(/Rename it and hand in again\.$/);
});

test("what is shown of a name is one short printable line", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 300 })), (name) => {
      const shown = visible(name);
      expect(shown).toMatch(/^"[^\p{C}\u2028\u2029]*"$/u);
      if (name.length < 100) expect(shown.length).toBeLessThan(1000);
    }),
    SEED,
  );
  expect(visible('a"b\u202e\u001b')).toBe(String.raw`"a\"b\u{202e}\u001b"`);
});

describe("the id of a candidate", () => {
  test("is a file name on every system", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const id = safe(name);
        expect(id).toMatch(/^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_.-]*$/u);
        expect(id).not.toMatch(/\.\.|\.$/);
        expect(id.length).toBeLessThan(170);
        expect(id).not.toMatch(/^(con|nul)(\.|$)/i);
        expect(nameProblem(id)).toBeUndefined();
      }),
      SEED,
    );
  });

  test.each([
    ["alice.ts", "alice"],
    ["alice.tar.gz", "alice"],
    ["alice.git", "alice"],
    ["doejane_LATE_123_456_01-popek-goldberg-1.ipynb", "doejane_LATE_123_456_01-popek-goldberg-1"],
    ["submission_123", "submission_123"],
    ["Zoë Müller.zip", "Zoë_Müller"],
    ["Zoe\u0308.zip", "Zoë"],
    ["../../etc", "____etc"],
    ["-rf", "_rf"],
    ["CON.ts", "_CON"],
    ["nul.tar.x", "_nul.tar.x"],
    ["=1+1.ipynb", "_1_1"],
    [".ts", "_"],
    ["x".repeat(200), "x".repeat(80)],
  ])("%s is %s", (name, id) => expect(safe(name)).toBe(id));
});

test("names are the same where case and composition do not count", () => {
  expect(sameAs("Component.TS")).toBe(sameAs("component.ts"));
  expect(sameAs("\u00c9")).toBe(sameAs("e\u0301"));
  expect(sameAs("a")).not.toBe(sameAs("b"));
});
