/** cgroup-v2.rst "CPU Interface Files" */
import { refuse } from "../../errno.ts";
import type { ControlFile } from "../control-file.ts";
import { limit, unsigned } from "../words.ts";

/** Microseconds: neither a quota nor a period may be shorter, and no period longer. */
const SHORTEST = 1000;
const LONGEST = 1_000_000;

export const CPU_FILES: readonly ControlFile[] = [
  {
    name: "cpu.weight",
    mode: 0o644,
    exact: true,
    controller: "cpu",
    read: ({ states }) => `${states.cpu!.weight}\n`,
    write: ({ states }, text) => {
      const weight = unsigned(text);
      if (weight < 1 || weight > 10_000) refuse("ERANGE");
      states.cpu!.weight = weight;
    },
  },
  {
    name: "cpu.max",
    mode: 0o644,
    controller: "cpu",
    read: ({ states }) => `${limit(states.cpu!.quota)} ${states.cpu!.period}\n`,
    write: ({ states }, text) => {
      // As sscanf reads it: digits, and whatever follows them is nobody's.
      const [word = "", second] = text.split(/\s+/);
      const digits = /^\d+/.exec(word);
      const period = Number(/^\d+/.exec(second ?? "")?.[0] ?? states.cpu!.period);
      if (!digits && word !== "max") refuse("EINVAL");
      const quota = digits ? Number(digits[0]) : Number.POSITIVE_INFINITY;
      if (quota < SHORTEST || period < SHORTEST || period > LONGEST) refuse("EINVAL");
      states.cpu!.limit(quota, period);
    },
  },
  {
    name: "cpu.stat",
    mode: 0o444,
    controller: "cpu",
    read: ({ states }) => {
      const { used, periods, throttledPeriods, throttled } = states.cpu!;
      // What the kernel itself does takes no time here.
      return `usage_usec ${used}\nuser_usec ${used}\nsystem_usec 0\nnr_periods ${periods}\nnr_throttled ${throttledPeriods}\nthrottled_usec ${throttled}\n`;
    },
  },
];
