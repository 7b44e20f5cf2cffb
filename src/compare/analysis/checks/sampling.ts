import { mean } from "d3-array";
import type { Repetition, Sample } from "../../record.ts";
import { type Cell, done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";

/** A share of CPU time from below which user and kernel time can't be told apart. */
const CLEAR = 0.2;

export const sampling: Check = {
  name: "sampling",
  mistake: "top's first frame, which averages since boot; sy read as user; disk space read as utilisation",
  blind: ({ samples }) => (samples.size > 0 ? undefined : "no samples were taken"),
  look: ({ samples }, cells) =>
    cells.flatMap((cell) => [
      ...done(cell)
        .flatMap((one) => oddSamples(one, samples.get(one.samples ?? "") ?? []))
        .slice(0, 1)
        .map((remark) => ({ check: "sampling", ...at(cell), ...remark })),
      ...constant(cell),
    ]),
};

type Remark = Pick<Finding, "severity" | "what" | "todo">;

function oddSamples(one: Repetition, samples: readonly Sample[]): Remark[] {
  if (samples.length === 0) return [];
  if (samples[0]!.at <= 0)
    return [
      {
        severity: "warn",
        what: `repetition ${one.index + 1}: the first sample is at ${samples[0]!.at} s and covers the time since boot`,
        todo: "leave the first frame of top, vmstat or iostat out; take differences",
      },
    ];
  const beyond = samples.find(({ user, system, iowait, steal }) => {
    const parts = [user, system, iowait, steal];
    return parts.some((part) => part < -1) || parts.reduce((sum, part) => sum + part, 0) > 105;
  });
  if (beyond)
    return [
      {
        severity: "warn",
        what: `repetition ${one.index + 1}: CPU shares at ${beyond.at} s are not within 0 and 100 %`,
        todo: "shares are of all processors together: divide by their number and by the interval's own length",
      },
    ];
  return swapped(one, samples) ? [SWAPPED(one)] : [];
}

const SWAPPED = (one: Repetition): Remark => ({
  severity: "warn",
  what: `repetition ${one.index + 1}: samples have more kernel than user time, sysbench's own CPU times the reverse`,
  todo: "sy is the kernel's share, us the user's: see that the columns were not exchanged",
});

function swapped({ metrics: { user, system } }: Repetition, samples: readonly Sample[]): boolean {
  if (user === undefined || system === undefined) return false;
  const lead = (a: number, b: number) => (a + b > 0 ? (a - b) / (a + b) : 0);
  const own = lead(user, system);
  const sampled = lead(mean(samples, (s) => s.user)!, mean(samples, (s) => s.system)!);
  return Math.abs(own) > CLEAR && Math.abs(sampled) > CLEAR && Math.sign(own) !== Math.sign(sampled);
}

function constant(cell: Cell): Finding[] {
  const used = done(cell).map(({ metrics }) => metrics.diskUtilisation);
  const same = used.length >= 3 && used[0] !== undefined && used.every((value) => value === used[0]);
  if (!same || used[0] === 0 || used[0]! >= 99.5) return [];
  return [
    {
      check: "sampling",
      severity: "warn",
      ...at(cell),
      what: `disk utilisation is ${used[0]} % to the digit in every repetition: that is space, not time`,
      todo: "df tells how full a disk is; iostat -x tells how busy",
    },
  ];
}
