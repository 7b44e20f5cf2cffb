/** Processes as Linux shows them in /proc. */
import { existsSync, readFileSync } from "node:fs";

/** Neither gone nor a corpse that nobody collected ("Z" in Linux's own words). */
export function alive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : ") Z";
  return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
}

/** Processes that `pid` started. */
export function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return list.split(" ").filter(Boolean).map(Number);
}

/** Those, and what they started in turn. */
export const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
