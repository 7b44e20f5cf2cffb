import { expect, test } from "vitest";
import type { Opened } from "../../../src/compare/engines/engine.ts";
import { pipe } from "../../../src/compare/engines/pipe.ts";
import type { Step } from "../../../src/compare/run/plan.ts";
import { Sessions } from "../../../src/compare/run/sessions.ts";
import { startUp } from "../../../src/compare/run/startup.ts";
import { parseScenarios } from "../../../src/compare/scenario/load.ts";

const [scenario] = parseScenarios(
  `{ scenarios: [ { name: "s", about: "a test", resources: { processors: 1, memory: 256 }, seconds: 1,
     pageCache: "warm", cases: [ { name: "true", workload: { kind: "startup", starts: 3 } } ] } ] }`,
  "a test",
);
const step = {
  target: "t",
  scenario,
  case: scenario?.cases[0],
  warmup: false,
  index: 0,
  position: 7,
} as Step;
const workload = { kind: "startup", starts: 3, threads: 1 } as const;

/** A target that takes `before` seconds to start and `after` to end. */
const slow = (before: number, after: number): Opened => ({
  start: ({ script }) => pipe(["bash", "-c", `sleep ${before}; ( ${script} ); sleep ${after}`]),
});

const started = async (opened: Opened, log: string[] = []) => {
  const sessions = new Sessions(opened, new AbortController().signal, 20);
  try {
    return await startUp(step, workload, sessions, log);
  } finally {
    await sessions.close();
  }
};

test("time to the payload's end and to the target's are told apart", async () => {
  const log: string[] = [];
  const metrics = await started(slow(0.2, 0.3), log);
  expect(metrics.startMilliseconds).toBeGreaterThanOrEqual(200);
  expect(metrics.exitMilliseconds).toBeGreaterThanOrEqual((metrics.startMilliseconds as number) + 290);
  expect(metrics.totalEvents).toBe(3);
  expect(metrics.latency?.min).toBeLessThanOrEqual(metrics.latency?.max as number);
  expect(log).toHaveLength(3);
});

test("a start that comes to nothing is an error that says which", async () => {
  await expect(started({ start: () => pipe(["true"]) })).rejects.toThrow("start 1 of 3: it ended before");
});
