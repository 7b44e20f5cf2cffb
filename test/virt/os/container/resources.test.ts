/** What a container may use: from the config to its control group's files, and what becomes of who uses more. */
import { describe, expect, test } from "vitest";
import { clone } from "../../../../src/virt/os/calls/processes.ts";
import { parseConfig } from "../../../../src/virt/os/container/config.ts";
import { type Resources, settingsOf, weightOf } from "../../../../src/virt/os/container/resources.ts";
import { Runtime } from "../../../../src/virt/os/container/runtime.ts";
import type { RuntimeConfig } from "../../../../src/virt/os/container/schema.ts";
import { answer, config, hostWithBundle, perform, traces } from "./samples.ts";

const written = (resources: Resources) =>
  settingsOf(resources, "linux.resources").map(({ file, text }) => `${file} ${text}`);

test("shares become a weight by runc's formula", () =>
  expect([2, 3, 1024, 262_144].map(weightOf)).toEqual([1, 1, 39, 10_000]));

test.for<[Resources, string[]]>([
  [{ cpu: { shares: 2048 } }, ["cpu.weight 79"]],
  [{ cpu: { quota: 50_000, period: 200_000 } }, ["cpu.max 50000 200000"]],
  [{ cpu: { quota: 50_000 } }, ["cpu.max 50000 100000"]],
  [{ cpu: { quota: -1 } }, ["cpu.max max 100000"]],
  [{ cpu: { period: 50_000 } }, ["cpu.max max 50000"]],
  [{ memory: { limit: 2 ** 26, reservation: 2 ** 25 } }, ["memory.max 67108864", "memory.low 33554432"]],
  [{ memory: { limit: 2 ** 26, swap: 2 ** 27 } }, ["memory.swap.max 67108864", "memory.max 67108864"]],
  [{ memory: { limit: 2 ** 26, swap: 2 ** 26 } }, ["memory.swap.max 0", "memory.max 67108864"]],
  [{ memory: { limit: -1 } }, ["memory.swap.max max", "memory.max max"]],
  [{ memory: { limit: 2 ** 26, swap: -1 } }, ["memory.swap.max max", "memory.max 67108864"]],
  [{ pids: { limit: 7 } }, ["pids.max 7"]],
  [{ pids: { limit: -1 } }, ["pids.max max"]],
  [{ pids: { limit: 0 } }, []],
  [
    {
      blockIO: {
        throttleReadBpsDevice: [{ major: 1, minor: 0, rate: 1000 }],
        throttleWriteIOPSDevice: [{ major: 1, minor: 0, rate: 5 }],
      },
    },
    ["io.max 1:0 rbps=1000", "io.max 1:0 wiops=5"],
  ],
  [
    { memory: { limit: 2 ** 26 }, unified: { "memory.high": "max" } },
    ["memory.max 67108864", "memory.high max"],
  ],
])("%j", ([resources, lines]) => expect(written(resources)).toEqual(lines));

test.for<[string, Resources, string]>([
  [
    "less with swap than without",
    { memory: { limit: 2000, swap: 1000 } },
    "linux.resources.memory.swap: memory and swap together are less than memory alone",
  ],
  [
    "swap without memory",
    { memory: { swap: 1000 } },
    "memory.swap: it limits memory and swap together, and memory has no limit",
  ],
  ["a limit below −1", { memory: { limit: -2 } }, "linux.resources.memory.limit: it is −1 for no limit"],
  [
    "no rate",
    { blockIO: { throttleReadBpsDevice: [{ major: 1, minor: 0, rate: 0 }] } },
    "throttleReadBpsDevice[0].rate: nothing would ever be done",
  ],
  [
    "a file elsewhere",
    { unified: { "../memory.max": "1" } },
    "linux.resources.unified: a file of a control group is named like memory.max",
  ],
])("refused: %s", ([, resources, message]) => {
  const { process, ...rest } = config({ mounts: [], linux: { resources } });
  const text = JSON.stringify({ ...rest, process, hostname: undefined });
  expect(() => parseConfig(text)).toThrow(message);
});

