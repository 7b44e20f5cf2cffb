/** sysbench 1.0: its command lines, and what it prints. */
import type { Metrics, Workload } from "../record.ts";

export type SysbenchWorkload = Exclude<Workload, { kind: "startup" }>;

/** Words for `prepare`, `run` and `cleanup`. Random requests come from a fixed seed: every repetition does the same work. */
export function sysbench(workload: SysbenchWorkload, seconds: number): string[] {
  const common = [`--threads=${workload.threads}`, `--time=${seconds}`, "--events=0", "--rand-seed=1"];
  switch (workload.kind) {
    case "cpu":
      return ["sysbench", "cpu", `--cpu-max-prime=${workload.maxPrime}`, ...common];
    case "fileio":
      return [
        ...[
          "sysbench",
          "fileio",
          `--file-test-mode=${workload.mode}`,
          `--file-total-size=${workload.totalSize}M`,
        ],
        ...[`--file-num=${workload.files}`, `--file-block-size=${workload.blockSize}`],
        ...(workload.flags ? [`--file-extra-flags=${workload.flags}`] : []),
        ...common,
      ];
    case "memory":
      return [
        ...["sysbench", "memory", `--memory-block-size=${workload.blockSize}K`],
        ...[`--memory-total-size=${workload.totalSize}M`, `--memory-oper=${workload.operation}`],
        ...[`--memory-access-mode=${workload.access}`, ...common],
      ];
  }
}

/** A line of the report, up to its number. */
const FIGURES: [keyof Metrics, RegExp][] = [
  ["eventsPerSecond", /^\s*events per second:\s*/m],
  ["totalEvents", /^\s*total number of events:\s*/m],
  ["seconds", /^\s*total time:\s*/m],
  ["readMiBs", /^\s*read, MiB\/s:\s*/m],
  ["writeMiBs", /^\s*written, MiB\/s:\s*/m],
  ["readsPerSecond", /^\s*reads\/s:\s*/m],
  ["writesPerSecond", /^\s*writes\/s:\s*/m],
  ["fsyncsPerSecond", /^\s*fsyncs\/s:\s*/m],
  ["memoryMiBs", /^[\d.]+ MiB transferred \(/m],
];

/**
 * The figures of a report of `sysbench … run`.
 *
 * @throws Error when it is none: sysbench 0.4 prints other lines
 */
export function parseReport(text: string): Metrics {
  const after = (label: RegExp): number | undefined => {
    const found = new RegExp(`${label.source}([0-9]+(?:\\.[0-9]+)?)`, label.flags).exec(text);
    return found ? Number(found[1]) : undefined;
  };
  const metrics: Metrics = {};
  for (const [name, label] of FIGURES) {
    const value = after(label);
    if (value !== undefined) Object.assign(metrics, { [name]: value });
  }
  if (metrics.totalEvents === undefined || metrics.seconds === undefined)
    throw new Error("this is no report of sysbench 1.0: total time or number of events is missing");
  const [min, avg, max, p95] = [
    /^\s*min:\s*/m,
    /^\s*avg:\s*/m,
    /^\s*max:\s*/m,
    /^\s*95th percentile:\s*/m,
  ].map(after);
  if (min !== undefined && avg !== undefined && max !== undefined)
    metrics.latency = { min, avg, max, ...(p95 === undefined ? {} : { p95 }) };
  const fairness = /^\s*events \(avg\/stddev\):\s*([\d.]+)\/([\d.]+)/m.exec(text);
  if (fairness) metrics.threadFairness = { avg: Number(fairness[1]), stddev: Number(fairness[2]) };
  return metrics;
}
