import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKS, cellsOf, done, RECORDED, recordedRun } from "../../../src/compare/index.ts";

const files = readdirSync(RECORDED, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

test("the recorded run has every repetition of every target that worked, with samples", () => {
  const { run } = recordedRun();
  const cells = cellsOf(run);
  expect(run.facts.targets.map(({ name, probe }) => `${name} ${probe.state}`)).toEqual([
    "host works",
    "runc works",
    "docker works",
    "podman works",
    "qemu-tcg works",
    "qemu-kvm unusable",
  ]);
  expect(cells.map(({ case: { workload } }) => workload.kind)).toEqual(
    expect.arrayContaining(["cpu", "fileio", "memory"]),
  );
  for (const cell of cells) {
    expect(done(cell)).toHaveLength(5);
    if (cell.case.workload.kind === "startup") continue; // too short to be sampled
    for (const { samples } of done(cell)) expect(run.samples.get(samples!)?.length).toBeGreaterThan(0);
  }
});

test("what was predicted of it was predicted before", () => {
  const { run, prediction } = recordedRun();
  expect(prediction!.made < run.facts.started).toBe(true);
});

test("nothing of it is refused, and there is a prediction", () => {
  const { run, prediction } = recordedRun();
  const cells = cellsOf(run);
  expect(
    CHECKS.flatMap(({ look }) => look(run, cells)).filter(({ severity }) => severity === "refuse"),
  ).toEqual([]);
  expect(prediction!.ratios.length).toBeGreaterThan(3);
});

test("it is small", () => {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeLessThan(300_000);
  expect(files.length).toBeLessThan(12);
});

test("it names no folder of the machine that it is from", () => {
  const telling = files.filter((file) =>
    /(?<![\w.])\/(tmp|home|root|var|Users)\/|ringlab-compare-\w{6}/.test(readFileSync(file, "utf8")),
  );
  expect(telling).toEqual([]);
});
