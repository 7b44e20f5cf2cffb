/** Containers from config to end, in the model's kernel. */
import { describe, expect, test } from "vitest";
import { chown } from "../../../../src/virt/os/calls/attributes.ts";
import * as files from "../../../../src/virt/os/calls/files.ts";
import { geteuid } from "../../../../src/virt/os/calls/identity.ts";
import { hostname } from "../../../../src/virt/os/calls/namespaces.ts";
import { getpid } from "../../../../src/virt/os/calls/processes.ts";
import { getcwd } from "../../../../src/virt/os/calls/roots.ts";
import { clock } from "../../../../src/virt/os/calls/time.ts";
import { Runtime } from "../../../../src/virt/os/container/runtime.ts";
import type { RuntimeConfig } from "../../../../src/virt/os/container/schema.ts";
import { READ, WRITE } from "../../../../src/virt/os/fs/permission.ts";
import { ALL_NAMESPACES, answer, config, hostWithBundle, perform, traces } from "./samples.ts";

function make(change: Partial<RuntimeConfig> = {}, ...before: string[]) {
  const world = hostWithBundle();
  perform(world, ...before);
  const host = world.task("init");
  const runtime = new Runtime(host);
  return { world, host, runtime, create: () => runtime.create("c1", "/bundle", config(change)) };
}
const user = {
  uidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
  gidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
};
const withUser = {
  linux: { namespaces: [...ALL_NAMESPACES, "user" as const].map((type) => ({ type })), ...user },
};
const process = (change: object) => ({ process: { ...config().process, ...change } });

test("a container lives through the states of the standard", () => {
  const { host, runtime, create } = make();
  const before = traces(host);
  const container = create();
  expect(runtime.list()).toEqual([
    { ociVersion: "1.1.0", id: "c1", status: "created", pid: 3, bundle: "/bundle", annotations: {} },
  ]);
  expect(() => container.delete()).toThrow("c1: delete of a container that is created. It must be stopped.");
  container.start();
  expect(container.status).toBe("running");
  expect(() => container.start()).toThrow("start of a container that is running");
  // Its process is an init without handlers.
  container.kill(15);
  expect(container.status).toBe("running");
  container.kill(9);
  expect(container.state).toMatchObject({ status: "stopped", pid: 0 });
  expect(() => container.kill(9)).toThrow("kill of a container that is stopped");
  runtime.delete("c1");
  expect(() => runtime.get("c1")).toThrow("c1: no such container. There are: none.");
  expect(traces(host)).toEqual(before);
});

test("inside is another world", () => {
  const { host, create } = make();
  const { task, leftOut } = create();
  expect(leftOut).toEqual([]);
  expect([getpid(task), hostname(task), hostname(host), getcwd(task)]).toEqual([1, "inside", "host", "/"]);
  expect([...files.readdir(task, "/")].sort()).toEqual(["bin", "dev", "etc", "proc", "tmp"]);
  expect([...files.readdir(task, "/..")].sort()).toEqual(["bin", "dev", "etc", "proc", "tmp"]);
  expect(answer(() => files.open(task, "/etc/secret", { access: READ }))).toBe("ENOENT");
  // Its own root with /dev, on the kernel's own that nobody sees.
  expect([...task.namespaces.mnt.root.all()]).toHaveLength(3);
});

test("root inside a user namespace is nobody outside", () => {
  const { host, create } = make(withUser, "chmod /bundle/rootfs/tmp 1777");
  const { task } = create();
  expect([geteuid(task), task.credentials.euid]).toEqual([0, 100_000]);
  files.open(task, "/tmp/mine", { access: WRITE, create: true });
  const [made] = ["/bundle/rootfs/tmp/mine"].map((path) => answer(() => files.access(host, path, READ)));
  expect(made).toBeUndefined();
  expect(answer(() => chown(task, "/etc/name", 0, 0))).toBe("EPERM");
});

