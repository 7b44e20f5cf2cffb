import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLAUSES, SECTIONS } from "./clauses.ts";

/** Names of the tests of a file, as they are written there. */
function namesIn(file: string): Set<string> {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return new Set(
    [...text.matchAll(/(?:\b(?:test|check)\(|\beach\(\w+\)\(|\]\)\(|\] as const\)\()\s*"([^"]+)"/g)].map(
      (m) => m[1] as string,
    ),
  );
}

test.each(CLAUSES)("$section: $requires", ({ shown }) => {
  if ("none" in shown) expect(shown.none.length).toBeGreaterThan(10);
  else expect([...namesIn(shown.test[0])]).toContain(shown.test[1]);
});

test("every section with requirements of a device is in the table, and no other", () => {
  expect([...new Set(CLAUSES.map(({ section }) => section))]).toEqual(SECTIONS);
});
