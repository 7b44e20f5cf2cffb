import { expect, test } from "vitest";
import { cellsOf } from "../../../src/compare/analysis/cells.ts";
import { divisionsOf, lawRows, simulatedLaw } from "../../../src/compare/analysis/law.ts";
import { goodRun, measured } from "../synthetic.ts";

// Divisions an event, counted apart from this project for its table of published figures.
test.each([
  [5000, 45957],
  [10_000, 117_527],
  [20_000, 301_276],
  [30_000, 523_929],
  [40_000, 777_675],
  [80_000, 2_017_481],
])("--cpu-max-prime %d takes %d divisions, or one less without the limit itself", (limit, divisions) =>
  expect(divisions - divisionsOf(limit)).toBe(1),
);

test("events a second by a public report (hw-kumar, QEMU) obey the law over a factor of eight", () => {
  const rates = { 10000: 999.78, 20000: 388.99, 40000: 149.31, 80000: 56.77 };
  const run = goodRun();
  const [scenario] = run.facts.scenarios;
  scenario!.cases = Object.keys(rates).map((limit) => ({
    name: `prime-${limit}`,
    workload: { kind: "cpu", maxPrime: Number(limit), threads: 1 },
  }));
  const some = measured(run, { target: "docker", case: "prime-10000" })[0]!;
  run.repetitions = Object.entries(rates).map(([limit, eventsPerCpuSecond]) => ({
    ...some,
    case: `prime-${limit}`,
    metrics: { eventsPerCpuSecond },
  }));
  const rows = lawRows(cellsOf(run));
  expect(rows).toHaveLength(4);
  for (const { deviation } of rows) expect(Math.abs(deviation)).toBeLessThan(0.02);
});

test("one limit alone says nothing", () => {
  const run = goodRun();
  run.facts.scenarios[0]!.cases.splice(1);
  expect(lawRows(cellsOf(run))).toEqual([]);
});

test("simulated rates obey it or not by themselves, target by target", () => {
  const rate = (target: string, maxPrime: number, speed: number) => ({
    target,
    maxPrime,
    perSecond: speed / divisionsOf(maxPrime),
  });
  const made = { format: "ringlab-prediction-1" as const, made: "", base: "host", about: "", ratios: [] };
  const rates = [
    rate("host", 1000, 9e7),
    rate("host", 5000, 11e7),
    rate("docker", 1000, 5e7),
    rate("docker", 5000, 5e7),
  ];
  const rows = simulatedLaw({ ...made, rates });
  expect(rows.map(({ target }) => target)).toEqual(["host", "host", "docker", "docker"]);
  expect(rows.map(({ deviation }) => Math.round(deviation * 1e6) / 1e6)).toEqual([-0.1, 0.1, 0, 0]);
  expect(simulatedLaw(made)).toEqual([]);
});