describe("mounts", () => {
  const mounted = (mounts: RuntimeConfig["mounts"], more: Partial<RuntimeConfig> = {}, ...before: string[]) =>
    make({ mounts, ...more }, ...before);
  test("file systems, with their flags", () => {
    const { task } = mounted([
      { destination: "/new/deep", type: "tmpfs", options: ["ro", "nosuid"] },
    ]).create();
    expect(answer(() => files.mkdir(task, "/new/deep/x", 0o755))).toBe("EROFS");
  });
  test("a file of the host's, to be read alone", () => {
    const { task } = mounted([
      { destination: "/etc/hosts", type: "bind", source: "/etc/secret", options: ["bind", "ro"] },
    ]).create();
    expect(answer(() => files.open(task, "/etc/hosts", { access: WRITE }))).toBe("EROFS");
    expect(files.open(task, "/etc/hosts", { access: READ }).inode.size).toBe(4);
  });
  test("a link in the image does not lead out", () => {
    const { host, create } = mounted(
      [{ destination: "/out/x", type: "tmpfs" }],
      {},
      "symlink /etc /bundle/rootfs/out",
    );
    const { task } = create();
    expect(answer(() => files.mkdir(task, "/etc/x/y", 0o755))).toBeUndefined();
    expect([...files.readdir(host, "/etc")]).toEqual(["secret"]);
  });
  test("a link of the image to a file is mounted on where it leads inside", () => {
    const { host, create } = mounted(
      [{ destination: "/tmp/link", type: "bind", source: "/dev/null" }],
      {},
      "symlink ../etc/other /bundle/rootfs/tmp/link",
      "symlink /etc/name /bundle/rootfs/etc/other",
    );
    const { task } = create();
    expect(answer(() => files.open(task, "/etc/name", { access: READ }))).toBe("ENXIO");
    expect(files.open(host, "/bundle/rootfs/etc/name", { access: READ }).inode.size).toBe(6);
  });
  test("a root to be read alone", () => {
    const { task } = mounted([{ destination: "/tmp", type: "tmpfs" }], {
      root: { path: "rootfs", readonly: true },
    }).create();
    expect(answer(() => files.mkdir(task, "/x", 0o755))).toBe("EROFS");
    expect(answer(() => files.mkdir(task, "/tmp/x", 0o755))).toBeUndefined();
  });
  test("masked and read-only paths", () => {
    const { linux } = config();
    const { task } = make(
      {
        linux: {
          ...linux,
          maskedPaths: ["/etc/name", "/tmp", "/nowhere"],
          readonlyPaths: ["/proc", "/nowhere"],
        },
      },
      "write /bundle/rootfs/tmp/hidden 1",
    ).create();
    expect(files.readdir(task, "/tmp")).toEqual([]);
    expect(answer(() => files.open(task, "/etc/name", { access: READ }))).toBe("ENXIO");
    expect(answer(() => files.mkdir(task, "/proc/x", 0o755))).toBe("EROFS");
  });
  test("what this kernel does not have is named", () =>
    expect(mounted([{ destination: "/queues", type: "mqueue" }]).create().leftOut).toEqual([
      { what: "mount /queues", why: "this kernel has no file system mqueue" },
    ]));
});

