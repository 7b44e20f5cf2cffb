import { expect, test } from "vitest";
import { CHECKS } from "../../labs/10-memory-management/checks.ts";
import { LAB } from "../../labs/10-memory-management/contract.ts";
import { FAST_DISK, overcommitRows, swappingRows } from "../../labs/10-memory-management/measure.ts";
import { component as solution } from "../../labs/10-memory-management/solution.ts";
import { component as starter } from "../../labs/10-memory-management/starter.ts";
import { unseen } from "../../labs/10-memory-management/unseen.ts";
import { REFERENCE } from "../../src/systems/overcommit/index.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution, "the library's own": REFERENCE },
});

test("the solution keeps more of the work than swapping does, the starter no more", () => {
  const [full, half] = overcommitRows(solution, [1, 1.5]);
  const [swapping] = swappingRows([1.5]);
  expect(full!.percent).toBe(100);
  expect(half!.percent).toBeGreaterThan(2 * swapping!.percent);
  expect(half!.swapIns).toBeLessThan(100);
  const [, without] = overcommitRows(starter, [1, 1.5]);
  expect(without!.percent).toBeLessThan(1.3 * swapping!.percent);
});

test("with a fast disk there is little to gain", () => {
  const [swapping] = swappingRows([1.5], { prices: FAST_DISK, seconds: 3 });
  expect(swapping!.percent).toBeGreaterThan(60);
});
