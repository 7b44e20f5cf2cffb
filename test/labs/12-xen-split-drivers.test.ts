import { expect, test } from "vitest";
import { CHECKS } from "../../labs/12-xen-split-drivers/checks.ts";
import { LAB } from "../../labs/12-xen-split-drivers/contract.ts";
import { sizes, work } from "../../labs/12-xen-split-drivers/figures.ts";
import { depthRows, FAR, pathOf, REFERENCE, sizeRows } from "../../labs/12-xen-split-drivers/measure.ts";
import { component as solution } from "../../labs/12-xen-split-drivers/solution.ts";
import { component as starter } from "../../labs/12-xen-split-drivers/starter.ts";
import { unseen } from "../../labs/12-xen-split-drivers/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution, "the library's own": REFERENCE },
});

test("a deep ring is quiet only when the front end asks for it, and all bytes are right", () => {
  const rows = depthRows(solution);
  expect(rows.every(({ right, lost }) => right === 64 && lost === 0)).toBe(true);
  const at = (told: string, depth: number) =>
    rows.find((row) => row.told === told && row.depth === depth)!.notifications;
  // One event for a batch, and one for each answer.
  for (const depth of [1, 4, 32]) expect(at("each", depth)).toBeCloseTo(1 + 1 / depth, 2);
  for (const depth of [1, 4, 32]) expect(at("last", depth)).toBeCloseTo(2 / depth, 2);
  expect(at("half", 32)).toBeGreaterThan(at("last", 32));
  expect(at("half", 32)).toBeLessThan(at("each", 32) / 3);
});

test("the solution and the library's own take the same way to the cycle", () => {
  expect(sizeRows(solution, undefined, [4096])).toEqual(sizeRows(REFERENCE, undefined, [4096]));
  expect(pathOf(solution)).toEqual(pathOf(REFERENCE));
});

/** By the smallest and by the largest request: ways from the cheapest on. */
function order(rows: ReturnType<typeof sizeRows>): string[][] {
  const sizes = rows.map(({ kilobytes }) => kilobytes);
  return [Math.min(...sizes), Math.max(...sizes)].map((size) =>
    rows
      .filter(({ kilobytes }) => kilobytes === size)
      .sort((one, other) => one.cycles - other.cycles)
      .map(({ pages }) => pages),
  );
}

test("small requests are copied, large ones mapped; where lines are dear mapping beats both", () => {
  const [map, keep, copy] = ["mapped", "kept mapped", "copied"];
  const ends = [512, 45_056];
  expect(order(sizeRows(solution, undefined, ends))).toEqual([
    [keep, copy, map],
    [keep, map, copy],
  ]);
  expect(order(sizeRows(solution, FAR, ends))[1]![0]).toBe(map);
});

test("on the starter nothing comes back, and no frame leaves", () => {
  const rows = sizeRows(starter, undefined, [4096]);
  expect(rows.map(({ right }) => right)).toEqual([0, 0, 0]);
  const path = pathOf(starter);
  expect(path.map(({ way }) => way)).toEqual(["out"]);
  // The notebook runs through with it.
  for (const { svg } of [sizes(rows, ""), work(path)]) expect(svg).toMatch(/^<svg/);
});