describe("who it runs as", () => {
  const capabilities = {
    bounding: ["CAP_KILL", "CAP_CHOWN"],
    permitted: ["CAP_KILL"],
    effective: ["CAP_KILL"],
    inheritable: ["CAP_KILL"],
  };
  test.for<[string, object, string[]]>([
    ["root gets the bounding set at execve", {}, ["CHOWN", "KILL"]],
    ["but nothing new without new privileges", { noNewPrivileges: true }, ["KILL"]],
    ["another user gets nothing", { user: { uid: 1000, gid: 1000 } }, []],
    [
      "but what is ambient",
      { user: { uid: 1000, gid: 1000 }, capabilities: { ...capabilities, ambient: ["CAP_KILL"] } },
      ["KILL"],
    ],
    [
      "ambient is only what is inheritable too",
      {
        user: { uid: 1000, gid: 1000 },
        capabilities: { ...capabilities, inheritable: [], ambient: ["CAP_KILL"] },
      },
      [],
    ],
  ])("%s", ([, change, held]) => {
    const container = make(process({ capabilities, ...change })).create();
    container.start();
    const { task } = container;
    expect([...task.credentials.effective].sort()).toEqual(held);
    expect([...task.credentials.bounding].sort()).toEqual(["CHOWN", "KILL"]);
    expect(task.credentials.effective.has("SYS_ADMIN")).toBe(false);
  });
  test("a capability that nobody knows is left out, and said", () =>
    expect(make(process({ capabilities: { bounding: ["CAP_FLY"] } })).create().leftOut).toEqual([
      { what: "capability CAP_FLY", why: "this kernel does not know it" },
    ]));
});

test("a namespace of another container is joined", () => {
  const { runtime, create } = make();
  const first = create();
  const path = (kind: string) => `/proc/${first.state.pid}/ns/${kind}`;
  const joined = config({
    hostname: undefined,
    linux: {
      namespaces: [{ type: "pid", path: path("pid") }, { type: "uts", path: path("uts") }, { type: "mount" }],
    },
  });
  const second = runtime.create("c2", "/bundle", joined);
  expect([getpid(second.task), hostname(second.task)]).toEqual([2, "inside"]);
  first.kill(9);
  expect(second.status).toBe("stopped");
  runtime.delete("c1");
  runtime.delete("c2");
  expect(() => runtime.create("c3", "/bundle", joined)).toThrow(
    "/proc/3/ns/uts is no uts namespace. Name /proc/PID/ns/uts",
  );
});

describe("a failed create leaves nothing", () => {
  test.for<[string, Partial<RuntimeConfig>, string]>([
    [
      "a program that is not there",
      process({ args: ["nothing"] }),
      "c1: process.args: nothing cannot be run (ENOENT). Name a program",
    ],
    ["a program that is none", process({ args: ["/bin/text"] }), "/bin/text cannot be run (EACCES)"],
    ["a directory for a program", process({ args: ["/bin"] }), "/bin cannot be run"],
    [
      "a working directory that is a file",
      process({ cwd: "/bin/app" }),
      "c1: process.cwd: /bin/app: ENOTDIR",
    ],
    [
      "a root that is not there",
      { root: { path: "nothing" } },
      "c1: root.path: nothing: ENOENT. Name what is there.",
    ],
    ["a root that is a file", { root: { path: "rootfs/bin/app" } }, "c1: root.path: rootfs/bin/app: ENOTDIR"],
    [
      "a mount on a file",
      {
        mounts: [
          { destination: "/a/b", type: "tmpfs" },
          { destination: "/bin/app/x", type: "tmpfs" },
        ],
      },
      "c1: mounts[1]: /bin/app/x: ENOTDIR. Name a directory.",
    ],
    [
      "a file system that nobody knows",
      { mounts: [{ destination: "/a", type: "yes" }] },
      "c1: mounts[0]: /a: ENODEV. This kernel has no such file system: take one that it has",
    ],
    [
      "a source that is not there",
      { mounts: [{ destination: "/a", type: "bind", source: "/nothing" }] },
      "c1: mounts[0]: /a: ENOENT",
    ],
    [
      "a user without a name",
      { ...process({ user: { uid: 5000, gid: 0 } }), ...withUser },
      "c1: process.user: EINVAL",
    ],
    [
      "maps that overlap",
      { linux: { ...withUser.linux, uidMappings: [...user.uidMappings, ...user.uidMappings] } },
      "linux.uidMappings: EINVAL",
    ],
  ])("%s", ([, change, message]) => {
    const { host, runtime, create } = make(change);
    const before = traces(host);
    expect(create).toThrow(message);
    expect(traces(host)).toEqual(before);
    expect(runtime.list()).toEqual([]);
  });
  test("an id twice, or none", () => {
    const { runtime, create } = make();
    create();
    expect(create).toThrow("c1: there is a container of this id");
    expect(() => runtime.create("../c", "/bundle", config())).toThrow('"../c": not the id of a container');
  });
});

