/** The columns that the handouts ask for, by kind of work. */
import { mean } from "d3-array";
import type { Run } from "../analysis/read.ts";
import type { Repetition, Workload } from "../record.ts";

export interface ReportColumn {
  head: string;
  /** Of one repetition; undefined where it was not measured. */
  of(repetition: Repetition, run: Run): number | undefined;
}

type Share = "user" | "system" | "iowait" | "steal";

/** Percent of the target's processors, over the whole repetition, from samples in intervals. */
const share =
  (kind: Share) =>
  ({ samples }: Repetition, run: Run): number | undefined =>
    mean(run.samples.get(samples ?? "") ?? [], (sample) => sample[kind]);

const USER: ReportColumn = { head: "user %", of: share("user") };
const KERNEL: ReportColumn = { head: "kernel %", of: share("system") };
const EVENTS: ReportColumn = { head: "events/s", of: ({ metrics }) => metrics.eventsPerSecond };
const TOTAL: ReportColumn = { head: "total events", of: ({ metrics }) => metrics.totalEvents };
const LATENCY: ReportColumn = { head: "latency ms", of: ({ metrics }) => metrics.latency?.avg };

const COLUMNS: Record<Workload["kind"], readonly ReportColumn[]> = {
  cpu: [
    { head: "events/CPU-s", of: ({ metrics }) => metrics.eventsPerCpuSecond },
    EVENTS,
    TOTAL,
    LATENCY,
    KERNEL,
    USER,
  ],
  fileio: [
    { head: "read MiB/s", of: ({ metrics }) => metrics.readMiBs },
    { head: "write MiB/s", of: ({ metrics }) => metrics.writeMiBs },
    LATENCY,
    { head: "disk wait ms", of: ({ metrics }) => metrics.diskAwait },
    { head: "disk busy %", of: ({ metrics }) => metrics.diskUtilisation },
    { head: "host's disk busy %", of: ({ metrics }) => metrics.hostDiskUtilisation },
    KERNEL,
    USER,
  ],
  memory: [{ head: "MiB/s", of: ({ metrics }) => metrics.memoryMiBs }, EVENTS, TOTAL, LATENCY, KERNEL, USER],
  startup: [
    { head: "start ms", of: ({ metrics }) => metrics.startMilliseconds },
    { head: "to the end ms", of: ({ metrics }) => metrics.exitMilliseconds },
    { head: "starts", of: ({ metrics }) => metrics.totalEvents },
  ],
};

export const columnsFor = ({ kind }: Workload): readonly ReportColumn[] => COLUMNS[kind];
