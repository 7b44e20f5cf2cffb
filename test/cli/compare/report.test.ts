/** Folders on the disk through the actions of the command: what is refused, with which words and exit code. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { effect } from "../../../src/cli/compare/effect.ts";
import { recorded } from "../../../src/cli/compare/recorded.ts";
import { report } from "../../../src/cli/compare/report.ts";
import { UserError } from "../../../src/cli/errors.ts";
import type { Run } from "../../../src/compare/analysis/read.ts";
import { goodRun, measured, writeRun } from "../../compare/synthetic.ts";

let said: string[];
beforeEach(() => {
  said = [];
  for (const method of ["log", "error"] as const)
    vi.spyOn(console, method).mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** CPU work without samples: few pictures to draw. */
function smallRun(): Run {
  const run = goodRun();
  run.facts.scenarios.splice(1);
  run.repetitions = run.repetitions.filter(({ scenario }) => scenario === "small");
  run.samples = new Map();
  return run;
}

test("a good run has a report, and 0 for an exit code", async () => {
  await report(writeRun(smallRun()));
  expect(said.join("\n")).toMatch(/^The report is .*report\.html.*report\.md$/);
  expect(process.exitCode).toBeUndefined();
});

const docker = { target: "docker", case: "prime-10000" };

test.each<[string, (run: Run) => void, RegExp]>([
  [
    "another version of sysbench",
    (run) => Object.assign(run.facts.targets[1]!, { sysbench: "0.4.12" }),
    / {2}the whole run: .*0\.4\.12/,
  ],
  [
    "a latency that no clock measured",
    (run) => Object.assign(measured(run, docker)[2]!.metrics.latency!, { max: 18446744073678 }),
    / {2}docker, small, prime-10000: repetition 3: .*18446744073678/,
  ],
  [
    "results that don't depend on the limit",
    (run) => {
      for (const { metrics } of measured(run, { target: "docker" }))
        Object.assign(metrics, { eventsPerCpuSecond: 13.7e6, eventsPerSecond: 13.7e6 });
    },
    / {2}docker.*: /,
  ],
  [
    "missing repetitions",
    (run) => {
      run.repetitions = run.repetitions.filter(({ target, index }) => target !== "docker" || index < 3);
    },
    / {2}docker, small, prime-10000: 3 of 5 repetitions are there/,
  ],
  [
    "a case that never ran",
    (run) => {
      run.repetitions = run.repetitions.filter(({ target }) => target !== "qemu-tcg");
    },
    / {2}qemu-tcg, small, prime-10000: the case never ran/,
  ],
])(
  "%s: the report is written, the comparison refused, and 1 for an exit code",
  async (_what, spoil, reason) => {
    const run = smallRun();
    spoil(run);
    await report(writeRun(run));
    expect(said[0]).toMatch(/^The report is /);
    expect(said.slice(1).join("\n")).toMatch(
      /^ringlab: refused to compare, as the report says under "Checks":\n/,
    );
    expect(said.slice(2).join("\n")).toMatch(reason);
    expect(process.exitCode).toBe(1);
  },
);

test("many reasons are counted", async () => {
  const run = goodRun();
  run.samples = new Map();
  run.repetitions = run.repetitions.filter(({ index }) => index < 3);
  await report(writeRun(run));
  expect(said.at(-1)).toBe("  and 7 more");
});

test("a folder without a run is the user's error", () =>
  expect(report("/nowhere")).rejects.toThrow(
    new UserError(
      '/nowhere/run.json cannot be read (ENOENT): give the folder that "ringlab compare run --out DIR" wrote',
    ),
  ));

const CPU = ["docker,small,prime-10000", "host,small,prime-10000"] as const;

test("one cell against another", () => {
  effect(writeRun(goodRun()), ...CPU, {});
  expect(said).toEqual([
    expect.stringMatching(/^docker: 2\.\d % fewer events per CPU-second than host, 95 % CI /),
  ]);
});

test.each<[string, string, string, { measure?: string }, RegExp]>([
  [
    "other workloads",
    CPU[0],
    "host,small,prime-20000",
    {},
    /workloads differ: .*maxPrime=10000.*maxPrime=20000/,
  ],
  ["other units", CPU[0], "docker,files,seqwr", {}, /units differ: .*events\/CPU-s.*MiB\/s/],
  ["what was not measured", ...CPU, { measure: "read" }, /not every repetition measured MiB per second read/],
  [
    "a measure that there is none of",
    ...CPU,
    { measure: "speed" },
    /--measure: there is no speed; there are events/,
  ],
  [
    "a place that there is none of",
    "docker,small",
    CPU[1],
    {},
    /docker,small is no target,scenario,case .*docker,small,prime/s,
  ],
])("%s: refused, with 1 for an exit code", (_what, other, base, options, reason) => {
  let error: unknown;
  try {
    effect(writeRun(goodRun()), other, base, options);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: expect.stringMatching(reason), exitCode: 1 });
});

test("versions that differ refuse a single effect as well", () => {
  const run = goodRun();
  run.facts.targets[1]!.sysbench = "0.4.12";
  expect(() => effect(writeRun(run), ...CPU, {})).toThrow(
    /refused to compare:\n {2}versions of sysbench differ/,
  );
});

test("the run that ships is copied once, never over something", async () => {
  const folder = writeRun(smallRun());
  await expect(recorded(folder)).rejects.toThrow(/is there already; name another/);
  rmSync(folder, { recursive: true });
  await recorded(folder);
  expect(said[0]).toContain(join(folder, "report.html"));
});
