/** What components of each lab are given. Adding to it here is a decision: it must not give the answer away. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { describeGiven, givenBy, sourceOf } from "../../../src/course/bundle/given.ts";
import { buildRooms } from "../../../src/course/bundle/rooms.ts";

const LABS = resolve(import.meta.dirname, "../../../labs");
const ids = readdirSync(LABS).filter((id) => existsSync(join(LABS, id, "starter.ts")));

test("there are labs", () => expect(ids.length).toBeGreaterThanOrEqual(2));

test.each(ids)("the rooms of lab %s can be built", async (id) => {
  const given = givenBy(id);
  const rooms = await buildRooms(given);
  for (const specifier of given.keys()) expect([...rooms.keys()]).toContain(`${specifier}.js`);
  // Beyond that, joining them to each submission is slow: see rooms.ts.
  expect([...rooms.values()].join("").length).toBeLessThan(100_000);
});

test("lab 01 is given three helpers, and not the reference that lies beside them", async () => {
  const given = givenBy("01-popek-goldberg");
  expect([...given]).toEqual([["ringlab/formal", ["sameRelocation", "sameWords", "window"]]]);
  const text = [...(await buildRooms(given)).values()].join("\n");
  expect(text).toContain("function sameWords(");
  expect(text).not.toMatch(/privileged|isSensitive|virtualizable/);
});

test("what two rooms share is in it once", async () => {
  const given = new Map([
    ["ringlab/formal", ["window"]],
    ["ringlab/labs/01-popek-goldberg/describe", ["describeState"]],
  ]);
  const rooms = [...(await buildRooms(given)).values()];
  expect(rooms.filter((text) => text.includes("function window("))).toHaveLength(1);
});

test.each([
  "ringlab/labs/01-popek-goldberg/solution",
  "ringlab/labs/01-popek-goldberg/mutants/forgets-p",
  "ringlab/labs/01-popek-goldberg/../01-popek-goldberg/solution",
  "ringlab/labs/01-popek-goldberg/nothing",
  "ringlab/nothing",
  "ringlab/../labs",
  "ringlab/grader/bundle/given",
  "node:fs",
])("%s is nothing that students are given", (specifier) =>
  expect(() => sourceOf(specifier)).toThrow("is nothing that students are given"),
);

test.each(["../x", "01-popek-goldberg/mutants", ""])("there is no lab %j", (id) =>
  expect(() => givenBy(id)).toThrow("there is no lab"),
);

test("a sentence", () => {
  expect(describeGiven(new Map())).toBe("its own files (./…); types from everywhere");
});
