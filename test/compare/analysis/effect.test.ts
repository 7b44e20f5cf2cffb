import { expect, test } from "vitest";
import { type Cell, cellsOf } from "../../../src/compare/analysis/cells.ts";
import { findingsOf } from "../../../src/compare/analysis/checks/index.ts";
import { compare, type Effect, type Refused } from "../../../src/compare/analysis/effect.ts";
import { MEASURES } from "../../../src/compare/analysis/measures.ts";
import type { Run } from "../../../src/compare/analysis/read.ts";
import { goodRun, measured } from "../synthetic.ts";

const cell = (run: Run, target: string, name = "prime-10000"): Cell =>
  cellsOf(run).find((one) => one.target.name === target && one.case.name === name)!;

function against(run: Run, other: string, base: string, measure = MEASURES.eventsPerCpuSecond) {
  const options = { findings: findingsOf(run), seed: 1 };
  return compare({ cell: cell(run, other), measure }, { cell: cell(run, base), measure }, options);
}

const reasons = (result: Effect | Refused): string =>
  result.kind === "refused" ? result.reasons.join("\n") : "";

test("an emulator against the host: a factor with its interval", () => {
  const effect = against(goodRun(), "qemu-tcg", "host") as Effect;
  expect(effect.ratio).toBeCloseTo(1 / 7.3, 2);
  expect(effect.detected).toBe(true);
  expect(effect.statement).toMatch(
    /^qemu-tcg: 7\.3× fewer events per CPU-second than host, 95 % CI 7\.[12]× to 7\.[345]×\.$/,
  );
});

test("the other way round it is the inverse", () =>
  expect((against(goodRun(), "host", "qemu-tcg") as Effect).statement).toMatch(/^host: 7\.3× more events/));

test("small differences are percents", () =>
  expect((against(goodRun(), "docker", "host") as Effect).statement).toMatch(
    /^docker: [12]\.\d % fewer events per CPU-second than host, 95 % CI [01]\.\d % to [23]\.\d %\.$/,
  ));

test("what chance explains is no difference", () => {
  const run = goodRun();
  for (const [index, one] of measured(run, { target: "docker" }).entries())
    one.metrics = { ...measured(run, { target: "host" })[index]!.metrics };
  const effect = against(run, "docker", "host") as Effect;
  expect(effect.detected).toBe(false);
  expect(effect.statement).toMatch(/^No difference detected between docker and host .*95 % CI −.* to \+/);
});

test("different work is refused", () => {
  const run = goodRun();
  const measure = MEASURES.eventsPerCpuSecond;
  const sides = [cell(run, "docker", "prime-20000"), cell(run, "host")].map((of) => ({ cell: of, measure }));
  const result = compare(sides[0]!, sides[1]!, { findings: [], seed: 1 });
  expect(reasons(result)).toMatch(/workloads differ: .*maxPrime=20000.*maxPrime=10000/);
});

test("file sets of 1G×5 against 3G×4 are refused", () => {
  const run = goodRun();
  const other = structuredClone(cell(run, "docker", "rndrd"));
  Object.assign(other.case.workload, { totalSize: 12_288, files: 4 });
  const measure = MEASURES.read;
  const result = compare(
    { cell: other, measure },
    { cell: cell(run, "host", "rndrd"), measure },
    { findings: [], seed: 1 },
  );
  expect(reasons(result)).toMatch(/workloads differ: .*totalSize=12288 files=4.*totalSize=4096 files=16/);
});

test("different units, resources, durations and caches are refused, all at once", () => {
  const run = goodRun();
  const other = structuredClone(cell(run, "docker"));
  Object.assign(other.scenario, {
    seconds: 10,
    pageCache: "warm",
    resources: { processors: 2, memory: 512 },
  });
  const result = compare(
    { cell: other, measure: MEASURES.latency },
    { cell: cell(run, "host"), measure: MEASURES.eventsPerSecond },
    { findings: [], seed: 1 },
  );
  expect(reasons(result).match(/^\w+( \w+)? differ/gm)).toEqual([
    "units differ",
    "resources differ",
    "durations differ",
    "page caches differ",
  ]);
});

test.each<[string, (run: Run) => void, RegExp]>([
  [
    "another version",
    ({ facts }) => {
      facts.targets[1]!.sysbench = "0.4.12";
    },
    /versions of sysbench differ: docker.* has 0\.4\.12/,
  ],
  [
    "an implausible value",
    (run) => {
      measured(run, { target: "docker", case: "prime-10000" })[2]!.metrics.latency!.max = 18446744073678;
    },
    /docker, small, prime-10000: repetition 3: a maximum latency of 18446744073678 ms/,
  ],
  [
    "missing runs",
    (run) => {
      run.repetitions = run.repetitions.filter(({ target, index }) => target !== "host" || index < 3);
    },
    /host, small, prime-10000: 3 of 5 repetitions are there/,
  ],
  [
    "one repetition",
    (run) => {
      run.facts.repetitions = 1;
      run.repetitions = run.repetitions.filter(({ index }) => index === 0);
    },
    /a single repetition has no spread/,
  ],
  [
    "a measure that one lacks",
    (run) => {
      delete measured(run, { target: "docker", case: "prime-10000" })[0]!.metrics.eventsPerCpuSecond;
    },
    /not every repetition measured events per CPU-second/,
  ],
])("%s is refused", (_what, make, says) => {
  const run = goodRun();
  make(run);
  expect(reasons(against(run, "docker", "host"))).toMatch(says);
});
