/** Cells of made-up figures, with nothing wrong with them, and what a test changes. */
import type { Cell, Line, Place } from "./component.ts";

type Workload = Cell["case"]["workload"];

export interface CellOptions {
  target?: string;
  kind?: Cell["target"]["kind"];
  sysbench?: string;
  scenario?: string;
  processors?: number;
  memory?: number;
  seconds?: number;
  pageCache?: "dropped" | "warm";
  case?: string;
  workload?: Workload;
  planned?: number;
  /** Of each repetition: events a CPU-second, or MiB a second. */
  rates?: readonly number[];
}

export const cpu = (maxPrime: number, threads = 1): Workload => ({ kind: "cpu", maxPrime, threads });
export const files = (
  mode: "seqrd" | "rndrd" | "seqwr" | "rndwr",
  totalSize: number,
  rest: { flags?: "direct"; files?: number } = {},
): Workload => ({ kind: "fileio", mode, totalSize, files: 16, blockSize: 16_384, threads: 1, ...rest });

/** What sysbench says where it runs 30 s at that rate. */
export function metricsOf(workload: Workload, rate: number, seconds: number): Line["metrics"] {
  const perSecond = workload.kind === "cpu" ? rate * workload.threads : rate * 64;
  const totalEvents = Math.round(perSecond * seconds);
  const avg = tenths((1e4 * seconds) / totalEvents) / 10;
  return {
    ...{ totalEvents, seconds, eventsPerSecond: tenths(totalEvents / seconds) },
    latency: { min: tenths(avg * 5) / 10, avg, max: tenths(avg * 90) / 10 },
    ...(workload.kind === "cpu" ? { eventsPerCpuSecond: rate } : throughput(workload, rate)),
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

function throughput(workload: Workload, rate: number): Line["metrics"] {
  const reads = workload.kind === "fileio" && workload.mode.endsWith("rd");
  return reads ? { readMiBs: rate } : { writeMiBs: rate };
}

export const line = (index: number, metrics: Line["metrics"], rest: Partial<Line> = {}): Line => ({
  ...{ warmup: false, index, outcome: "done", metrics, pageCache: "dropped" },
  ...{ load: { before: 0.6, after: 1 }, pressure: { cpu: 1, io: 1 } },
  ...rest,
});

export function cell(options: CellOptions = {}): Cell {
  const { workload = cpu(10_000), rates = [1600, 1610, 1590], seconds = 30, pageCache = "dropped" } = options;
  return {
    target: {
      ...{ name: options.target ?? "host", kind: options.kind ?? "host" },
      ...("sysbench" in options && options.sysbench === undefined
        ? {}
        : { sysbench: options.sysbench ?? "1.0.20" }),
    },
    scenario: {
      ...{ name: options.scenario ?? "small", seconds, pageCache },
      resources: { processors: options.processors ?? 1, memory: options.memory ?? 1024 },
    },
    case: { name: options.case ?? "cpu", workload },
    planned: options.planned ?? rates.length,
    repetitions: rates.map((rate, index) => line(index, metricsOf(workload, rate, seconds), { pageCache })),
  };
}

/** A cell, one repetition of which is another. */
export const changed = (from: Cell, which: number, change: (line: Line) => Partial<Line>): Cell => ({
  ...from,
  repetitions: from.repetitions.map((one, at) => (at === which ? { ...one, ...change(one) } : one)),
});

/** … or has other metrics. */
export const measuring = (from: Cell, which: number, metrics: Line["metrics"]): Cell =>
  changed(from, which, (one) => ({ metrics: { ...one.metrics, ...metrics } }));

export const failed = (from: Cell, which: number): Cell =>
  changed(from, which, () => ({ outcome: "failed", metrics: {} }));

/** "host docker": a place each. */
export const places = (text: string, cases = "cpu"): Place[] =>
  text
    .split(" ")
    .flatMap((target) => cases.split(" ").map((name) => ({ target, scenario: "small", case: name })));
