/** The five sets of a process: capabilities(7), capset(2), prctl(2). */
import type { Capability, CapabilitySet } from "../capabilities.ts";
import type { Credentials } from "../credentials.ts";
import { refuse } from "../errno.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";

type Set_ = "effective" | "permitted" | "inheritable";

/** capset(2); a set that is not named stays. */
export function capset(task: Task, sets: Partial<Record<Set_, CapabilitySet>>): void {
  const old = task.credentials;
  const next = { ...old, ...sets };
  mustBeGiven(old, next);
  // What is ambient is permitted and inheritable.
  const ambient = [...old.ambient].filter((one) => next.permitted.has(one) && next.inheritable.has(one));
  task.credentials = { ...next, ambient: new Set(ambient) };
}

/** For one capability in or out of some of the sets. */
export function change(task: Task, capability: Capability, present: boolean, names: readonly Set_[]): void {
  const changed = (old: CapabilitySet): CapabilitySet => {
    const set = new Set(old);
    if (present) set.add(capability);
    else set.delete(capability);
    return set;
  };
  capset(task, Object.fromEntries(names.map((name) => [name, changed(task.credentials[name])])));
}

function mustBeGiven(old: Credentials, next: Credentials): void {
  const all = (set: Credentials[Set_], ...within: Credentials[Set_][]) =>
    [...set].every((one) => within.some((other) => other.has(one)));
  if (!capable(old, old.userNamespace, "SETPCAP") && !all(next.inheritable, old.inheritable, old.permitted))
    refuse("EPERM");
  if (!all(next.inheritable, old.inheritable, old.bounding)) refuse("EPERM");
  if (!all(next.permitted, old.permitted) || !all(next.effective, next.permitted)) refuse("EPERM");
}

/** prctl(PR_CAPBSET_DROP) */
export function dropBounding(task: Task, capability: Capability): void {
  const { credentials } = task;
  if (!capable(credentials, credentials.userNamespace, "SETPCAP")) refuse("EPERM");
  const bounding = new Set(credentials.bounding);
  bounding.delete(capability);
  task.credentials = { ...credentials, bounding };
}

/** prctl(PR_CAP_AMBIENT) with PR_CAP_AMBIENT_RAISE or LOWER. */
export function changeAmbient(task: Task, capability: Capability, present: boolean): void {
  const { credentials } = task;
  const { permitted, inheritable } = credentials;
  if (present && !(permitted.has(capability) && inheritable.has(capability))) refuse("EPERM");
  const ambient = new Set(credentials.ambient);
  if (present) ambient.add(capability);
  else ambient.delete(capability);
  task.credentials = { ...credentials, ambient };
}
