/** Who the first process of a container is, in the order of runc's finalizeNamespace: what is given up goes while one still may. */
import { capset, changeAmbient, dropBounding } from "../calls/capability-sets.ts";
import { setgid, setgroups, setuid } from "../calls/identity.ts";
import { chdir } from "../calls/roots.ts";
import { attach } from "../calls/seccomp.ts";
import { CAPABILITIES, type CapabilitySet } from "../capabilities.ts";
import { attempt } from "../errno.ts";
import type { Task } from "../task.ts";
import { capabilitiesOf } from "./config.ts";
import type { RuntimeConfig } from "./schema.ts";
import type { Filter } from "./seccomp.ts";
import type { Step } from "./step.ts";

const SETS = ["bounding", "effective", "permitted", "inheritable", "ambient"] as const;

/** Becomes the user of the config with its capabilities, in its working directory, behind its filter. */
export function become(task: Task, { process }: RuntimeConfig, filter: Filter | undefined, step: Step): void {
  const { user, capabilities, cwd, noNewPrivileges = false } = process;
  const asked = (name: (typeof SETS)[number]): CapabilitySet => capabilitiesOf(capabilities?.[name]).known;
  const attachFilter = () => {
    if (filter) step("linux.seccomp", () => attach(task, filter.program));
  };
  task.noNewPrivileges ||= noNewPrivileges;
  // Without that a filter takes a capability, and with it the filter comes last, so that it needs to allow less.
  if (!noNewPrivileges) attachFilter();
  if (task.credentials.effective.has("SETPCAP"))
    for (const capability of CAPABILITIES)
      if (!asked("bounding").has(capability)) dropBounding(task, capability);
  // Root may go where the user may not, but what root may not enter the user perhaps may.
  const before = attempt(() => chdir(task, cwd));
  if ("errno" in before && before.errno !== "EACCES") step(`process.cwd: ${cwd}`, () => chdir(task, cwd));
  step("process.user", () => changeUser(task, user));
  if ("errno" in before) step(`process.cwd: ${cwd}`, () => chdir(task, cwd));
  step("process.capabilities", () =>
    capset(task, {
      effective: asked("effective"),
      permitted: asked("permitted"),
      inheritable: asked("inheritable"),
    }),
  );
  // What may not be ambient is not, and no runtime minds.
  for (const capability of CAPABILITIES)
    attempt(() => changeAmbient(task, capability, asked("ambient").has(capability)));
  if (noNewPrivileges) attachFilter();
}

function changeUser(task: Task, user: RuntimeConfig["process"]["user"]): void {
  const { permitted, userNamespace } = task.credentials;
  if (userNamespace.setgroupsAllowed) setgroups(task, user.additionalGids ?? []);
  setgid(task, user.gid);
  setuid(task, user.uid);
  task.umask = user.umask ?? 0o022;
  // PR_SET_KEEPCAPS: what was permitted stays so over setuid.
  task.credentials = { ...task.credentials, permitted };
}

/** Every name in the config's sets that is no capability. */
export const unknownCapabilities = ({ process: { capabilities } }: RuntimeConfig): string[] => [
  ...new Set(SETS.flatMap((name) => capabilitiesOf(capabilities?.[name]).unknown)),
];
