/**
 * An operating system's kernel as far as containers need one: processes, and what each may see and use. Guests that boot on the machine
 * have kernels of their own; this one is the host of OS-level virtualization, in TypeScript, and its oracle is the real one
 * (test/virt/os/real).
 */
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

/** The first process of a machine whose root is an empty tmpfs: PID 1, root with every capability. */
export function boot(hostname = "host", policies = POLICIES): Task {
  const credentials = initialCredentials(policies.lookup);
  const user = credentials.userNamespace;
  const fs = new Tmpfs(user, { mode: 0o755, uid: 0, gid: 0 });
  const mount = new Mount(fs, fs.root, NO_FLAGS);
  // Below every root is the one that the kernel itself began with, and that nobody sees: ramfs-rootfs-initramfs.rst.
  const lowest = new Tmpfs(user, { mode: 0o755, uid: 0, gid: 0 });
  const rootfs = new Mount(lowest, lowest.root, NO_FLAGS);
  mount.attach(rootfs.top);
  const pidNamespace = new PidNamespace<Task>(user);
  const time = new TimeNamespace(user, { monotonic: ZERO, boottime: ZERO });
  const cgroup = { name: "", parent: undefined };
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
  init.namespaces.net.hold();
  return init;
}
