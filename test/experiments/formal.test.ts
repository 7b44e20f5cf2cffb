import { expect, test } from "vitest";
import { directExecution } from "../../src/experiments/direct-execution.ts";
import { formalMap } from "../../src/experiments/formal-map.ts";
import { rowsAt } from "../../src/experiments/index.ts";

const point = (monitor: string, rate: number, machine = "s360") =>
  rowsAt(directExecution, { machine, monitor, rate, supervisor: 0.5, words: 200 }, 7)[0]!;

test("the VMM leaves to the host what is not sensitive, the hybrid what is in user mode", () => {
  expect(point("vmm", 0).direct).toBeGreaterThan(0.99);
  expect(point("vmm", 0.3).direct).toBeCloseTo(0.7, 1);
  expect(point("vmm", 1).direct).toBeLessThan(0.01);
  expect(point("hybrid", 0).direct).toBeCloseTo(0.5, 1);
  expect(point("hybrid", 0).traps).toBe(0);
});

test("rows say whether the run was right at all", () => {
  expect(point("vmm", 0.3).equivalent).toBe(true);
  expect(point("vmm", 0.3, "x86").equivalent).toBe(false);
  expect(point("hybrid", 0.3, "x86").equivalent).toBe(true);
});

test("the same seed gives the same rows", () => expect(point("vmm", 0.4)).toEqual(point("vmm", 0.4)));

test("the map has a row for each instruction", () => {
  const rows = rowsAt(formalMap, { machine: "pdp10" });
  const names = rows.filter((row) => row.class === "sensitive, not privileged").map((row) => row.mnemonic);
  expect([rows.length, names]).toEqual([13, ["JRST1"]]);
});
