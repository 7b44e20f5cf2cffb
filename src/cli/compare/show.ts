/** A machine, a prediction, a target and a repetition, a line each. */
import type { HostFacts, Prediction, RunEvent, TargetFacts } from "../../compare/index.ts";

export function describeHost({ cpu, processors, memory, system, kernel, hypervisor }: HostFacts): string {
  const start = `this machine: ${processors} × ${cpu}, ${memory} MiB, ${system}, kernel ${kernel}`;
  if (hypervisor === "none") return `${start}; no hypervisor that it admits`;
  return `${start}; itself a guest of ${hypervisor}: a virtual machine on it is nested`;
}

export function describeTarget({
  name,
  probe,
  versions,
  beneath,
}: Pick<TargetFacts, "name" | "probe" | "versions" | "beneath">): string {
  const start = name.padEnd(10);
  if (probe.state === "absent") return `${start} absent    ${probe.install}`;
  if (probe.state === "unusable") return `${start} unusable  ${probe.reason}`;
  const made = Object.entries(versions).map(([part, version]) => `${part} ${version}`);
  const notes = [...made, ...(beneath === undefined ? [] : [`beneath: ${beneath}`]), ...probe.notes];
  return `${start} works     ${probe.seconds.toFixed(2)} s to its marker; ${notes.join("; ")}`;
}

export function describePrediction({ base, ratios }: Prediction): string {
  const said = ratios.map(({ target, ratio }) => `${target} ${ratio.toPrecision(3)}`);
  return `predicted  events per CPU-second over those of ${base}: ${said.join(", ")}`;
}

export function describeRepetition({ record, nth, of }: Extract<RunEvent, { kind: "repetition" }>): string {
  const { target, scenario, case: one, warmup, index, wall, outcome, error, metrics } = record;
  const start = `${String(nth).padStart(String(of).length)}/${of} ${target} ${scenario} ${one} ${warmup ? "warm-up" : "repetition"} ${index + 1}`;
  if (outcome === "failed") return `${start}: failed: ${error}`;
  const figures = [
    metrics.eventsPerCpuSecond !== undefined && `${metrics.eventsPerCpuSecond.toFixed(1)} events/CPU s`,
    metrics.readMiBs !== undefined && `read ${metrics.readMiBs} MiB/s`,
    metrics.writeMiBs !== undefined && `write ${metrics.writeMiBs} MiB/s`,
    metrics.startMilliseconds !== undefined && `/bin/true after ${metrics.startMilliseconds.toFixed(0)} ms`,
    metrics.memoryMiBs !== undefined && `${metrics.memoryMiBs} MiB/s`,
    record.pageCache === "drop failed" && "the page cache was NOT dropped",
  ];
  return `${start}: ${figures.filter(Boolean).join(", ")} (${wall.toFixed(1)} s)`;
}
