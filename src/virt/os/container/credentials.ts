/** Who the first process of a container is, once it runs its program: capabilities(7), "Transformation of capabilities during execve()". */
import { dropBounding } from "../calls/capability-sets.ts";
import * as identity from "../calls/identity.ts";
import { ALL, CAPABILITIES, type CapabilitySet, NONE } from "../capabilities.ts";
import type { Task } from "../task.ts";
import { capabilitiesOf, type RuntimeConfig } from "./config.ts";

const both = (a: CapabilitySet, b: CapabilitySet): CapabilitySet =>
  new Set([...a].filter((capability) => b.has(capability)));
const either = (a: CapabilitySet, b: CapabilitySet): CapabilitySet => new Set([...a, ...b]);

/** Becomes the user of the config with its capabilities, in the order of every runtime: the bounding set goes first, while one still may. */
export function become(task: Task, { process }: RuntimeConfig): void {
  const { user, capabilities, noNewPrivileges } = process;
  const asked = (name: "bounding" | "permitted" | "inheritable" | "ambient"): CapabilitySet =>
    capabilities
      ? capabilitiesOf(capabilities[name]).known
      : name === "bounding" || name === "permitted"
        ? ALL
        : NONE;
  for (const capability of CAPABILITIES)
    if (task.credentials.bounding.has(capability) && !asked("bounding").has(capability))
      dropBounding(task, capability);
  // PR_SET_KEEPCAPS: what was permitted stays so over setuid.
  const { permitted } = task.credentials;
  if (task.credentials.userNamespace.setgroupsAllowed) identity.setgroups(task, user.additionalGids ?? []);
  identity.setgid(task, user.gid);
  identity.setuid(task, user.uid);
  task.umask = user.umask ?? 0o022;
  const held = both(asked("permitted"), permitted);
  const inheritable = both(asked("inheritable"), held);
  // capabilities(7): nothing is ambient that is not permitted and inheritable.
  const ambient = both(both(asked("ambient"), held), inheritable);
  const after = atExecve(task, held, inheritable, ambient, noNewPrivileges ?? false);
  task.credentials = { ...task.credentials, inheritable, ambient, permitted: after, effective: after };
}

/** What a program without file capabilities is permitted. */
function atExecve(
  task: Task,
  held: CapabilitySet,
  inheritable: CapabilitySet,
  ambient: CapabilitySet,
  noNewPrivileges: boolean,
): CapabilitySet {
  if (identity.geteuid(task) !== 0) return ambient;
  const root = either(inheritable, task.credentials.bounding);
  return noNewPrivileges ? both(root, held) : root;
}

/** Every name in the config's sets that is no capability. */
export const unknownCapabilities = ({ process: { capabilities } }: RuntimeConfig): string[] => [
  ...new Set(
    (["bounding", "effective", "permitted", "inheritable", "ambient"] as const).flatMap(
      (name) => capabilitiesOf(capabilities?.[name]).unknown,
    ),
  ),
];
