/** What can be compared: the quantities of a repetition with their units, and which of them speaks for a workload. */
import type { Metrics, Workload } from "../record.ts";
import { type Cell, done } from "./cells.ts";

export interface Measure {
  /** Its name in sentences, in the plural where it is counted. */
  label: string;
  unit: string;
  better: "more" | "less";
  /** True when other work on the machine moves it. */
  wallClock: boolean;
  of(metrics: Metrics): number | undefined;
}

export const MEASURES = {
  eventsPerCpuSecond: {
    label: "events per CPU-second",
    unit: "events/CPU-s",
    better: "more",
    wallClock: false,
    of: (m) => m.eventsPerCpuSecond,
  },
  eventsPerSecond: {
    label: "events per second",
    unit: "events/s",
    better: "more",
    wallClock: true,
    of: (m) => m.eventsPerSecond,
  },
  latency: {
    label: "milliseconds of latency",
    unit: "ms",
    better: "less",
    wallClock: true,
    of: (m) => m.latency?.avg,
  },
  read: {
    label: "MiB per second read",
    unit: "MiB/s",
    better: "more",
    wallClock: true,
    of: (m) => m.readMiBs,
  },
  write: {
    label: "MiB per second written",
    unit: "MiB/s",
    better: "more",
    wallClock: true,
    of: (m) => m.writeMiBs,
  },
  memory: {
    label: "MiB per second moved",
    unit: "MiB/s",
    better: "more",
    wallClock: true,
    of: (m) => m.memoryMiBs,
  },
  start: {
    label: "milliseconds to start",
    unit: "ms",
    better: "less",
    wallClock: true,
    of: (m) => m.startMilliseconds,
  },
} satisfies Record<string, Measure>;

/** The values of the repetitions that were done, or undefined when one of them lacks it: absent is not zero. */
export function valuesOf(cell: Cell, measure: Measure): number[] | undefined {
  const values = done(cell).map(({ metrics }) => measure.of(metrics));
  return values.length > 0 && values.every((value) => value !== undefined) ? values : undefined;
}

const READS = ["seqrd", "rndrd", "rndrw"];
const WRITES = ["seqwr", "seqrewr", "rndwr", "rndrw"];

/** The measures that answer what a workload asks. For CPU work that is the rate by CPU time, where every cell has it. */
export function measuresFor(workload: Workload, cells: readonly Cell[]): Measure[] {
  const { eventsPerCpuSecond, eventsPerSecond, read, write, memory, start } = MEASURES;
  switch (workload.kind) {
    case "cpu":
      return cells.every((cell) => done(cell).length === 0 || valuesOf(cell, eventsPerCpuSecond))
        ? [eventsPerCpuSecond]
        : [eventsPerSecond];
    case "fileio":
      return [
        ...(READS.includes(workload.mode) ? [read] : []),
        ...(WRITES.includes(workload.mode) ? [write] : []),
      ];
    case "memory":
      return [memory];
    case "startup":
      return [start];
  }
}
