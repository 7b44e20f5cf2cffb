import { mean } from "d3-array";
import { type Cell, done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";
import { measuresFor, valuesOf } from "../measures.ts";

/** A file set should be so many times larger than what can cache it. */
const LARGER = 2;
/** More than this between two sizes of memory is not the disk. */
const JUMP = 2;

export const cache: Check = {
  name: "cache",
  mistake: "77 against 642 MiB/s for 1 against 2 GB of memory: the page cache was measured, not the disk",
  blind: (_run, cells) =>
    cells.some(({ case: { workload } }) => workload.kind === "fileio")
      ? undefined
      : "no file I/O was measured",
  look({ facts }, cells) {
    const files = cells.filter(({ case: { workload } }) => workload.kind === "fileio");
    return files.flatMap((cell) => [
      ...dropFailed(cell),
      ...fits(cell, facts.host.memory),
      ...jumps(cell, files),
    ]);
  },
};

function dropFailed(cell: Cell): Finding[] {
  const count = done(cell).filter(({ pageCache }) => pageCache === "drop failed").length;
  if (count === 0) return [];
  return [
    {
      check: "cache",
      severity: "refuse",
      ...at(cell),
      what: `the page cache should have been dropped, and that failed in ${count} repetition(s)`,
      todo: "run it as root: sync, then echo 3 > /proc/sys/vm/drop_caches, after prepare and right before run",
    },
  ];
}

function fits(cell: Cell, hostMemory: number): Finding[] {
  const { workload } = cell.case;
  if (workload.kind !== "fileio" || workload.flags === "direct" || done(cell).length === 0) return [];
  const memory = cell.target.kind === "host" ? hostMemory : cell.scenario.resources.memory;
  if (workload.totalSize >= memory * LARGER) return [];
  const emptied = cell.scenario.pageCache === "dropped";
  return [
    {
      check: "cache",
      severity: emptied ? "note" : "warn",
      ...at(cell),
      what: `${workload.totalSize} MiB of files fit into ${memory} MiB of memory${emptied ? ", though the cache is empty at the start" : ": much of this is the page cache's speed"}`,
      todo: `take files of ${memory * LARGER} MiB or more, or --file-extra-flags=direct`,
    },
  ];
}

/** The same work with more memory and nothing else. */
function jumps(cell: Cell, files: readonly Cell[]): Finding[] {
  const { target, scenario, case: one } = cell;
  const smaller = files.filter(
    (other) =>
      other.target === target &&
      other.scenario.resources.processors === scenario.resources.processors &&
      other.scenario.resources.disk === scenario.resources.disk &&
      other.scenario.resources.memory < scenario.resources.memory &&
      JSON.stringify(other.case.workload) === JSON.stringify(one.workload),
  );
  return smaller.flatMap((other): Finding[] => {
    const [measure] = measuresFor(one.workload, [cell, other]);
    const [large, small] = [cell, other].map((of) => valuesOf(of, measure!));
    const factor = large && small ? mean(large)! / mean(small)! : 1;
    if (!(factor > JUMP)) return [];
    return [
      {
        check: "cache",
        severity: "warn",
        ...at(cell),
        what: `${factor.toFixed(1)}× the throughput of ${other.scenario.name}, which only has less memory: this is the page cache`,
        todo: "take files larger than the larger memory, or --file-extra-flags=direct",
      },
    ];
  });
}
