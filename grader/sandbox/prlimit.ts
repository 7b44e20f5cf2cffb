import type { Limits } from "./contract.ts";
import { dataLimit } from "./node.ts";

/**
 * Options of prlimit(1). The hard limit of processor time ends what ignores the signal of the soft one. Descriptors suffice for
 * Node; no file can be written.
 */
export const prlimits = (limits: Limits): string[] => [
  `--cpu=${Math.ceil(limits.cpuSeconds)}:${Math.ceil(limits.cpuSeconds) + 1}`,
  `--data=${dataLimit(limits)}`,
  `--stack=${8 * 2 ** 20}`,
  "--nofile=64",
  "--fsize=0",
  "--core=0",
];
