/** A good run, and one run for each mistake that reports made: the check that is meant for it must speak. */
import { expect, test } from "vitest";
import { cellsOf } from "../../../src/compare/analysis/cells.ts";
import { CHECKS, findingsOf } from "../../../src/compare/analysis/checks/index.ts";
import type { Run } from "../../../src/compare/analysis/read.ts";
import type { Repetition } from "../../../src/compare/record.ts";
import { goodRun, measured } from "../synthetic.ts";

const CPU = { scenario: "small", case: "prime-10000" };

test("a good run has notes alone: its emulator, what is unusable, and what the page cache could hold", () => {
  const found = findingsOf(goodRun());
  expect(found.filter(({ severity }) => severity !== "note")).toEqual([]);
  expect(new Set(found.map(({ check }) => check))).toEqual(new Set(["emulation"]));
});

test("a check that sees nothing says so", () => {
  const run = goodRun();
  const blind = () => CHECKS.filter((check) => check.blind?.(run, cellsOf(run))).map(({ name }) => name);
  expect(blind()).toEqual([]);
  run.facts.scenarios.splice(0);
  run.facts.repetitions = 1;
  run.samples = new Map();
  expect(blind()).toEqual(["independent", "emulation", "cache", "spread", "sampling"]);
});

/** Multiplies everything that counts events. */
function scale({ metrics }: Repetition, factor: number): void {
  metrics.totalEvents = metrics.totalEvents! * factor;
  metrics.eventsPerSecond = metrics.eventsPerSecond! * factor;
  metrics.eventsPerCpuSecond = metrics.eventsPerCpuSecond! * factor;
  metrics.latency = {
    min: metrics.latency!.min / factor,
    avg: metrics.latency!.avg / factor,
    max: metrics.latency!.max / factor,
  };
}

interface Mistake {
  mistake: string;
  check: string;
  severity: "refuse" | "warn" | "note";
  says: RegExp;
  make(run: Run): void;
}

const first = (run: Run, target = "docker") => measured(run, { target, ...CPU })[0]!;
const only = (run: Run, keep: (one: Repetition) => boolean) => {
  run.repetitions = run.repetitions.filter(keep);
};

