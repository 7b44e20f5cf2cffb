/** The maps of user namespaces: user_namespaces(7), "Defining user and group ID mappings". */
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { capable, type Extent, type UserNamespace } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { mayWriteFile } from "./trace.ts";

/** The last id is that of nobody at all: (uid_t) −1. */
const NO_ID = 2 ** 32 - 1;

export interface MapLine {
  readonly inner: number;
  /** In the writer's user namespace; in the parent's, if the writer is inside. */
  readonly outer: number;
  readonly count: number;
}

/** A write to /proc/PID/uid_map or gid_map. Once, and by whom it may. */
export function writeMap(task: Task, target: Task, which: "uids" | "gids", lines: readonly MapLine[]): void {
  const there = target.credentials.userNamespace;
  const { parent } = there;
  const who = task.credentials;
  if (!mayWriteFile(task, target, 0o644)) refuse("EACCES");
  if (who.userNamespace !== there && who.userNamespace !== parent) refuse("EPERM");
  if (there[which].length > 0 || !parent) refuse("EPERM");
  if (!capable(who, there, "SYS_ADMIN")) refuse("EPERM");
  if (lines.length === 0 || lines.length > 340 || lines.some((line) => !isRange(line))) refuse("EINVAL");
  if (
    overlap(lines.map(({ inner, count }) => [inner, count])) ||
    overlap(lines.map(({ outer, count }) => [outer, count]))
  )
    refuse("EINVAL");
  if (!mayMap(who, there, parent, which, lines)) refuse("EPERM");
  there[which] = lines.map(({ inner, outer, count }): Extent => {
    // Within one line of the parent's, even if the next line goes on where it ends.
    const above = parent[which].find((one) => outer >= one.inner && outer + count <= one.inner + one.count);
    if (!above) refuse("EPERM");
    return { inner, outer: above.outer + outer - above.inner, count };
  });
}

const isRange = ({ inner, outer, count }: MapLine): boolean =>
  count > 0 && inner < NO_ID && outer < NO_ID && inner + count <= NO_ID && outer + count <= NO_ID;

const overlap = (ranges: [number, number][]): boolean =>
  ranges.some(([a, m], i) => ranges.some(([b, n], j) => i < j && a < b + n && b < a + m));

function mayMap(
  who: Credentials,
  there: UserNamespace,
  parent: UserNamespace,
  which: "uids" | "gids",
  lines: readonly MapLine[],
): boolean {
  // Files keep the capabilities that the parent's root gave them: whoever becomes that root inside could have given them as well.
  if (which === "uids" && lines.some(({ outer }) => outer === 0)) {
    const inside = who.userNamespace === there;
    if (inside ? !there.makerCouldSetfcap : !capable(who, parent, "SETFCAP")) return false;
  }
  const [line] = lines;
  const id = line && parent.kernelId(parent[which], line.outer);
  if (lines.length === 1 && line!.count === 1 && who.euid === there.owner) {
    if (which === "uids" && id === who.euid) return true;
    if (which === "gids" && id === who.egid && !there.setgroupsAllowed) return true;
  }
  return capable(who, parent, which === "uids" ? "SETUID" : "SETGID");
}

/** A write of "deny" to /proc/PID/setgroups. */
export function denySetgroups(task: Task, target: Task): void {
  const there = target.credentials.userNamespace;
  if (!mayWriteFile(task, target, 0o644)) refuse("EACCES");
  if (!capable(task.credentials, there, "SYS_ADMIN")) refuse("EACCES");
  if (there.gids.length > 0) refuse("EPERM");
  there.setgroupsAllowed = false;
}
