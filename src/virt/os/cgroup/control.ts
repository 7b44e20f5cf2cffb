/** What is ordered by writing to a group's own files: where processes are, and which controllers its children get. */
import { attempt, refuse } from "../errno.ts";
import { mustAccess, WRITE } from "../fs/permission.ts";
import { type Cgroup, CONTROLLERS, type Controller, move, type Process } from "./cgroup.ts";
import { mustHandOut, mustTakeProcesses } from "./threads.ts";
import { integer } from "./words.ts";

/** cgroup-v2.rst "Delegation Containment": who moves a process must be able to do so where both groups meet. */
export function migrate(to: Cgroup, text: string, by: Process, whole: boolean): void {
  const asked = attempt(() => integer(text));
  // Even a number that is too big is only not a PID.
  const pid = "value" in asked && asked.value >= 0 ? asked.value : refuse("EINVAL");
  const process = pid === 0 ? by : (by.pidNamespace.find(pid) ?? refuse("ESRCH"));
  const from = process.cgroup;
  const meeting = { type: "file", attributes: from.common(to).nodes.get("cgroup.procs")! } as const;
  mustAccess(by.credentials, meeting, WRITE);
  const { root } = by.namespaces.cgroup;
  if (to.kernel.delegated && ![from, to].every((one) => one.upwards.includes(root))) refuse("ENOENT");
  mustTakeProcesses(to);
  if (!whole && from.domain !== to.domain) refuse("EOPNOTSUPP");
  move(process, to);
}

/** "+pids -cpu": all of it, or nothing. Answers what changed. */
export function handOut(
  cgroup: Cgroup,
  text: string,
): { enabled: readonly Controller[]; disabled: readonly Controller[] } {
  const wanted = new Map<Controller, boolean>();
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const controller = CONTROLLERS.find((one) => one === word.slice(1)) ?? refuse("EINVAL");
    if (word[0] !== "+" && word[0] !== "-") refuse("EINVAL");
    wanted.set(controller, word[0] === "+");
  }
  const enabled: Controller[] = [];
  const disabled: Controller[] = [];
  for (const controller of CONTROLLERS) {
    const want = wanted.get(controller);
    if (want === undefined || want === cgroup.subtreeControl.has(controller)) continue;
    if (want && !cgroup.controllers.includes(controller)) refuse("ENOENT");
    if (!want && [...cgroup.children.values()].some((child) => child.subtreeControl.has(controller)))
      refuse("EBUSY");
    (want ? enabled : disabled).push(controller);
  }
  mustHandOut(cgroup, enabled);
  for (const one of enabled) cgroup.subtreeControl.add(one);
  for (const one of disabled) cgroup.subtreeControl.delete(one);
  for (const child of cgroup.children.values()) {
    for (const one of enabled) child.enable(one);
    for (const one of disabled) child.disable(one);
  }
  return { enabled, disabled };
}

/** Somebody above allows no more groups, or none so deep. */
export function mustHaveRoom(parent: Cgroup): void {
  let depth = 0;
  for (const one of parent.upwards)
    if (one.descendants >= one.maxDescendants || depth++ >= one.maxDepth) refuse("EAGAIN");
}
