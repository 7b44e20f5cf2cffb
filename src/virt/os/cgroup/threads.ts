/**
 * Threaded subtrees and the rule of no internal processes: cgroup-v2.rst "Threads" and "No Internal Process Constraint". A group that has
 * processes of its own and hands out controllers must be the root of a threaded subtree, or the top of the tree.
 */
import { refuse } from "../errno.ts";
import { type Cgroup, type Controller, isThreaded } from "./cgroup.ts";

const threaded = (cgroup: Cgroup): boolean => cgroup.domain !== cgroup;
const children = (cgroup: Cgroup): Cgroup[] => [...cgroup.children.values()];

/** It has a threaded child, or processes beside children that compete with them by threads. */
function isThreadRoot(cgroup: Cgroup): boolean {
  if (threaded(cgroup)) return false;
  if (children(cgroup).some(threaded)) return true;
  return cgroup.members.size > 0 && [...cgroup.subtreeControl].some(isThreaded);
}

function canBeThreadRoot(cgroup: Cgroup): boolean {
  if (!cgroup.parent) return true;
  if (threaded(cgroup)) return false;
  if (children(cgroup).some((child) => !threaded(child) && child.populated)) return false;
  return [...cgroup.subtreeControl].every(isThreaded);
}

function isValidDomain(cgroup: Cgroup): boolean {
  if (threaded(cgroup)) return false;
  return cgroup.upwards.slice(1).every((one) => !threaded(one) && (!one.parent || !isThreadRoot(one)));
}

export function typeOf(cgroup: Cgroup): string {
  if (threaded(cgroup)) return "threaded";
  if (!isValidDomain(cgroup)) return "domain invalid";
  return isThreadRoot(cgroup) ? "domain threaded" : "domain";
}

/** The only change of a type there is; it has no way back. */
export function makeThreaded(cgroup: Cgroup): void {
  if (threaded(cgroup)) return;
  const domain = cgroup.parent!.domain;
  if (cgroup.populated || ![...cgroup.subtreeControl].every(isThreaded)) refuse("EOPNOTSUPP");
  if (!isValidDomain(domain) || !canBeThreadRoot(domain)) refuse("EOPNOTSUPP");
  for (const one of cgroup.all()) if (one === cgroup || threaded(one)) one.domain = domain;
}

/** Whether processes may be put here. */
export function mustTakeProcesses(cgroup: Cgroup): void {
  if (!isValidDomain(cgroup.domain)) refuse("EOPNOTSUPP");
  if (canBeThreadRoot(cgroup) || threaded(cgroup)) return;
  if (cgroup.subtreeControl.size > 0) refuse("EBUSY");
}

/** Whether its children may get these controllers, and not have them yet. */
export function mustHandOut(cgroup: Cgroup, controllers: readonly Controller[]): void {
  if (controllers.length === 0) return;
  if (!isValidDomain(cgroup.domain)) refuse("EOPNOTSUPP");
  if (!cgroup.parent) return;
  if (!controllers.every(isThreaded)) {
    if (isThreadRoot(cgroup) || threaded(cgroup)) refuse("EOPNOTSUPP");
  } else if (canBeThreadRoot(cgroup) || threaded(cgroup)) return;
  if (cgroup.members.size > 0) refuse("EBUSY");
}
