import { max, mean } from "d3-array";
import { type Cell, done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";
import type { Run } from "../read.ts";

/** Percent of a repetition's time in which something waited for a processor, or a hypervisor underneath took it away. */
const STALLED = 20;
const STOLEN = 5;
/** A guest cannot see that its processor was taken away: its own CPU time runs ahead of the host's. */
const AHEAD = 1.15;

export const contention: Check = {
  name: "contention",
  mistake: "a machine that others use: wall-clock figures wander by a factor of two",
  look(run, cells) {
    return cells.flatMap((cell): Finding[] => {
      const signs = signsOf(cell, run);
      if (signs.length === 0) return [];
      return [
        {
          check: "contention",
          severity: "warn",
          ...at(cell),
          what: `it had to share the machine: ${signs.join(", ")}`,
          todo: "compare by CPU-seconds only, end other work, and repeat; distrust wall-clock figures of this case",
        },
      ];
    });
  },
};

function signsOf(cell: Cell, { facts, samples }: Run): string[] {
  const repetitions = done(cell);
  const signs: string[] = [];
  const load = max(repetitions, ({ load: { before } }) => before) ?? 0;
  // The one-minute average still holds the repetition before; one processor's worth for each of it is no other's work.
  const own = Math.max(1, cell.case.workload.threads);
  if (load > Math.max(facts.host.processors, own) + 0.5)
    signs.push(`load ${load.toFixed(1)} before it began, on ${facts.host.processors} processors`);
  const stall = max(repetitions, ({ pressure }) => pressure?.cpu ?? 0) ?? 0;
  if (stall > STALLED) signs.push(`something waited for a processor ${stall.toFixed(0)} % of the time`);
  const steal = mean(
    repetitions.flatMap((one) => samples.get(one.samples ?? "") ?? []),
    ({ steal: percent }) => percent,
  );
  if (steal !== undefined && steal > STOLEN)
    signs.push(`${steal.toFixed(0)} % of the time was stolen by a hypervisor underneath`);
  const behind = repetitions.find(
    ({ metrics: { user = 0, system = 0, cpuSeconds = Number.POSITIVE_INFINITY } }) =>
      user + system > cpuSeconds * AHEAD,
  );
  if (behind && ["emulator", "virtual machine"].includes(cell.target.kind)) {
    const { user = 0, system = 0, cpuSeconds } = behind.metrics;
    signs.push(
      `the guest counts ${(user + system).toFixed(1)} s of CPU time where the host spent ${cpuSeconds!.toFixed(1)} s`,
    );
  }
  return signs;
}
