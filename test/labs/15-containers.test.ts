import { expect, test } from "vitest";
import { PROCESSES } from "../../grader/hidden/15-containers/processes.ts";
import { PROCESSORS } from "../../grader/hidden/15-containers/processors.ts";
import { UNIONS } from "../../grader/hidden/15-containers/unions.ts";
import { CHECKS } from "../../labs/15-containers/checks.ts";
import { LAB } from "../../labs/15-containers/contract.ts";
import {
  ATTACKS,
  attackLines,
  attackRows,
  copyRows,
  FINE,
  jobRows,
  REFERENCE,
  shareRows,
  WEIGHT,
  WEIGHT_AND_QUOTA,
} from "../../labs/15-containers/measure.ts";
import { parseRecorded, showRecorded } from "../../labs/15-containers/recorded.ts";
import { CASES } from "../../labs/15-containers/recorded-cases.ts";
import { SCENARIOS } from "../../labs/15-containers/scenarios.ts";
import { component as solution } from "../../labs/15-containers/solution.ts";
import { component as starter } from "../../labs/15-containers/starter.ts";
import { unseen } from "../../labs/15-containers/unseen.ts";
import { World } from "../../src/systems/os/kernel-policies.ts";
import { realKernel } from "../virt/os/real/kernel.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution, "the kernel's own": REFERENCE },
});

const recorded = [CASES, PROCESSES, UNIONS, PROCESSORS].flatMap(parseRecorded);

test("the solution answers all that was recorded as the real kernels did", () => {
  expect(recorded.length).toBeGreaterThan(100);
  for (const one of recorded)
    expect(SCENARIOS.kernel.drive(solution, one.lines), one.kind).toEqual(showRecorded(one));
});

test("and so does the kernel below this test, of the public cases and of the attacks", (context) => {
  const kernel = realKernel();
  if (!kernel) return context.skip("needs root, gcc and namespaces");
  try {
    for (const { kind, lines, answers } of parseRecorded(CASES))
      if (!kind.startsWith("cpu-")) expect(kernel.perform(lines), kind).toEqual(answers);
    for (const attack of ATTACKS)
      for (const root of [undefined, 100_000, 0]) {
        const lines = attackLines(attack, root);
        const world = new World();
        expect(kernel.perform(lines), attack.attack).toEqual(lines.map((line) => world.perform(line)));
      }
  } finally {
    kernel.close();
  }
});

test("a job that needs more than the quota waits for the next period, and in small pieces less at once", () => {
  const elapsed = (rows: ReturnType<typeof jobRows>) => rows.map((row) => row.elapsed);
  expect(elapsed(jobRows(solution, [10, 20, 21, 40, 41, 90]))).toEqual([10, 20, 101, 120, 201, 410]);
  expect(elapsed(jobRows(solution, [10, 21, 90], FINE))).toEqual([42, 101, 442]);
  expect(elapsed(jobRows(starter, [21]))).toEqual([21]);
});

test("weights divide what there is, and a quota takes away what the weight would give", () => {
  const ran = (settings: readonly string[]) =>
    shareRows(solution, settings).counters.map((row) => Math.round(row.ran / 10));
  expect(ran(WEIGHT)).toEqual([31, 10]);
  expect(ran(WEIGHT_AND_QUOTA)).toEqual([9, 32]);
  expect(shareRows(solution, WEIGHT_AND_QUOTA).counters[0]).toMatchObject({
    periods: 4,
    throttledPeriods: 4,
  });
});

test("one byte costs the file, and to remove it gives nothing back", () => {
  const rows = copyRows(solution, [8]);
  expect(rows.map(({ own, image, names }) => [own, image, names])).toEqual([
    [0, 8, ""],
    [8, 8, "f"],
    [8, 8, "f"],
    [0, 8, "f"],
  ]);
});

test("a map decides which attacks get through", () => {
  const rows = attackRows(solution).map((row) => Object.values(row).slice(1));
  expect(rows).toEqual([
    ["done", "EACCES", "done"],
    ["done", "EACCES", "done"],
    ["done", "EACCES", "done"],
    ["done", "EPERM", "EPERM"],
    ["done", "EACCES", "EACCES"],
  ]);
  expect(attackRows(starter).map((row) => row['map "0 100000 65536"'])).toContain("done");
});
