/** Values that cannot be. One row each: what must hold of a repetition, and what it means when it doesn't. */
import type { Repetition } from "../../record.ts";
import { type Cell, done } from "../cells.ts";
import { at, type Check } from "../finding.ts";

interface Rule {
  /** What is wrong with the repetition, or undefined. */
  wrong(repetition: Repetition, cell: Cell): string | undefined;
  todo: string;
}

/** Rounding of printed figures, and the moment between two clocks. */
const SLACK = 1.05;
/** Reading out a report takes sysbench longer than its time, at most so many seconds under an emulator. */
const LATE = 30;
/** 64 bits; what an unsigned difference below zero wraps around to is near it, in any unit. */
const WRAPPED = 2 ** 64;

const wrapped = (milliseconds: number) =>
  [1, 1e3, 1e6].some((unit) => Math.abs(milliseconds * unit - WRAPPED) < WRAPPED / 100);
const far = (a: number, b: number) => a > b * SLACK || b > a * SLACK;

const RULES: readonly Rule[] = [
  {
    wrong({ metrics: { latency } }) {
      return latency && wrapped(latency.max)
        ? `a maximum latency of ${latency.max} ms is a clock that went backward`
        : undefined;
    },
    todo: "the target's clock is not monotonic: give the guest kvm-clock or hpet, or take another clock source, and repeat",
  },
  {
    wrong({ metrics: { latency, seconds } }) {
      if (!latency || seconds === undefined || wrapped(latency.max)) return undefined;
      return latency.max > (seconds + LATE) * 1000
        ? `a latency of ${latency.max} ms in a run of ${seconds} s`
        : undefined;
    },
    todo: "no event takes longer than the run: look at the clock source of the target, and repeat",
  },
  {
    wrong({ metrics: { latency } }) {
      if (!latency) return undefined;
      const { min, avg, max } = latency;
      return avg < min || avg > max ? `the average latency ${avg} ms is outside [${min}, ${max}]` : undefined;
    },
    todo: "columns were mixed up, or the figures are of different runs: read the log",
  },
  {
    wrong({ metrics }) {
      const named = Object.entries({ ...metrics, ...metrics.latency });
      const negative = named.find(([, value]) => typeof value === "number" && value < 0);
      return negative && `${negative[0]} is ${negative[1]}`;
    },
    todo: "a quantity below zero is a broken clock or a wrong difference: read the log",
  },
  {
    wrong({ metrics: { totalEvents, seconds, eventsPerSecond } }) {
      if (totalEvents === undefined || seconds === undefined || eventsPerSecond === undefined)
        return undefined;
      return far(totalEvents / seconds, eventsPerSecond)
        ? `${totalEvents} events in ${seconds} s are not ${eventsPerSecond} events/s`
        : undefined;
    },
    todo: "a total of the run was read as a rate, or a rate as a total: read the log",
  },
  {
    wrong({ metrics: { totalEvents, cpuSeconds, eventsPerCpuSecond } }) {
      if (totalEvents === undefined || cpuSeconds === undefined || eventsPerCpuSecond === undefined)
        return undefined;
      return far(totalEvents / cpuSeconds, eventsPerCpuSecond)
        ? `${totalEvents} events in ${cpuSeconds} CPU-seconds are not ${eventsPerCpuSecond} a CPU-second`
        : undefined;
    },
    todo: "the CPU time is not of this repetition: read the log",
  },
  {
    wrong({ metrics: { totalEvents } }) {
      return totalEvents === 0 ? "not a single event" : undefined;
    },
    todo: "the workload did not run: read the log",
  },
  {
    wrong({ metrics: { user = 0, system = 0, seconds } }, { case: { workload } }) {
      if (seconds === undefined) return undefined;
      // A thread is on one processor at a time; half a second is for sysbench's own start and end.
      return user + system > seconds * workload.threads * SLACK + 0.5
        ? `${(user + system).toFixed(2)} s of CPU time in ${seconds} s with ${workload.threads} thread(s)`
        : undefined;
    },
    todo: "CPU time of other processes was counted, or since boot: take differences over the repetition",
  },
  {
    wrong({ metrics: { diskUtilisation } }) {
      return diskUtilisation !== undefined && diskUtilisation > 100 * SLACK
        ? `a disk utilisation of ${diskUtilisation} %`
        : undefined;
    },
    todo: "utilisation is the share of time with a request under way (iostat's %util): divide by the repetition's own time",
  },
  {
    wrong({ metrics: { seconds } }, { scenario, case: { workload } }) {
      // Starts take what they take.
      return workload.kind !== "startup" && seconds !== undefined && seconds < scenario.seconds * 0.9
        ? `it ended after ${seconds} s instead of ${scenario.seconds} s`
        : undefined;
    },
    todo: "a limit on events stopped it, or it died: read the log",
  },
];

export const implausible: Check = {
  name: "implausible",
  mistake: "a maximum of 18446744073678 ms, an average outside [min, max], totals read as rates",
  look: (_run, cells) =>
    cells.flatMap((cell) =>
      RULES.flatMap(({ wrong, todo }) => {
        const all = done(cell)
          .map((repetition) => ({ index: repetition.index, text: wrong(repetition, cell) }))
          .filter(({ text }) => text !== undefined);
        if (all.length === 0) return [];
        const others = all.length > 1 ? ` (and so in ${all.length - 1} more)` : "";
        const what = `repetition ${all[0]!.index + 1}: ${all[0]!.text}${others}`;
        return [{ check: "implausible", severity: "refuse" as const, ...at(cell), what, todo }];
      }),
    ),
};
