/** The public checks of lab 16: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Cell, Comparison, Line } from "./component.ts";
import { LAB } from "./contract.ts";
import { exactEnds, worthOfEnds } from "./exact.ts";
import {
  expectedOrders,
  expectedRefusal,
  expectedRounds,
  expectedSeeds,
  expectedSummary,
  worthOfOrders,
} from "./expected.ts";
import { expectedSuspicions } from "./expected-suspicions.ts";
import { type Planning, SCENARIOS } from "./scenarios.ts";
import {
  type CellOptions,
  cell,
  changed,
  cpu,
  failed,
  files,
  line,
  measuring,
  places,
} from "./situations.ts";

type Checked = Check<Comparison>;

const design = (targets: string, warmups: number, repetitions: number, seed = 7): Planning => ({
  ...{ places: places(targets), warmups, repetitions, seed },
});

const rounds = (clause: string, name: string, input: Planning): Checked =>
  define({
    ...{ part: "plan", clause, name, input, scenario: SCENARIOS.rounds },
    expected: expectedRounds(input),
  });

const orders = (name: string, input: Planning): Checked =>
  define({
    ...{ part: "plan", clause: "C3", name, input, scenario: SCENARIOS.orders },
    expected: expectedOrders(input),
    worth: (actual) => worthOfOrders(actual, input),
  });

const seeds = (name: string, input: Planning): Checked =>
  define({
    ...{ part: "plan", clause: "C4", name, input, scenario: SCENARIOS.seeds },
    expected: expectedSeeds(input),
  });

const rate = (index: number, value: number, rest: Partial<Line> = {}): Line =>
  line(index, { eventsPerCpuSecond: value }, rest);
const broken = (index: number): Line => line(index, {}, { outcome: "failed" });

function summary(clause: string, name: string, ...lines: Line[]): Checked {
  const input = { lines, measure: "eventsPerCpuSecond" } as const;
  return define({
    ...{ part: "summarize", clause, name, input, scenario: SCENARIOS.summary },
    expected: expectedSummary(input),
  });
}

const DRAWING = { resamples: 10_000, seed: 7 };

function ratio(name: string, expected: string, above: readonly number[], below: readonly number[]): Checked {
  const input = { above, below, resamples: 100, seed: 7 };
  return define({
    ...{ part: "effect", clause: "C9", name, input, scenario: SCENARIOS.ratio },
    expected,
  });
}

function ends(clause: string, name: string, above: readonly number[], below: readonly number[]): Checked {
  const input = { above, below, ...DRAWING };
  const { low, high } = exactEnds(input);
  const four = (value: number) => Number(value.toPrecision(4));
  return define({
    ...{ part: "effect", clause, name, input, scenario: SCENARIOS.interval },
    expected: { low: four(low), high: four(high) },
    worth: (actual) => worthOfEnds(actual, { low, high }),
  });
}

function verdict(name: string, expected: string, above: readonly number[], below: readonly number[]) {
  const input = { above, below, ...DRAWING, resamples: 1000 };
  return define<Comparison, typeof input, string>({
    ...{ part: "effect", clause: "C12", name, input, scenario: SCENARIOS.verdict },
    expected,
  });
}

const DOCKER: CellOptions = { target: "docker", kind: "container", rates: [1580, 1600, 1610] };
const HOST: CellOptions = {};

function refusal(clause: string, name: string, other: Cell, base: Cell = cell(HOST)): Checked {
  const input = { other, base };
  return define({
    ...{ part: "refuse", clause, name, input, scenario: SCENARIOS.refusal },
    expected: expectedRefusal(input),
  });
}

function suspicion(clause: string, name: string, ...cells: Cell[]): Checked {
  const input = { cells, host: { processors: 2, memory: 4096 } };
  return define({
    ...{ part: "suspect", clause, name, input, scenario: SCENARIOS.suspicions },
    expected: expectedSuspicions(input),
  });
}

const KVM: CellOptions = { target: "qemu-kvm", kind: "virtual machine", rates: [210, 220, 215] };
const TCG: CellOptions = { ...KVM, target: "qemu-tcg", kind: "emulator" };
const limit = (maxPrime: number, rates: readonly number[], rest: CellOptions = {}): Cell =>
  cell({ ...rest, case: `cpu-${maxPrime}`, workload: cpu(maxPrime), rates });
const disk = (workload: Cell["case"]["workload"], rates: readonly number[], rest: CellOptions = {}): Cell =>
  cell({ pageCache: "warm", case: "files", ...rest, workload, rates });
const quiet = [100, 101, 99];

export const CHECKS = defineChecks<Comparison>(LAB, [
  rounds("C1", "two targets, two rounds", design("host docker", 0, 2)),
  rounds("C2", "a warm-up before all that is measured", design("host docker", 1, 2)),
  orders("three targets in 600 rounds", design("host docker qemu", 1, 600)),
  seeds("the same again, and another", design("host docker qemu runc", 1, 5)),

  summary(
    "C5",
    "a warm-up and a failure",
    rate(0, 40, { warmup: true }),
    rate(0, 90),
    rate(1, 110),
    broken(2),
  ),
  summary("C6", "measured once more", rate(0, 50), rate(1, 110), rate(0, 90)),
  summary("C6", "done, and then it failed", rate(0, 90), rate(1, 110), rate(2, 100), broken(2)),
  summary("C7", "one that lacks the measure", rate(0, 90), line(1, { totalEvents: 5 }), rate(2, 110)),
  summary("C7", "nothing but a warm-up", rate(0, 90, { warmup: true })),
  summary("C8", "three values", rate(0, 90), rate(1, 100), rate(2, 110)),
  summary("C8", "a single value", rate(0, 90)),

  ratio("means, then their ratio", "ratio 1.2", [20, 100], [10, 90]),
  ratio("one value is too few", "no effect", [20], [10, 90]),
  ends("C10", "the upper sample is quiet", [100, 100, 100, 100, 101], [80, 90, 100, 110, 120]),
  ends("C10", "both wander, in the same order", [80, 90, 100, 110, 120], [40, 45, 50, 55, 60]),
  ends("C11", "more values above than below", [96, 98, 99, 100, 102, 105], [50, 50.5, 51, 49.5, 49]),
  verdict(
    "ten per cent that wander by thirty",
    "no difference detected",
    [80, 95, 110, 125, 140],
    [70, 85, 100, 115, 130],
  ),
  verdict(
    "two per cent that hardly wander",
    "more",
    [102, 102.1, 101.9, 102.2, 101.8],
    [100, 100.1, 99.9, 100.2, 99.8],
  ),
  verdict("a seventh", "fewer", [14, 14.2, 13.9, 14.1, 14.3], [100, 101, 99, 100.5, 99.5]),

  refusal("C13", "1.0.18 against 1.0.20", cell({ ...DOCKER, sysbench: "1.0.18" })),
  refusal(
    "C13",
    "two that nobody has asked",
    cell({ ...DOCKER, sysbench: undefined as never }),
    cell({ ...HOST, sysbench: undefined as never }),
  ),
  refusal(
    "C13",
    "16 files against 128",
    cell({ ...DOCKER, workload: files("seqrd", 4096, { files: 128 }) }),
    cell({ workload: files("seqrd", 4096) }),
  ),
  refusal(
    "C14",
    "twice the memory for half of the time",
    cell({ ...DOCKER, scenario: "large", memory: 2048, seconds: 15 }),
  ),
  refusal(
    "C15",
    "a drop that failed",
    changed(cell({ ...DOCKER, workload: files("seqrd", 4096) }), 1, () => ({ pageCache: "drop failed" })),
    cell({ workload: files("seqrd", 4096) }),
  ),
  refusal("C15", "warm against dropped", cell({ ...DOCKER, pageCache: "warm" })),
  refusal("C16", "the base lacks one", cell(DOCKER), failed(cell(HOST), 1)),
  refusal("C16", "one of each", cell({ ...DOCKER, rates: [1600] }), cell({ ...HOST, rates: [1600] })),
  refusal(
    "C17",
    "a clock that went backward",
    measuring(cell(DOCKER), 0, { latency: { min: 0.5, avg: 0.6, max: 18_446_744_073_678 } }),
  ),
  refusal(
    "C17",
    "an average below the minimum",
    cell(DOCKER),
    measuring(cell(HOST), 2, { latency: { min: 0.6, avg: 0.5, max: 5 } }),
  ),
  refusal("C17", "a total read as a rate", measuring(cell(DOCKER), 0, { eventsPerSecond: 47_400 })),
  refusal("C17", "not one event", measuring(cell(DOCKER), 0, { totalEvents: 0 })),
  refusal(
    "C17",
    "a failure that says nonsense",
    changed(failed(cell(DOCKER), 0), 0, () => ({ metrics: { totalEvents: 0 } })),
  ),

  suspicion(
    "C19",
    "13.7 million, whatever the limit",
    limit(10_000, [13.72e6, 13.7e6]),
    limit(40_000, [13.41e6, 13.4e6]),
  ),
  suspicion("C19", "limits that are near", limit(10_000, [1600, 1610]), limit(10_500, [1540, 1530])),
  suspicion(
    "C19",
    "the same limit in two scenarios",
    limit(10_000, [1600, 1610]),
    limit(20_000, [1590, 1600], { scenario: "other" }),
  ),
  suspicion("C20", "KVM at a seventh, QEMU's translator too", cell(HOST), cell(KVM), cell(TCG)),
  suspicion(
    "C20",
    "KVM beside another case of the host",
    limit(10_000, [1600, 1610]),
    limit(40_000, [230, 231]),
    limit(40_000, [228, 229], KVM),
    limit(80_000, [88, 89], KVM),
  ),
  suspicion(
    "C21",
    "a load of 2.4 and one of 3.1",
    changed(cell(HOST), 0, () => ({ load: { before: 2.4, after: 1 } })),
    changed(cell(DOCKER), 1, () => ({ load: { before: 3.1, after: 3 } })),
  ),
  suspicion(
    "C21",
    "somebody waits",
    changed(cell(DOCKER), 2, () => ({ pressure: { cpu: 35 } })),
  ),
  suspicion(
    "C22",
    "1.5 GB of files, 1 GB of memory",
    disk(files("seqrd", 1536), quiet, DOCKER),
    disk(files("seqrd", 1536, { flags: "direct" }), quiet, { ...DOCKER, case: "direct" }),
  ),
  suspicion(
    "C22",
    "6 GB of files, on the host and in a container",
    disk(files("seqrd", 6144), quiet),
    disk(files("seqrd", 6144), quiet, DOCKER),
  ),
  suspicion(
    "C22",
    "77 and 642 MiB/s",
    disk(files("seqrd", 4096), [77, 76, 78], { ...DOCKER, pageCache: "dropped" }),
    disk(files("seqrd", 4096), [642, 650, 630], {
      ...DOCKER,
      pageCache: "dropped",
      scenario: "large",
      memory: 2048,
    }),
  ),
  suspicion("C23", "the first at half speed", cell({ ...HOST, rates: [800, 1600, 1610, 1590, 1605] })),
  suspicion(
    "C23",
    "the third at half speed, and two of four",
    cell({ ...HOST, rates: [1600, 1610, 800, 1605] }),
    cell({ ...DOCKER, rates: [800, 810, 1600, 1610] }),
  ),
  suspicion(
    "C18",
    "half speed, but it failed",
    changed(cell({ ...HOST, rates: [800, 1600, 1610, 1590] }), 0, () => ({ outcome: "failed" })),
  ),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