const MISTAKES: Mistake[] = [
  {
    mistake: "another sysbench in one target",
    check: "versions",
    severity: "refuse",
    says: /sysbench differs: host 1\.0\.20, docker 1\.0\.18/,
    make: ({ facts }) => {
      facts.targets[1]!.sysbench = "1.0.18";
    },
  },
  {
    mistake: "a version that nobody looked at",
    check: "versions",
    severity: "refuse",
    says: /not known/,
    make: ({ facts }) => {
      delete facts.targets[1]!.sysbench;
    },
  },
  {
    mistake: "sysbench 0.4 everywhere",
    check: "versions",
    severity: "warn",
    says: /fixed number of events/,
    make: ({ facts }) => {
      for (const target of facts.targets) target.sysbench = "0.4.12";
    },
  },
  {
    mistake: "root file systems of unknown origin",
    check: "versions",
    severity: "warn",
    says: /different builds/,
    make: ({ facts }) => {
      delete facts.rootfs;
    },
  },
  {
    mistake: "a script that skips its first case",
    check: "repetitions",
    severity: "refuse",
    says: /never ran/,
    make: (run) => only(run, (one) => one.target !== "docker" || one.case !== "prime-10000"),
  },
  {
    mistake: "a repetition that failed",
    check: "repetitions",
    severity: "refuse",
    says: /4 of 5 .*no space left/,
    make: (run) => Object.assign(first(run), { outcome: "failed", error: "no space left" }),
  },
  {
    mistake: "one repetition",
    check: "repetitions",
    severity: "warn",
    says: /one repetition/,
    make: (run) => {
      run.facts.repetitions = 1;
      only(run, ({ index }) => index === 0);
    },
  },
  {
    mistake: "an interrupted run",
    check: "repetitions",
    severity: "warn",
    says: /interrupted/,
    make: ({ facts }) => {
      delete facts.ended;
    },
  },
  {
    mistake: "18446744073678 ms",
    check: "implausible",
    severity: "refuse",
    says: /clock that went backward/,
    make: (run) => {
      first(run, "qemu-tcg").metrics.latency!.max = 18446744073678;
    },
  },
  {
    mistake: "a latency longer than the run",
    check: "implausible",
    severity: "refuse",
    says: /90000 ms in a run of 30 s/,
    make: (run) => {
      first(run).metrics.latency!.max = 90_000;
    },
  },
  {
    mistake: "an average outside [min, max]",
    check: "implausible",
    severity: "refuse",
    says: /average latency 99 ms is outside/,
    make: (run) => {
      first(run).metrics.latency = { min: 1, avg: 99, max: 10 };
    },
  },
  {
    mistake: "a negative quantity",
    check: "implausible",
    severity: "refuse",
    says: /system is -1/,
    make: (run) => {
      first(run).metrics.system = -1;
    },
  },
  {
    mistake: "a total read as a rate",
    check: "implausible",
    severity: "refuse",
    says: /events in 30 s are not/,
    make: (run) => {
      const { metrics } = first(run);
      metrics.eventsPerSecond = metrics.totalEvents!;
    },
  },
  {
    mistake: "CPU time of something else",
    check: "implausible",
    severity: "refuse",
    says: /CPU-seconds are not/,
    make: (run) => {
      first(run).metrics.cpuSeconds = 300;
    },
  },
  {
    mistake: "a workload that did nothing",
    check: "implausible",
    severity: "refuse",
    says: /not a single event/,
    make: (run) => scale(first(run), 0),
  },
  {
    mistake: "CPU time since boot",
    check: "implausible",
    severity: "refuse",
    says: /of CPU time in 30 s with 1 thread/,
    make: (run) => {
      first(run).metrics.user = 512;
    },
  },
  {
    mistake: "a disk busy for more than all of the time",
    check: "implausible",
    severity: "refuse",
    says: /utilisation of 180 %/,
    make: (run) => {
      measured(run, { case: "rndrd" })[0]!.metrics.diskUtilisation = 180;
    },
  },
  {
    mistake: "a run that ended early",
    check: "implausible",
    severity: "refuse",
    says: /ended after 3 s/,
    make: (run) => {
      const { metrics } = first(run);
      Object.assign(metrics, { seconds: 3, eventsPerSecond: metrics.totalEvents! / 3, user: 2.9, system: 0 });
    },
  },
  {
    mistake: "results independent of the parameter",
    check: "independent",
    severity: "refuse",
    says: /whatever --cpu-max-prime is/,
    make: (run) => {
      for (const one of measured(run, { target: "docker", scenario: "small" }))
        scale(one, 13.7e6 / one.metrics.eventsPerSecond!);
    },
  },
  {
    mistake: "a case off the law",
    check: "independent",
    severity: "warn",
    says: /% off what 117526 divisions/,
    make: (run) => {
      for (const one of measured(run, { target: "docker", ...CPU })) scale(one, 0.8);
    },
  },
  {
    mistake: "emulation taken for KVM",
    check: "emulation",
    severity: "refuse",
    says: /14 % of the host's rate: it was emulated/,
    make: ({ facts }) => {
      facts.targets[2]!.kind = "virtual machine";
    },
  },
  {
    mistake: "KVM taken for emulation",
    check: "emulation",
    severity: "warn",
    says: /too much for an emulator/,
    make: (run) => {
      for (const one of measured(run, { target: "qemu-tcg", scenario: "small" })) scale(one, 7);
    },
  },
  {
    mistake: "a container as slow as a machine under emulation",
    check: "emulation",
    severity: "warn",
    says: /a container runs on the host's own kernel/,
    make: (run) => {
      for (const one of measured(run, { target: "docker", scenario: "small" })) scale(one, 0.3);
    },
  },
  {
    mistake: "Docker Desktop taken for the host's Docker",
    check: "beneath",
    severity: "warn",
    says: /in Docker Desktop/,
    make: ({ facts }) => {
      facts.targets[1]!.beneath = "Docker Desktop";
    },
  },
  {
    mistake: "a host that is a virtual machine",
    check: "beneath",
    severity: "note",
    says: /virtual machine itself \(kvm\)/,
    make: ({ facts }) => {
      facts.host.hypervisor = "kvm";
    },
  },
  {
    mistake: "a governor that saves power",
    check: "beneath",
    severity: "note",
    says: /powersave/,
    make: ({ facts }) => {
      facts.host.governor = "powersave";
    },
  },
  {
    mistake: "one thread on twelve processors",
    check: "threads",
    severity: "warn",
    says: /1 thread\(s\) on 12 processors/,
    make: ({ facts }) => {
      facts.scenarios[0]!.resources.processors = 12;
    },
  },
  {
    mistake: "threads that share one processor of an emulator",
    check: "threads",
    severity: "warn",
    says: /4 threads on 4 processors give 1\.\d\d× the events of one/,
    make: (run) => {
      run.facts.scenarios[0]!.resources.processors = 4;
      run.facts.scenarios[0]!.cases[1]!.workload = { kind: "cpu", maxPrime: 10_000, threads: 4 };
      for (const one of measured(run, { case: "prime-20000" })) scale(one, 301_275 / 117_526);
    },
  },
  {
    mistake: "a drop of the cache that failed",
    check: "cache",
    severity: "refuse",
    says: /failed in 1 repetition/,
    make: (run) => {
      measured(run, { case: "rndrd" })[0]!.pageCache = "drop failed";
    },
  },
  {
    mistake: "files that fit into memory",
    check: "cache",
    severity: "warn",
    says: /4096 MiB of files fit into 8192 MiB/,
    make: ({ facts }) => {
      Object.assign(facts.scenarios[1]!, { pageCache: "warm" });
      facts.scenarios[1]!.resources.memory = 8192;
    },
  },
  {
    mistake: "throughput that grows with memory",
    check: "cache",
    severity: "warn",
    says: /8\.\d× the throughput of files, which only has less memory/,
    make: (run) => {
      const { scenarios } = run.facts;
      scenarios.push({ ...scenarios[1]!, name: "more", resources: { processors: 1, memory: 2048 } });
      for (const one of measured(run, { scenario: "files" }))
        run.repetitions.push({
          ...one,
          scenario: "more",
          metrics: { ...one.metrics, readMiBs: 8.3 * (one.metrics.readMiBs ?? 0) },
        });
    },
  },
  {
    mistake: "load of others",
    check: "contention",
    severity: "warn",
    says: /load 9\.5 before it began, on 4 processors/,
    make: (run) => {
      first(run).load.before = 9.5;
    },
  },
  {
    mistake: "waiting for a processor",
    check: "contention",
    severity: "warn",
    says: /waited for a processor 60 % of the time/,
    make: (run) => {
      first(run).pressure = { cpu: 60 };
    },
  },
  {
    mistake: "time that a hypervisor underneath took",
    check: "contention",
    severity: "warn",
    says: /stolen/,
    make: (run) => {
      for (const samples of run.samples.values()) for (const one of samples) one.steal = 12;
    },
  },
  {
    mistake: "a guest's own CPU time, which cannot see that it was pre-empted",
    check: "contention",
    severity: "warn",
    says: /the guest counts 29\.7 s of CPU time where the host spent 20\.0 s/,
    make: (run) => {
      const { metrics } = first(run, "qemu-tcg");
      Object.assign(metrics, { cpuSeconds: 20, eventsPerCpuSecond: metrics.totalEvents! / 20 });
    },
  },
  {
    mistake: "a first run at half speed",
    check: "spread",
    severity: "warn",
    says: /the first repetition has/,
    make: (run) => scale(first(run), 0.5),
  },
  {
    mistake: "repetitions all over the place",
    check: "spread",
    severity: "warn",
    says: /spread by \d+ % of their mean/,
    make: (run) => {
      for (const [index, one] of measured(run, { target: "docker", ...CPU }).entries())
        scale(one, [0.75, 0.75, 1, 1.25, 1.25][index]!);
    },
  },
  {
    mistake: "top's first frame",
    check: "sampling",
    severity: "warn",
    says: /time since boot/,
    make: (run) => {
      for (const samples of run.samples.values()) samples[0]!.at = 0;
    },
  },
  {
    mistake: "shares beyond 100 %",
    check: "sampling",
    severity: "warn",
    says: /not within 0 and 100 %/,
    make: (run) => {
      for (const samples of run.samples.values()) samples[2]!.user = 380;
    },
  },
  {
    mistake: "sy read as user",
    check: "sampling",
    severity: "warn",
    says: /more kernel than user time/,
    make: (run) => {
      for (const samples of run.samples.values())
        for (const one of samples) [one.user, one.system] = [one.system, one.user];
    },
  },
  {
    mistake: "disk space read as utilisation",
    check: "sampling",
    severity: "warn",
    says: /space, not time/,
    make: (run) => {
      for (const one of measured(run, { case: "rndrd" })) one.metrics.diskUtilisation = 37;
    },
  },
  {
    mistake: "runs of three seconds",
    check: "design",
    severity: "warn",
    says: /3 s a repetition/,
    make: ({ facts }) => {
      facts.scenarios[0]!.seconds = 3;
    },
  },
  {
    mistake: "no warm-up",
    check: "design",
    severity: "warn",
    says: /no warm-up/,
    make: ({ facts }) => {
      facts.warmups = 0;
    },
  },
  {
    mistake: "all of one target, then all of the other",
    check: "design",
    severity: "warn",
    says: /one target ran after the other/,
    make: (run) => {
      run.repetitions.sort((a, b) => a.target.localeCompare(b.target));
    },
  },
  {
    mistake: "the same scenario under two names",
    check: "design",
    severity: "warn",
    says: /small and twin hold the same work/,
    make: ({ facts }) => {
      facts.scenarios.push({ ...facts.scenarios[0]!, name: "twin" });
    },
  },
  {
    mistake: "nothing to compare with",
    check: "design",
    severity: "warn",
    says: /only host works/,
    make: ({ facts }) => {
      facts.targets.splice(1);
    },
  },
];

test.each(MISTAKES)("$mistake: $check", ({ check, severity, says, make }) => {
  const run = goodRun();
  make(run);
  const found = findingsOf(run).filter((finding) => finding.check === check && finding.severity === severity);
  expect(found.map(({ what }) => what).join("\n")).toMatch(says);
  for (const { todo } of found) expect(todo.length).toBeGreaterThan(10);
});

test("every check is tried", () =>
  expect(new Set(MISTAKES.map(({ check }) => check))).toEqual(new Set(CHECKS.map(({ name }) => name))));

test("a start-up is not asked to last half a minute, nor as long as its scenario", () => {
  const run = goodRun();
  run.facts.scenarios[0]!.seconds = 1;
  run.facts.scenarios[0]!.cases = [
    { name: "prime-10000", workload: { kind: "startup", starts: 10, threads: 1 } },
  ];
  run.facts.scenarios.splice(1);
  run.repetitions = run.repetitions.filter((one) => one.scenario === "small" && one.case === "prime-10000");
  for (const one of run.repetitions)
    one.metrics = { seconds: 0.05, startMilliseconds: 5, exitMilliseconds: 5 };
  expect(findingsOf(run).filter(({ check }) => check === "design" || check === "implausible")).toEqual([]);
});