function start(linux: RuntimeConfig["linux"], ...before: string[]) {
  const world = hostWithBundle();
  perform(world, ...before);
  const host = world.task("init");
  const runtime = new Runtime(host);
  const traced = traces(host);
  const namespaces = (["pid", "mount", "uts", "cgroup"] as const).map((type) => ({ type }));
  const create = () => runtime.create("c1", "/bundle", config({ linux: { namespaces, ...linux } }));
  return { world, host, runtime, create, traced };
}

test("a container is in a group of its own, which goes with it", () => {
  const { create, host, runtime, traced } = start({
    cgroupsPath: "/lab/one",
    resources: { cpu: { shares: 2 }, memory: { limit: 2 ** 20 }, pids: { limit: 3 } },
  });
  const container = create();
  const { task, group } = container;
  expect(host.namespaces.cgroup.pathOf(task.cgroup)).toBe("/lab/one");
  expect(task.namespaces.cgroup.pathOf(task.cgroup)).toBe("/");
  expect(["cpu.weight", "memory.max", "pids.max", "cgroup.procs"].map((file) => group!.read(file))).toEqual([
    "1\n",
    "1048576\n",
    "3\n",
    `${container.state.pid}\n`,
  ]);
  expect(container.leftOut).toEqual([]);
  container.start();
  for (let i = 0; i < 2; i++) clone(task, []);
  expect(answer(() => clone(task, []))).toBe("EAGAIN");
  expect(container.killAll()).toEqual({ value: undefined });
  expect(container.status).toBe("stopped");
  runtime.delete("c1");
  expect(traces(host)).toEqual(traced);
});

test("whoever is left in the group goes with a container without a PID namespace", () => {
  const { create, runtime, host, traced } = start({ namespaces: [{ type: "mount" }, { type: "uts" }] });
  const container = create();
  container.start();
  const child = clone(container.task, []);
  container.kill(9);
  expect(child.state.kind).toBe("running");
  runtime.delete("c1");
  expect(child.state.kind).not.toBe("running");
  expect(traces(host).filter((line) => line.startsWith("groups"))).toEqual(
    traced.filter((line) => line.startsWith("groups")),
  );
});

test("what the controllers have no file for is said", () =>
  expect(
    start({ resources: { memory: { limit: 2 ** 20, swap: 2 ** 21 }, cpu: { cpus: "0" } } }).create().leftOut,
  ).toEqual([
    { what: "linux.resources.cpu.cpus and cpu.mems", why: "there is no cpuset controller" },
    { what: "linux.resources.memory.swap", why: "this kernel's controller has no memory.swap.max" },
  ]));

describe("refused half-way, and nothing is left", () => {
  test.for<[string, RuntimeConfig["linux"], string, string[]]>([
    [
      "a value that the kernel refuses",
      { resources: { cpu: { quota: 10 } } },
      'c1: linux.resources.cpu.quota: "10 100000" for cpu.max is refused (EINVAL). Correct it.',
      [],
    ],
    [
      "a disk that is not there",
      {
        cgroupsPath: "/a/b",
        resources: { blockIO: { throttleReadBpsDevice: [{ major: 9, minor: 9, rate: 5 }] } },
      },
      'throttleReadBpsDevice[0]: "9:9 rbps=5" for io.max is refused (ENODEV)',
      [],
    ],
    [
      "a group of others",
      { cgroupsPath: "/engine" },
      "/sys/cgroup/engine has processes of somebody else",
      [],
    ],
    [
      "no limit can be set, since the engine is where it would have to hand controllers out",
      { resources: { memory: { limit: 2 ** 20 } } },
      "the controller memory is not enabled in /sys/cgroup/c1. Leave it out, or take the processes out",
      [
        'write /sys/cgroup/cgroup.subtree_control "-cpu -io -memory -pids"',
        "write /sys/cgroup/cgroup.procs 0",
      ],
    ],
    [
      "no tree of groups",
      { resources: { pids: { limit: 5 } } },
      "c1: linux.resources: no tree of control groups is mounted. Mount it",
      ["umount /sys/cgroup detach"],
    ],
    [
      "a group below a name that is too long",
      { cgroupsPath: `/a/${"x".repeat(300)}` },
      "cannot be made (ENAMETOOLONG)",
      [],
    ],
  ])("%s", ([, linux, message, before]) => {
    const { create, host, traced, runtime } = start(linux, ...before);
    expect(create).toThrow(message);
    expect(traces(host)).toEqual(traced);
    expect(runtime.list()).toEqual([]);
  });
});
