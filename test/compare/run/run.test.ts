import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readPrediction } from "../../../src/compare/analysis/prediction.ts";
import type { Engine } from "../../../src/compare/engines/engine.ts";
import { Cancelled } from "../../../src/compare/errors.ts";
import type { Repetition, RunFacts } from "../../../src/compare/record.ts";
import { type RunEvent, type RunRequest, runComparison } from "../../../src/compare/run/run.ts";
import { parseScenarios } from "../../../src/compare/scenario/load.ts";
import { bashEngine, REPORT } from "./bash-engine.ts";

const SCENARIOS = parseScenarios(
  `{ scenarios: [ { name: "one", about: "a test", resources: { processors: 1, memory: 256 }, seconds: 1,
     pageCache: "warm", cases: [ { name: "a", workload: { kind: "cpu", maxPrime: 100, threads: 1 } },
                                 { name: "b", workload: { kind: "cpu", maxPrime: 200, threads: 1 } } ] } ] }`,
  "a test",
);

// Dozens of programs are started one after the other: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 90_000 });

let folder: string;
let events: RunEvent[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringlab-run-"));
  // What a run leaves in the folder for temporary files must not be taken for another's.
  vi.stubEnv("TMPDIR", folder);
  events = [];
  const tar = join(folder, `rootfs-bookworm-${process.arch}.tar`);
  await writeFile(tar, "these targets need none");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const records = (): Repetition[] =>
  events.flatMap((event) => (event.kind === "repetition" ? [event.record] : []));

function go(
  engines: Engine[],
  signal = new AbortController().signal,
  onEvent = (_: RunEvent) => {},
  predict?: RunRequest["predict"],
): Promise<RunFacts> {
  return runComparison({
    ...{ engines, scenarios: SCENARIOS, repetitions: 1, warmups: 1, seed: 3 },
    ...{ out: join(folder, "out"), cache: folder, signal, version: "0.0.0" },
    ...(predict && { predict }),
    onEvent(event) {
      events.push(event);
      onEvent(event);
    },
  });
}

const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("ringlab-compare-"));

test("a run records every repetition, and the facts of what ran", async () => {
  const facts = await go([bashEngine("alpha", REPORT), bashEngine("beta", REPORT)]);
  expect(records()).toHaveLength(2 * 2 * 2);
  for (const { outcome, metrics, log, load } of records()) {
    expect(outcome).toBe("done");
    expect(metrics.totalEvents).toBe(100);
    expect(metrics.cpuSeconds).toBeGreaterThan(0);
    expect(metrics.eventsPerCpuSecond).toBeCloseTo(100 / (metrics.cpuSeconds as number), 0);
    expect(load.before).toBeGreaterThanOrEqual(0);
    expect(log).toMatch(/^raw\/\d{4}-(alpha|beta)-one-[ab]\.log$/);
  }
  expect(facts.ended).toBeDefined();
  expect(facts.targets.map(({ sysbench }) => sysbench)).toEqual(["1.0.20", "1.0.20"]);
});

test("what was predicted is in the folder before anything is tried, and is not made anew", async () => {
  const made = { format: "ringlab-prediction-1" as const, made: "2026-11-21T10:00:00Z", base: "host" };
  const prediction = { ...made, about: "a test", ratios: [{ target: "alpha", ratio: 0.5 }] };
  await go([bashEngine("alpha", REPORT)], undefined, undefined, async () => prediction);
  expect(readPrediction(join(folder, "out"))).toEqual(prediction);
  expect(events.map(({ kind }) => kind).slice(0, 2)).toEqual(["prediction", "target"]);
  await go([bashEngine("alpha", REPORT)], undefined, undefined, () => {
    throw new Error("too late");
  });
});

test("cancelled, it ends what runs and is continued by the same call", async () => {
  const controller = new AbortController();
  const before = await left();
  let count = 0;
  const cancelled = go([bashEngine("alpha", REPORT)], controller.signal, ({ kind }) => {
    if (kind === "repetition" && ++count === 1) setTimeout(() => controller.abort(), 20);
  });
  await expect(cancelled).rejects.toThrow(Cancelled);
  expect(await left()).toEqual(before);
  const done = records().length;
  expect(done).toBeGreaterThanOrEqual(1);
  expect(done).toBeLessThan(4);
  const facts = await go([bashEngine("alpha", REPORT)]);
  expect(records()).toHaveLength(4);
  expect(new Set(records().map(({ position }) => position)).size).toBe(4);
  expect(events).toContainEqual({ kind: "resumed", done, of: 4 });
  expect(facts.ended).toBeDefined();
});

test("a run in which sysbench hangs ends at once when cancelled", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 400);
  const began = performance.now();
  await expect(go([bashEngine("alpha", "sleep 600 & sleep 600")], controller.signal)).rejects.toThrow(
    Cancelled,
  );
  expect(performance.now() - began).toBeLessThan(5000);
});

test("what fails is recorded with its reason, and the rest goes on", async () => {
  await go([bashEngine("alpha", 'echo "FATAL: no such option"; exit 3'), bashEngine("beta", REPORT)]);
  const failed = records().filter(({ target }) => target === "alpha");
  expect(failed).toHaveLength(4);
  expect(failed[0]).toMatchObject({
    outcome: "failed",
    error: "sysbench ended with status 3: FATAL: no such option",
  });
  expect(records().filter(({ outcome }) => outcome === "done")).toHaveLength(4);
});

test("another plan is not mixed into a folder", async () => {
  await go([bashEngine("alpha", REPORT)]);
  await expect(go([bashEngine("beta", REPORT)])).rejects.toThrow(/was begun with other targets/);
});
