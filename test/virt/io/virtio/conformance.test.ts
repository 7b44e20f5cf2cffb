import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DEVICE_SECTIONS, DRIVER_SECTIONS, OF_DEVICES, OF_DRIVERS } from "./clauses.ts";

/** Names of the tests of a file, as they are written there. */
function namesIn(file: string): Set<string> {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return new Set(
    [...text.matchAll(/(?:\b(?:test|check)\(|\beach\(\w+\)\(|\]\)\(|\] as const\)\()\s*"([^"]+)"/g)].map(
      (m) => m[1] as string,
    ),
  );
}

describe.each([
  ["a device", OF_DEVICES, DEVICE_SECTIONS],
  ["a driver", OF_DRIVERS, DRIVER_SECTIONS],
] as const)("of %s", (_, clauses, sections) => {
  test.each(clauses)("%s: %s", (_section, _requires, shown) => {
    if ("none" in shown) expect(shown.none.length).toBeGreaterThan(10);
    else expect([...namesIn(shown.test[0])]).toContain(shown.test[1]);
  });

  test("every section with requirements is in the table, and no other", () => {
    expect([...new Set(clauses.map(([section]) => section))]).toEqual(sections);
  });

  test("no clause is there twice", () => {
    const named = clauses.map(([section, requires]) => `${section} ${requires}`);
    expect(new Set(named).size).toBe(named.length);
  });
});
