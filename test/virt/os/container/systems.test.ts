/** One container of each system, asked from inside what it can reach outside. */
import { describe, expect, test } from "vitest";
import * as files from "../../../../src/virt/os/calls/files.ts";
import { setHostname } from "../../../../src/virt/os/calls/namespaces.ts";
import { getpid, kill } from "../../../../src/virt/os/calls/processes.ts";
import { chdir, chroot } from "../../../../src/virt/os/calls/roots.ts";
import { Runtime } from "../../../../src/virt/os/container/runtime.ts";
import { runtimeConfigSchema } from "../../../../src/virt/os/container/schema.ts";
import { configOf, type OsLevelSystem, PARTS, SYSTEMS } from "../../../../src/virt/os/container/systems.ts";
import { READ } from "../../../../src/virt/os/fs/permission.ts";
import { answer, hostWithBundle, perform, traces } from "./samples.ts";

function start(system: OsLevelSystem) {
  const world = hostWithBundle();
  perform(world, "clone victim none");
  const host = world.task("init");
  const runtime = new Runtime(host);
  const before = traces(host);
  const container = runtime.create(system.name, "/", configOf(system, "/bundle/rootfs", ["app"]));
  container.start();
  return { world, host, runtime, container, task: container.task, before, victim: world.task("victim") };
}
/** The oldest way out: a new root below, and up past it, since the working directory stayed outside. */
function breakOut(task: ReturnType<typeof start>["task"]): unknown {
  return answer(() => {
    chroot(task, "/tmp");
    for (let i = 0; i < 5; i++) chdir(task, "..");
    return files.open(task, "etc/secret", { access: READ }).inode.size;
  });
}

describe.each(SYSTEMS)("$title", (system) => {
  const isolates = (part: (typeof PARTS)[number]) => system.isolates.includes(part);

  test("is a config of the standard, starts and leaves nothing", () => {
    const { container, runtime, host, before } = start(system);
    expect(runtimeConfigSchema.parse(configOf(system, "/r", ["x"]))).toEqual(configOf(system, "/r", ["x"]));
    expect(container.status).toBe("running");
    container.kill(9);
    runtime.delete(system.name);
    expect(traces(host)).toEqual(before);
  });
  test("files: the host's are out of sight", () => {
    const { task } = start(system);
    expect(answer(() => files.open(task, "/etc/secret", { access: READ }))).toBe("ENOENT");
    expect(answer(() => files.open(task, "/../../etc/secret", { access: READ }))).toBe("ENOENT");
  });
  test("files: and stay so against the way out of chroot", () => {
    const { task } = start(system);
    const bare = system.name === "chroot";
    expect(breakOut(task)).toBe(bare ? 4 : isolates("mounts") ? "ENOENT" : "EPERM");
  });
  test("mounts", () => {
    const { task, host } = start(system);
    expect(task.namespaces.mnt === host.namespaces.mnt).toBe(!isolates("mounts"));
  });
  test("processes: who is there, and who can be killed", () => {
    const { task, victim, host } = start(system);
    expect(getpid(task) === 1).toBe(isolates("processes"));
    expect(answer(() => kill(task, host.pidNamespace.pidOf(victim), 9))).toBe(
      isolates("processes") ? "ESRCH" : undefined,
    );
    expect(victim.state.kind === "running").toBe(isolates("processes"));
  });
  test("host name", () => {
    const { task, host } = start(system);
    answer(() => setHostname(task, "taken"));
    const mayNot = isolates("hostname") || !task.credentials.effective.has("SYS_ADMIN");
    expect(host.namespaces.uts.hostname).toBe(mayNot ? "host" : "taken");
  });
  test("users: whose its root is", () => {
    const { task } = start(system);
    expect(task.credentials.euid).toBe(isolates("users") ? 100_000 : 0);
  });
  test("privileges: a device of the host's", () => {
    const { task } = start(system);
    const made = answer(() => files.mknod(task, "/tmp/disk", "block", 0o600, [8, 0]));
    const may = !isolates("users") && system.capabilities.includes("MKNOD");
    expect(made).toBe(may ? undefined : "EPERM");
  });
  test("system calls: a filter stops even who has the capability", () => {
    const { world, task } = start(system);
    world.adopt("inside", task);
    const may = !isolates("system calls") && system.capabilities.includes("SYS_ADMIN");
    expect(world.perform("inside: unshare NEWUTS")).toBe(may ? "ok" : "EPERM");
    expect(world.perform("inside: getpid")).toMatch(/^ok \d+$/);
  });
  test("resources: whose shares are its own", () => {
    const { host, container } = start(system);
    const { weight } = container.task.cgroup.states.cpu!;
    expect(weight).toBe(isolates("resources") ? 39 : 100);
    expect(container.task.cgroup === host.cgroup).toBe(false);
  });
  test("what this kernel has nothing for yet is said", () => {
    const { container } = start(system);
    expect(container.leftOut.map(({ what }) => what)).toEqual([]);
  });
});

test("every part is isolated by some system, and files by all", () => {
  for (const part of PARTS)
    expect(
      SYSTEMS.some(({ isolates }) => isolates.includes(part)),
      part,
    ).toBe(true);
  expect(SYSTEMS.every(({ isolates }) => isolates.includes("files"))).toBe(true);
  expect(SYSTEMS.map(({ year }) => year)).toEqual(SYSTEMS.map(({ year }) => year).sort());
});
