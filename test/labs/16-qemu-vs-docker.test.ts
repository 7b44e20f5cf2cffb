import { expect, test } from "vitest";
import { CHECKS } from "../../labs/16-qemu-vs-docker/checks.ts";
import { LAB } from "../../labs/16-qemu-vs-docker/contract.ts";
import { coverageRows } from "../../labs/16-qemu-vs-docker/coverage.ts";
import { driftRows } from "../../labs/16-qemu-vs-docker/drift.ts";
import { exactEnds, exactMeans } from "../../labs/16-qemu-vs-docker/exact.ts";
import {
  designRows,
  effectRows,
  fileRows,
  lawRows,
  load,
  repetitionRows,
  scenariosOf,
  summaryRows,
  suspicionRows,
} from "../../labs/16-qemu-vs-docker/measure.ts";
import { component as solution } from "../../labs/16-qemu-vs-docker/solution.ts";
import { component as starter } from "../../labs/16-qemu-vs-docker/starter.ts";
import { unseen } from "../../labs/16-qemu-vs-docker/unseen.ts";
import { cellsOf, loadScenarios } from "../../src/compare/index.ts";
import { plan } from "../../src/compare/run/plan.ts";
import { REFERENCE } from "./16-qemu-vs-docker/reference.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution, "src/compare itself": REFERENCE },
});

test("the exact bootstrap: two values by hand, and all probability is there", () => {
  expect(exactMeans([90, 110]).map(({ value, probability }) => [value, probability])).toEqual([
    [110, 0.25],
    [100, 0.5],
    [90, 0.25],
  ]);
  const all = exactMeans([1, 2, 3, 4, 5]);
  expect(all.length).toBe(126);
  expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  // Two of each: all but 1 in 16 is left out at no end, so the ends are the least and the greatest ratio.
  const { low, high } = exactEnds({ above: [90, 110], below: [40, 60] });
  expect([low, high].map((end) => Number(end.toFixed(3)))).toEqual([1.5, 2.75]);
});

test("about 95 of 100 intervals from five and from ten values hold the truth", () => {
  const [, five, ten] = coverageRows(solution).map((row) => Number.parseFloat(row["hold the truth"]));
  for (const percent of [five!, ten!]) expect(Math.abs(percent - 95)).toBeLessThan(5);
});

test("a machine that gets slower makes one program two, unless the order is mixed", () => {
  for (const seed of [1, 2, 3]) {
    const [inTurn, mixed] = driftRows(solution, seed);
    expect(inTurn!.effect!.verdict).toBe("fewer");
    expect(mixed!.effect!.verdict).toBe("no difference detected");
  }
});

test("the recorded run: the source says that it was recorded, and QEMU's translator is far from the host", () => {
  const source = load();
  expect(source.about).toContain("recorded, not made here");
  const rounded = (component: typeof solution) =>
    summaryRows(component, source).map((row) => ({ ...row, std: Number(row.std).toPrecision(6) }));
  expect(rounded(solution)).toEqual(rounded(REFERENCE));
  const effects = effectRows(solution, source);
  const cpu = effects.filter(({ target, scenario }) => target === "qemu-tcg" && scenario === "processor");
  expect(cpu.length).toBeGreaterThan(1);
  for (const { ratio, low, high } of cpu) {
    expect(ratio).toBeLessThan(0.3);
    expect(low < ratio && ratio < high).toBe(true);
  }
  expect(repetitionRows(source).length).toBeGreaterThan(10);
  expect(fileRows(source).length).toBeGreaterThan(5);
  const law = lawRows(solution, source);
  expect(new Set(law.map(({ kind }) => kind)).size).toBe(2);
});

test("of the recorded run the library suspects what the solution does", () => {
  const source = load();
  const texts = (rows: ReturnType<typeof suspicionRows>) =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  expect(texts(suspicionRows(solution, source))).toEqual(texts(suspicionRows(REFERENCE, source)));
  expect(cellsOf(source.run).length).toBeGreaterThan(5);
});

test("a run takes a student's order, and refuses one that leaves something out", async () => {
  const scenarios = await loadScenarios("quick");
  const design = { warmups: 1, repetitions: 3, seed: 5 };
  const steps = plan(["host", "docker"], scenarios, design, solution.plan);
  expect(steps.length).toBe(2 * scenarios.flatMap(({ cases }) => cases).length * 4);
  expect(steps[0]).toMatchObject({ warmup: true, index: 0, position: 0 });
  expect(() => plan(["host", "docker"], scenarios, design, starter.plan)).toThrow(
    /each of which is in it once/,
  );
});

test("designs are read as scenario files are, and compared in pairs", async () => {
  const homework = await loadScenarios("homework");
  expect(designRows(scenariosOf(homework)).map(({ differ }) => differ)).toEqual([
    "processors",
    "memory",
    "processors, memory",
  ]);
  expect(() => scenariosOf([{ name: "none" }])).toThrow(/your design is no scenario file/);
});
