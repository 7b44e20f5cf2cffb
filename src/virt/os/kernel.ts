/**
 * An operating system's kernel as far as containers need one: processes, and what each may see and use. Guests that boot on the machine
 * have kernels of their own; this one is the host of OS-level virtualization, in TypeScript, and its oracle is the real one
 * (test/virt/os/real).
 */
import { end, shielded } from "./calls/processes.ts";
import { admit, Cgroup, CONTROLLERS } from "./cgroup/cgroup.ts";
import type { Charging } from "./cgroup/controllers/cpu-charging.ts";
import { Pages } from "./cgroup/controllers/pages.ts";
import { Scheduler } from "./cgroup/controllers/scheduler.ts";
import { populate } from "./cgroup/files.ts";
import { initialCredentials } from "./credentials.ts";
import { Mount, MountNamespace, NO_FLAGS } from "./fs/mount.ts";
import { Tmpfs } from "./fs/tmpfs.ts";
import { CgroupNamespace } from "./namespaces/cgroup.ts";
import { IpcNamespace } from "./namespaces/ipc.ts";
import { NetNamespace } from "./namespaces/net.ts";
import { PidNamespace } from "./namespaces/pid.ts";
import { TimeNamespace, ZERO } from "./namespaces/time.ts";
import { UtsNamespace } from "./namespaces/uts.ts";
import { POLICIES } from "./policies.ts";
import type { Task } from "./task.ts";

/**
 * The first process of a machine whose root is an empty tmpfs: PID 1, root with every capability.
 * @param delegated control groups are mounted with nsdelegate, as service managers do
 */
export function boot(hostname = "host", policies = POLICIES, delegated = false): Task {
  const credentials = initialCredentials(policies.lookup);
  const user = credentials.userNamespace;
  const fs = new Tmpfs(user, { mode: 0o755, uid: 0, gid: 0 });
  const mount = new Mount(fs, fs.root, NO_FLAGS);
  // Below every root is the one that the kernel itself began with, and that nobody sees: ramfs-rootfs-initramfs.rst.
  const lowest = new Tmpfs(user, { mode: 0o755, uid: 0, gid: 0 });
  const rootfs = new Mount(lowest, lowest.root, NO_FLAGS);
  mount.attach(rootfs.top);
  const pidNamespace = new PidNamespace<Task>(user);
  const cgroup = firstCgroup(policies.charging, delegated);
  const time = new TimeNamespace(user, { monotonic: ZERO, boottime: ZERO });
  const init: Task = {
    parent: undefined,
    children: new Set(),
    policies,
    pidNamespace,
    credentials,
    namespaces: {
      mnt: new MountNamespace(user, rootfs),
      uts: new UtsNamespace(user, hostname),
      ipc: new IpcNamespace(user),
      net: new NetNamespace(user),
      cgroup: new CgroupNamespace(user, cgroup),
      time,
      timeForChildren: time,
      pidForChildren: pidNamespace,
    },
    root: mount.top,
    cwd: mount.top,
    cgroup,
    umask: 0o022,
    subreaper: false,
    noNewPrivileges: false,
    filters: [],
    state: { kind: "running" },
  };
  pidNamespace.enter(init);
  admit(init);
  init.namespaces.net.hold();
  return init;
}

/** The only disk, a RAM disk. */
export const DISK = "1:0";

/** As a container engine starts somebody: in a group of its own below the top of the tree, with every controller. */
function firstCgroup(charging: Charging, delegated: boolean): Cgroup {
  const top = new Cgroup("", {
    scheduler: new Scheduler(1, charging),
    pages: new Pages(),
    blockDevices: new Set([DISK]),
    delegated,
    kill(task: Task, by?: Task) {
      if (!by || !shielded(task, by)) end(task, { signal: 9 });
    },
  });
  for (const controller of CONTROLLERS) top.subtreeControl.add(controller);
  top.enable("cpu");
  top.enable("memory");
  const cgroup = new Cgroup("world", top);
  top.children.set(cgroup.name, cgroup);
  for (const one of top.all()) populate(one, { mode: 0o755, uid: 0, gid: 0 });
  return cgroup;
}
