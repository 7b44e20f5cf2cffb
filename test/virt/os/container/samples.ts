/** A host with a bundle, for tests. */

import type { RuntimeConfig } from "../../../../src/virt/os/container/schema.ts";
import { attempt } from "../../../../src/virt/os/errno.ts";
import { World } from "../../../../src/virt/os/script.ts";
import type { Task } from "../../../../src/virt/os/task.ts";

/** Lines of script.ts, all of which must be done. */
export function perform(world: World, ...lines: string[]): void {
  for (const line of lines) {
    const answer = world.perform(`init: ${line}`);
    if (!answer.startsWith("ok")) throw new Error(`${line}: ${answer}`);
  }
}

/** A host with secrets, and /bundle/rootfs with a program /bin/app. */
export function hostWithBundle(): World {
  const world = new World();
  perform(
    world,
    ...[
      "mkdir /etc 755",
      "write /etc/secret host",
      "mkdir /dev 755",
      ...["null c 1:3", "zero c 1:5", "full c 1:7", "random c 1:8", "urandom c 1:9", "tty c 5:0"].flatMap(
        (device) => [`mknod /dev/${device}`, `chmod /dev/${device.split(" ")[0]} 666`],
      ),
    ],
    ...[
      "mkdir /sys 755",
      "mkdir /sys/cgroup 755",
      "mount none /sys/cgroup cgroup2 none -",
      // An engine that is in a group of its own can hand the controllers out below the top that it sees.
      "mkdir /sys/cgroup/engine 755",
      "write /sys/cgroup/engine/cgroup.procs 0",
      'write /sys/cgroup/cgroup.subtree_control "+cpu +io +memory +pids"',
      "mkdir /bundle 755",
      "mkdir /bundle/rootfs 755",
      "mkdir /bundle/rootfs/bin 755",
      "mkdir /bundle/rootfs/proc 555",
    ],
    ...[
      "mkdir /bundle/rootfs/dev 755",
      "program /bundle/rootfs/bin/app 755",
      "write /bundle/rootfs/bin/text !",
    ],
    ...[
      "mkdir /bundle/rootfs/etc 755",
      "write /bundle/rootfs/etc/name inside",
      "mkdir /bundle/rootfs/tmp 1777",
      "chmod /bundle/rootfs/tmp 1777",
    ],
  );
  return world;
}

export const ALL_NAMESPACES = ["pid", "mount", "uts"] as const;

export const config = (change: Partial<RuntimeConfig> = {}): RuntimeConfig => ({
  ociVersion: "1.1.0",
  root: { path: "rootfs" },
  process: { user: { uid: 0, gid: 0 }, args: ["app"], env: ["PATH=/bin"], cwd: "/" },
  hostname: "inside",
  mounts: [{ destination: "/dev", type: "tmpfs", options: ["nosuid"] }],
  linux: { namespaces: ALL_NAMESPACES.map((type) => ({ type })) },
  ...change,
});

/** What a call answers: its value, or the errno. */
export function answer<T>(call: () => T): T | string {
  const found = attempt(call);
  return "errno" in found ? found.errno : found.value;
}

/** Everything of a host that a container could leave behind. */
export function traces(host: Task): string[] {
  const mounts = [...host.namespaces.mnt.root.all()].length;
  const names = (inode = host.namespaces.mnt.root.root, at = ""): string[] =>
    [...inode.names()].flatMap((name) => {
      const child = inode.lookup(name)!;
      return [`${at}/${name}`, ...(child.type === "directory" ? names(child, `${at}/${name}`) : [])];
    });
  return [
    `mounts ${mounts}`,
    `processes ${host.pidNamespace.all().length}`,
    `children ${host.children.size}`,
    `groups ${[...host.cgroup.top.all()].map((group) => host.namespaces.cgroup.pathOf(group)).join(" ")}`,
    `hostname ${host.namespaces.uts.hostname}`,
    ...names(),
  ];
}
