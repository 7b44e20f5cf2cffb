import { expect, test } from "vitest";
import { CHECKS } from "../../labs/06-paravirt-ops/checks.ts";
import { LAB } from "../../labs/06-paravirt-ops/contract.ts";
import { batchRows } from "../../labs/06-paravirt-ops/measure.ts";
import { component as solution } from "../../labs/06-paravirt-ops/solution.ts";
import { component as starter } from "../../labs/06-paravirt-ops/starter.ts";
import { unseen } from "../../labs/06-paravirt-ops/unseen.ts";
import { UNIT_MONITOR } from "../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../src/machine/profiles/unit.ts";
import { everyLab } from "./every-lab.ts";

everyLab({ lab: LAB, checks: CHECKS, right: { "the solution": solution }, starter, definitions: [], unseen });

test("batching saves crossings, never checks", () => {
  const rows = batchRows(solution, [1, 16, 128]);
  expect(rows.map(({ crossings }) => crossings)).toEqual([256, 16, 2]);
  expect(rows.map(({ checked }) => checked)).toEqual([256, 256, 256]);
  const [alone, some, many] = rows.map(({ cycles }) => cycles) as [number, number, number];
  expect(alone).toBeGreaterThan(some);
  expect(some).toBeGreaterThan(many);
});

test("where a crossing costs no more than a check, batching saves little", () => {
  const cycles = batchRows(solution, [1, 128], UNIT, UNIT_MONITOR).map((row) => row.cycles);
  expect(cycles[0]).toBe(5);
  expect(cycles[1]).toBeLessThan(1.1);
});
