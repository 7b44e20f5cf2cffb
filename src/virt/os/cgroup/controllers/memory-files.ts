/** cgroup-v2.rst "Memory Interface Files" */
import { refuse } from "../../errno.ts";
import type { ControlFile } from "../control-file.ts";
import { bytes, integer } from "../words.ts";
import { PAGE } from "./pages.ts";

const shown = (pages: number): string => (pages === Number.POSITIVE_INFINITY ? "max\n" : `${pages * PAGE}\n`);

/** A limit in bytes, rounded down to pages. */
const mark = (which: "min" | "low" | "high" | "max"): ControlFile => ({
  name: `memory.${which}`,
  mode: 0o644,
  controller: "memory",
  read: ({ states }) => shown(states.memory![which]),
  write: ({ states, kernel }, text) => {
    states.memory![which] = text === "max" ? Number.POSITIVE_INFINITY : Math.floor(bytes(text) / PAGE);
    if (which === "high" || which === "max") kernel.pages.shrink(states.memory!);
  },
});

export const MEMORY_FILES: readonly ControlFile[] = [
  ...(["min", "low", "high", "max"] as const).map(mark),
  {
    name: "memory.current",
    mode: 0o444,
    controller: "memory",
    read: ({ states }) => shown(states.memory!.current),
  },
  {
    name: "memory.peak",
    mode: 0o444,
    controller: "memory",
    read: ({ states }) => shown(states.memory!.peak),
  },
  {
    name: "memory.events",
    mode: 0o444,
    controller: "memory",
    read: ({ states }) => [...states.memory!.events].map(([event, count]) => `${event} ${count}\n`).join(""),
  },
  {
    name: "memory.stat",
    mode: 0o444,
    controller: "memory",
    read: ({ states }) => {
      const { anon, current } = states.memory!;
      return `anon ${anon * PAGE}\nfile ${(current - anon) * PAGE}\n`;
    },
  },
  {
    name: "memory.oom.group",
    delegated: true,
    mode: 0o644,
    controller: "memory",
    read: ({ states }) => `${+states.memory!.oomGroup}\n`,
    write: ({ states }, text) => {
      const value = integer(text);
      if (value !== 0 && value !== 1) refuse("EINVAL");
      states.memory!.oomGroup = value === 1;
    },
  },
];
