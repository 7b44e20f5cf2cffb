/**
 * A repetition as a job, and the dialogue with it:
 *
 *     target                          us
 *     @ringlab sysbench 1.0.20
 *     @ringlab given CPUS KIB
 *     (prepare)
 *     @ringlab ready ───────────────► drop the host's page cache, note load and CPU time
 *     (drop its own) ◄─────────────── go
 *     (run)
 *     @ringlab times USER SYSTEM
 *     @ringlab end STATUS ──────────► note CPU time while the target is alive
 *     (cleanup)      ◄─────────────── go
 *     @ringlab stat SECONDS TICKS… / DISK…    a line of /proc/stat for every second, and of its disk
 *
 * `prepare` and `run` are in one session: in two containers, the second would find no files.
 */
import type { Scenario } from "../record.ts";
import { type SysbenchWorkload, sysbench } from "./sysbench.ts";

export const MARK = "@ringlab ";

/** Of a virtual machine's only writable disk, in its own /proc/diskstats. */
const DISK = "vda";

/** A line for every second: the time, the first line of /proc/stat, and what /proc/diskstats says of the disk. */
const sampler = (ownKernel: boolean): string =>
  [
    "sample() { local line name rest disk=",
    "read -r line < /proc/stat",
    ...(ownKernel
      ? [`while read -r _ _ name rest; do [ $name = ${DISK} ] && disk=$rest; done < /proc/diskstats`]
      : []),
    'echo "$EPOCHREALTIME $line / $disk"; }',
  ].join("\n");

/** The script, for bash. Drops the page cache of its own kernel, if asked to, where it can: a container cannot. */
export function script(
  { seconds, pageCache }: Scenario,
  workload: SysbenchWorkload,
  ownKernel: boolean,
): string {
  const words = sysbench(workload, seconds).join(" ");
  const hasFiles = workload.kind === "fileio";
  return [
    "exec 2>&1",
    `mark() { echo "${MARK}$*"; }`,
    "mark $(sysbench --version)",
    "memory=0; while read -r key value _; do [ $key = MemTotal: ] && memory=$value; done < /proc/meminfo",
    "mark given $(nproc) $memory",
    ...(hasFiles
      ? [`${words} prepare > prepare.log || { cat prepare.log; mark failed prepare; exit 1; }`, "sync"]
      : []),
    "mark ready; read -r go",
    ...(ownKernel && pageCache === "dropped"
      ? ["sync; echo 3 > /proc/sys/vm/drop_caches || mark undropped"]
      : []),
    sampler(ownKernel),
    "while :; do sample; sleep 1; done > stat.log & sampler=$!",
    `TIMEFORMAT='${MARK}times %3U %3S'`,
    `time ${words} run`,
    "status=$?",
    "sample >> stat.log; kill $sampler",
    "mark end $status; read -r go",
    'while read -r line; do mark stat "$line"; done < stat.log',
    ...(hasFiles ? [`${words} cleanup > /dev/null`] : []),
    "mark bye",
    "",
  ].join("\n");
}
