/** Places, lines and cells in words. */
import type { Cell, Line, Measure, Place } from "./component.ts";

export const placeText = ({ target, scenario, case: name }: Place): string =>
  `${target}, ${scenario}, ${name}`;

export function lineText({ warmup, index, outcome, metrics }: Line, measure: Measure): string {
  const value = metrics[measure] ?? "not measured";
  return `${warmup ? "warm-up" : "repetition"} ${index}, ${outcome}: ${value}`;
}

/** All of a cell that a clause asks for; what is as usual is left out. */
export function cellText(cell: Cell): string {
  const { target, scenario, case: one, planned, repetitions } = cell;
  const { resources } = scenario;
  const { kind, ...options } = one.workload;
  return [
    placeText({ target: target.name, scenario: scenario.name, case: one.name }),
    `${target.kind}, sysbench ${target.sysbench ?? "of an unknown version"}`,
    `${resources.processors} CPU, ${resources.memory} MiB, ${scenario.seconds} s, page cache ${scenario.pageCache}`,
    `${kind} ${Object.entries(options)
      .map(([key, value]) => `${key}=${value}`)
      .join(" ")}`,
    `${planned} planned: ${repetitions.map(repetitionText).join(" | ")}`,
  ].join("; ");
}

function repetitionText({ outcome, metrics, load, pressure, pageCache }: Line): string {
  if (outcome === "failed") return "failed";
  const { eventsPerCpuSecond, readMiBs, writeMiBs, latency } = metrics;
  const rates = [
    [eventsPerCpuSecond, "events/CPU-s"],
    [readMiBs, "MiB/s read"],
    [writeMiBs, "MiB/s written"],
  ] as const;
  return [
    ...rates.flatMap(([rate, unit]) => (rate === undefined ? [] : [`${rate} ${unit}`])),
    `${metrics.totalEvents} events in ${metrics.seconds} s, ${metrics.eventsPerSecond} events/s`,
    ...(latency ? [`latency ${latency.min} ≤ ${latency.avg} ≤ ${latency.max} ms`] : []),
    ...(load.before > 1 ? [`load ${load.before}`] : []),
    ...((pressure?.cpu ?? 0) > 5 ? [`CPU pressure ${pressure?.cpu} %`] : []),
    ...(pageCache === "drop failed" ? ["dropping the cache failed"] : []),
  ].join(", ");
}
