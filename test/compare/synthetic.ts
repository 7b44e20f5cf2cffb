/** Run folders of made-up figures: a good one, and what a test changes in it. Deterministic, obeys the law of operations. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { divisionsOf } from "../../src/compare/analysis/law.ts";
import type { Run } from "../../src/compare/analysis/read.ts";
import type {
  Case,
  Metrics,
  Repetition,
  RunFacts,
  Sample,
  Scenario,
  TargetFacts,
} from "../../src/compare/record.ts";

const CASES: Case[] = [
  { name: "prime-10000", workload: { kind: "cpu", maxPrime: 10_000, threads: 1 } },
  { name: "prime-20000", workload: { kind: "cpu", maxPrime: 20_000, threads: 1 } },
];
const FILES: Case[] = (["seqwr", "rndrd"] as const).map((mode) => ({
  name: mode,
  workload: { kind: "fileio", mode, totalSize: 4096, files: 16, blockSize: 16_384, threads: 1 },
}));

const target = (name: string, kind: TargetFacts["kind"], versions: Record<string, string>): TargetFacts => ({
  name,
  kind,
  probe: { state: "works", seconds: 1.5, notes: [] },
  versions,
  sysbench: "1.0.20",
  processors: 1,
  memory: 1024,
  commands: [`start ${name}`, `sysbench cpu --time=30 run # in ${name}`],
});

const scenario = (name: string, about: string, cases: Case[], memory: number): Scenario => ({
  name,
  about,
  resources: { processors: 1, memory },
  seconds: 30,
  pageCache: "dropped",
  cases,
});

/** Events per CPU-second × divisions, a host's. */
const SPEED = 1.9e8;
const SLOWER: Record<string, number> = { host: 1, docker: 1.02, "qemu-tcg": 7.3 };
const DISK: Record<string, number> = { host: 400, docker: 390, "qemu-tcg": 60 };
/** Percent by which repetitions differ; the sum is zero. */
const WANDER = [0.4, -0.7, 0.9, -0.2, -0.4];

/** Host, Docker and QEMU under emulation with five repetitions: nothing is wrong with it. */
export function goodRun(): Run {
  const facts: RunFacts = {
    format: "ringlab-compare-1",
    ringlab: "0.1.0",
    started: "2026-11-21T10:00:00Z",
    ended: "2026-11-21T11:00:00Z",
    seed: 1,
    repetitions: WANDER.length,
    warmups: 1,
    host: {
      cpu: "Example CPU 3000",
      architecture: "x64",
      processors: 4,
      memory: 2048,
      kernel: "6.1.0",
      system: "Debian GNU/Linux 12 (bookworm)",
      hypervisor: "none",
      governor: "performance",
    },
    targets: [
      target("host", "host", { sysbench: "1.0.20" }),
      target("docker", "container", { docker: "20.10.24", runc: "1.1.4" }),
      target("qemu-tcg", "emulator", { qemu: "7.2.22" }),
      {
        ...target("qemu-kvm", "virtual machine", { qemu: "7.2.22" }),
        probe: { state: "unusable", reason: "/dev/kvm opens, but no guest reaches its marker in 30 s" },
      },
      {
        ...target("podman", "container", {}),
        probe: { state: "absent", install: "apt-get install podman runc" },
      },
    ],
    scenarios: [
      scenario("small", "One processor and little memory: the least that is rented.", CASES, 1024),
      scenario("files", "Files twice as large as memory, so that the disk is measured.", FILES, 1024),
    ],
    rootfs: "a".repeat(64),
  };
  const repetitions: Repetition[] = [];
  const samples = new Map<string, Sample[]>();
  for (let index = -facts.warmups; index < facts.repetitions; index++)
    for (const { name: where } of facts.targets.slice(0, 3))
      for (const { name, cases } of facts.scenarios)
        for (const one of cases) {
          const position = repetitions.length;
          const stem = `raw/${String(position).padStart(4, "0")}-${where}-${name}-${one.name}`;
          repetitions.push({
            target: where,
            scenario: name,
            case: one.name,
            warmup: index < 0,
            index: index < 0 ? 0 : index,
            position,
            started: new Date(Date.UTC(2026, 10, 21, 10, 0, position * 31)).toISOString(),
            wall: 30.6,
            outcome: "done",
            metrics: metricsOf(where, one, WANDER[Math.max(index, 0)]! + position / 1000),
            load: { before: 0.8, after: 1 },
            pressure: { cpu: 1, memory: 0, io: 2 },
            pageCache: "dropped",
            log: `${stem}.log`,
            samples: `${stem}.samples.jsonl`,
          });
          samples.set(
            `${stem}.samples.jsonl`,
            Array.from({ length: 6 }, (_, at) => ({
              at: (at + 1) * 5,
              user: 96 - at,
              system: 1.5,
              iowait: 0.5,
              steal: 0,
            })),
          );
        }
  return { facts, repetitions, torn: false, samples };
}

function metricsOf(where: string, { workload }: Case, wander: number): Metrics {
  const seconds = 30;
  const factor = 1 + wander / 100;
  const cpuSeconds = seconds * 0.99;
  if (workload.kind === "cpu") {
    const totalEvents = Math.round(
      ((SPEED / divisionsOf(workload.maxPrime)) * factor * cpuSeconds) / SLOWER[where]!,
    );
    const avg = (seconds * 1000) / totalEvents;
    return {
      totalEvents,
      seconds,
      eventsPerSecond: totalEvents / seconds,
      latency: { min: avg * 0.9, avg, max: avg * 9, p95: avg * 1.2 },
      threadFairness: { avg: totalEvents, stddev: 0 },
      user: cpuSeconds - 0.1,
      system: 0.1,
      cpuSeconds,
      eventsPerCpuSecond: totalEvents / cpuSeconds,
    };
  }
  const rate = DISK[where]! * factor;
  const totalEvents = Math.round(rate * 64 * seconds);
  return {
    totalEvents,
    seconds,
    eventsPerSecond: totalEvents / seconds,
    latency: { min: 0.01, avg: 0.2 / factor, max: 40 },
    user: 8,
    system: 4,
    cpuSeconds: 13,
    eventsPerCpuSecond: totalEvents / 13,
    ...(workload.kind === "fileio" && workload.mode === "seqwr" ? { writeMiBs: rate } : { readMiBs: rate }),
    diskUtilisation: 90 + wander,
    diskAwait: 1.2 * factor,
  };
}

/** Every measured repetition of a place, to be changed. */
export const measured = (
  run: Run,
  where: { target?: string; scenario?: string; case?: string },
): Repetition[] =>
  run.repetitions.filter(
    (one) =>
      !one.warmup &&
      (where.target ?? one.target) === one.target &&
      (where.scenario ?? one.scenario) === one.scenario &&
      (where.case ?? one.case) === one.case,
  );

/** As "ringlab compare run" leaves it; gone after the test. */
export function writeRun({ facts, repetitions, samples }: Run): string {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-compare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "raw"));
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
  writeFileSync(join(folder, "run.json"), JSON.stringify(facts));
  writeFileSync(join(folder, "repetitions.jsonl"), lines(repetitions));
  for (const { log } of repetitions) writeFileSync(join(folder, log), "sysbench 1.0.20\n");
  for (const [file, values] of samples) writeFileSync(join(folder, file), lines(values));
  return folder;
}
