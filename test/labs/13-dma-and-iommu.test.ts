import { expect, test } from "vitest";
import { CHECKS } from "../../labs/13-dma-and-iommu/checks.ts";
import { LAB } from "../../labs/13-dma-and-iommu/contract.ts";
import { attackRows, CHEAP, dmaRows } from "../../labs/13-dma-and-iommu/measure.ts";
import { component as solution } from "../../labs/13-dma-and-iommu/solution.ts";
import { component as starter } from "../../labs/13-dma-and-iommu/starter.ts";
import { unseen } from "../../labs/13-dma-and-iommu/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution },
});

test("the solution keeps packets coming, for less the more may wait, and gives away what it says", () => {
  const [strict, some, many] = dmaRows(solution, [1, 4, 250]);
  expect([strict, some, many].map((row) => row!.lost)).toEqual([0, 0, 0]);
  expect(strict!.cycles).toBeGreaterThan(2 * some!.cycles);
  expect(some!.cycles).toBeGreaterThan(2 * many!.cycles);
  expect([strict, some].map((row) => row!.late)).toEqual([0, 75]);
  expect(dmaRows(starter, [1])[0]!.lost).toBeGreaterThan(0);
});

test("with cheap flushes there is little to gain", () => {
  const [strict, many] = dmaRows(solution, [1, 250], CHEAP);
  expect(strict!.cycles).toBeLessThan(1.5 * many!.cycles);
});

test("of five messages two are the sender's to send", () => {
  expect(attackRows(solution).map(({ raised }) => raised)).toEqual([50, -1, -1, -1, 52]);
});
