/** cgroup-v2.rst "PID Interface Files" */
import { refuse } from "../../errno.ts";
import type { ControlFile } from "../control-file.ts";
import { integer, limit } from "../words.ts";

/** PID_MAX_LIMIT of a 64-bit kernel, and one. */
const MOST = 4 * 1024 * 1024 + 1;

export const PIDS_FILES: readonly ControlFile[] = [
  {
    name: "pids.max",
    mode: 0o644,
    controller: "pids",
    read: ({ states }) => `${limit(states.pids!.max)}\n`,
    write: ({ states }, text) => {
      const value = text === "max" ? Number.POSITIVE_INFINITY : integer(text, 2 ** 63);
      if (value < 0 || (value >= MOST && text !== "max")) refuse("EINVAL");
      states.pids!.max = value;
    },
  },
  {
    name: "pids.current",
    mode: 0o444,
    controller: "pids",
    read: ({ states }) => `${states.pids!.current}\n`,
  },
  { name: "pids.peak", mode: 0o444, controller: "pids", read: ({ states }) => `${states.pids!.peak}\n` },
  {
    name: "pids.events",
    mode: 0o444,
    controller: "pids",
    read: ({ states }) => `max ${states.pids!.refused}\n`,
  },
];
