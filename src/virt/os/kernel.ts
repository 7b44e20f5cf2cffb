/**
 * An operating system's kernel as far as containers need one: processes, and what each may see and use. Guests that boot on the machine
 * have kernels of their own; this one is the host of OS-level virtualization, in TypeScript, and its oracle is the real one
 * (test/virt/os/real).
 */
import { initialCredentials } from "./credentials.ts";
import { Mount, MountNamespace, NO_FLAGS } from "./fs/mount.ts";
import { Tmpfs } from "./fs/tmpfs.ts";
import { PidNamespace } from "./namespaces/pid.ts";
import { UtsNamespace } from "./namespaces/uts.ts";
import type { Task } from "./task.ts";

/** The first process of a machine whose root is an empty tmpfs: PID 1, root with every capability. */
export function boot(hostname = "host"): Task {
  const credentials = initialCredentials();
  const user = credentials.userNamespace;
  const fs = new Tmpfs(user, { mode: 0o755, uid: 0, gid: 0 });
  const mount = new Mount(fs, fs.root, NO_FLAGS);
  // Below every root is the one that the kernel itself began with, and that nobody sees: ramfs-rootfs-initramfs.rst.
  const lowest = new Tmpfs(user, { mode: 0o755, uid: 0, gid: 0 });
  const rootfs = new Mount(lowest, lowest.root, NO_FLAGS);
  mount.attach(rootfs.top);
  const pidNamespace = new PidNamespace<Task>(user);
  const init: Task = {
    parent: undefined,
    children: new Set(),
    pidNamespace,
    credentials,
    namespaces: {
      mnt: new MountNamespace(user, rootfs),
      uts: new UtsNamespace(user, hostname),
      pidForChildren: pidNamespace,
    },
    root: mount.top,
    cwd: mount.top,
    umask: 0o022,
    subreaper: false,
    state: { kind: "running" },
  };
  pidNamespace.enter(init);
  return init;
}
