import { expect, test } from "vitest";
import { CHECKS } from "../../labs/08-shadow-paging/checks.ts";
import { LAB } from "../../labs/08-shadow-paging/contract.ts";
import { guestRows } from "../../labs/08-shadow-paging/guests.ts";
import { byHand, directoryRows, switchRows } from "../../labs/08-shadow-paging/measure.ts";
import { component as solution } from "../../labs/08-shadow-paging/solution.ts";
import { component as starter } from "../../labs/08-shadow-paging/starter.ts";
import { unseen } from "../../labs/08-shadow-paging/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({ lab: LAB, checks: CHECKS, right: { "the solution": solution }, starter, definitions: [], unseen });

test("a switch costs one exit, and seven without a memory", () => {
  const [few, many] = switchRows(solution, [8, 18]) as [Row, Row];
  expect([many.yours - few.yours, many.forgetful - few.forgetful]).toEqual([10, 70]);
});
type Row = ReturnType<typeof switchRows>[number];

test("a kernel that writes to its directory often enough is better off without a memory", () => {
  const better = directoryRows(solution, [0, 2, 12]).map(({ yours, forgetful }) => yours < forgetful);
  expect(better).toEqual([true, true, false]);
});

test("the walk by hand: four faults, of which the guest sees one", () => {
  expect(byHand().filter((line) => line.includes("exits 1")).length).toBe(4);
  expect(byHand().filter((line) => line.includes("#PF"))).toEqual(["user write 0:2 → #PF, error 7; exits 1"]);
});

test("a real guest that maps and unmaps: tracing costs exits, going out of sync takes them back", () => {
  const [forgets, keeps, unsynced] = guestRows("mmap", { iterations: 4, kilobytes: 64, touch: 1 }).map(
    ({ exits }) => exits,
  ) as [number, number, number];
  expect(keeps).toBeGreaterThan(1.5 * forgets);
  expect(unsynced).toBeLessThan(1.05 * forgets);
}, 60_000);
