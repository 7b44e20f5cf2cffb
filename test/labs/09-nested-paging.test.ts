import { expect, test } from "vitest";
import { CHECKS } from "../../labs/09-nested-paging/checks.ts";
import { LAB } from "../../labs/09-nested-paging/contract.ts";
import {
  type lifeRows,
  measureCosts,
  meeting,
  PROCESSOR,
  WAYS,
} from "../../labs/09-nested-paging/measure.ts";
import { realWalk } from "../../labs/09-nested-paging/real.ts";
import { bootRows, referenceRows, turnRows } from "../../labs/09-nested-paging/small-world.ts";
import { component as solution } from "../../labs/09-nested-paging/solution.ts";
import { component as starter } from "../../labs/09-nested-paging/starter.ts";
import { unseen } from "../../labs/09-nested-paging/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({ lab: LAB, checks: CHECKS, right: { "the solution": solution }, starter, definitions: [], unseen });

test("four guest levels and n nested ones make (4 + 1)(n + 1) − 1 references", () => {
  expect(referenceRows(solution)).toEqual(
    [4, 9, 14, 19, 24].map((references, levels) => ({ levels, references, end: "page" })),
  );
  expect(realWalk().references).toBe(24);
});

test("tags save misses, and whoever ignores them gets another guest's pages", () => {
  const [dropped, kept] = turnRows(solution, [10]);
  expect(dropped?.misses).toBeGreaterThan(80);
  expect(kept).toMatchObject({ misses: 0.8, "the other guest's page": 0 });
  expect(turnRows(starter, [10])[1]?.["the other guest's page"]).toBeGreaterThan(40);
});

test("memory that is aligned in the host comes in large pages", () => {
  expect(bootRows(solution).map((row) => [row.violations, row["words given"]])).toEqual([
    [4, 0x4000],
    [64, 0x4000],
    [1024, 0x4000],
  ]);
});

test("EPT wins the fork and loses the load, and large pages win much of it back", { timeout: 60_000 }, () => {
  // Fewer pages than in the notebook, for the sake of time.
  const rows = measureCosts(PROCESSOR, 2048);
  const times = (operation: string, way: keyof typeof WAYS) =>
    rows.find((row) => row.operation === operation && row.paging === WAYS[way])?.times ?? 0;
  expect(times("a fork", "shadow")).toBeGreaterThan(2.5);
  expect(times("a fork", "small")).toBeLessThan(1.2);
  expect(times("a load", "shadow")).toBeLessThan(1.1);
  expect(times("a load", "small")).toBeGreaterThan(2);
  expect(times("a load", "large")).toBeLessThan(0.7 * times("a load", "small"));
  const load = rows.filter(({ operation }) => operation === "a load");
  expect(load.map(({ exits }) => exits)).toEqual([0, 0, 0, 0]);
});

test("lines meet where they cross", () => {
  type Point = ReturnType<typeof lifeRows>[number];
  const line = (paging: Point["paging"], from: number, to: number): Point[] => [
    { paging, loads: 0, cycles: from },
    { paging, loads: 2, cycles: to },
  ];
  const rows = [...line(WAYS.shadow, 10, 14), ...line(WAYS.small, 4, 14), ...line(WAYS.large, 4, 6)];
  expect(meeting(rows, "shadow", "small")).toBe(2);
  expect(meeting(rows, "shadow", "large")).toBeUndefined();
});