test("a full disk at any moment of making one: it is said, and nothing stays", () => {
  const outcomes = new Set<string>();
  for (let inodes = 8; inodes < 24; inodes++) {
    const world = hostWithBundle();
    perform(world, `mount none /bundle tmpfs none nr_inodes=${inodes}`);
    perform(
      world,
      "mkdir /bundle/rootfs 755",
      "mkdir /bundle/rootfs/bin 755",
      "program /bundle/rootfs/bin/app 755",
    );
    const host = world.task("init");
    const before = traces(host);
    const mounts = ["/a/b/c", "/d", "/e/f"].map((destination) => ({ destination, type: "tmpfs" }));
    const create = () => new Runtime(host).create("c1", "/bundle", config({ mounts }));
    const made = answer(() => {
      try {
        create();
        return "made";
      } catch (error) {
        return (error as Error).message;
      }
    });
    outcomes.add(made.replace(/.*: (ENOSPC)\. .*/, "$1"));
    if (made !== "made") expect(traces(host)).toEqual(before);
  }
  expect([...outcomes]).toEqual(["ENOSPC", "made"]);
});

describe("all eight namespaces", () => {
  const EIGHT = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"] as const;
  const OWN = ["net", "mnt", "ipc", "uts", "cgroup", "time"] as const;
  const all = {
    ...user,
    namespaces: EIGHT.map((type) => ({ type })),
    timeOffsets: { monotonic: { secs: 1000 }, boottime: { secs: 2000, nanosecs: 5 } },
  };
  test("are its own, with the clocks that were asked for", () => {
    const { host, create } = make({ linux: all });
    const { task, leftOut } = create();
    expect(leftOut).toEqual([]);
    for (const kind of OWN) expect(task.namespaces[kind] === host.namespaces[kind], kind).toBe(false);
    expect(task.credentials.userNamespace.parent).toBe(host.credentials.userNamespace);
    expect([getpid(task), clock(task, "monotonic").seconds, clock(task, "boottime")]).toEqual([
      1,
      clock(host, "monotonic").seconds + 1000,
      { seconds: clock(host, "boottime").seconds + 2000, nanoseconds: 5 },
    ]);
    // They belong to its own user namespace, which was made first.
    for (const kind of OWN)
      expect(task.namespaces[kind].userNamespace, kind).toBe(task.credentials.userNamespace);
  });
  test("can all be joined but that of mounts, which every root file system needs", () => {
    const { runtime, create, host } = make({ linux: all });
    const first = create();
    const names = {
      pid: "pid",
      network: "net",
      ipc: "ipc",
      uts: "uts",
      user: "user",
      cgroup: "cgroup",
      time: "time",
    };
    const joined = EIGHT.filter((type) => type !== "mount").map((type) => ({
      type,
      path: `/proc/${first.state.pid}/ns/${names[type as keyof typeof names]}`,
    }));
    const linux = { namespaces: [...joined, { type: "mount" as const }] };
    const second = runtime.create("c2", "/bundle", config({ hostname: undefined, linux }));
    for (const kind of ["net", "ipc", "uts", "cgroup", "time"] as const)
      expect(second.task.namespaces[kind], kind).toBe(first.task.namespaces[kind]);
    expect(second.task.pidNamespace).toBe(first.task.pidNamespace);
    expect(second.task.credentials.userNamespace).toBe(first.task.credentials.userNamespace);
    expect(host.children.size).toBe(2);
  });
});
