/** Changes to one config, each with what we say to it and whether runc 1.1 runs it. */

// biome-ignore lint/suspicious/noExplicitAny: JSON that is not a config yet.
type Json = any;

export interface Case {
  readonly name: string;
  readonly change: (config: Json) => void;
  /** Of ours, or none. */
  readonly error?: string;
  /** Where runc 1.1 does otherwise: what it does. */
  readonly runc?: string;
  /** It is not for a real host to try. */
  readonly unsafe?: boolean;
}

export const starter = (): Json => ({
  ociVersion: "1.0.2",
  process: {
    user: { uid: 0, gid: 0 },
    args: ["/true"],
    env: ["PATH=/"],
    cwd: "/",
    capabilities: { bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"] },
    rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
    noNewPrivileges: true,
  },
  root: { path: "rootfs", readonly: true },
  hostname: "inside",
  mounts: [
    { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev"] },
    { destination: "/proc", type: "proc", source: "proc" },
  ],
  linux: {
    namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })),
    maskedPaths: ["/nowhere"],
  },
});

export function changed(change: Case["change"]): string {
  const config = starter();
  change(config);
  return JSON.stringify(config);
}

const without = (type: string) => (config: Json) => {
  config.linux.namespaces = config.linux.namespaces.filter((one: Json) => one.type !== type);
};

export const CASES: readonly Case[] = [
  { name: "nothing changed", change: () => {} },
  { name: "a member that nobody knows", change: (c) => (c.process.colour = "red") },
  { name: "a capability that nobody knows", change: (c) => c.process.capabilities.bounding.push("CAP_FLY") },
  {
    name: "no arguments",
    change: (c) => (c.process.args = []),
    error: "config.json: process.args: there is nothing to run",
  },
  {
    name: "a working directory that is relative",
    change: (c) => (c.process.cwd = "tmp"),
    error: "config.json: process.cwd: must be an absolute path",
  },
  {
    name: "a working directory that is empty",
    change: (c) => (c.process.cwd = ""),
    error: "process.cwd: must be an absolute path",
  },
  {
    name: "a limit that nobody knows",
    change: (c) => (c.process.rlimits[0].type = "RLIMIT_FUN"),
    error: "process.rlimits[0].type: not a limit",
  },
  { name: "a user below zero", change: (c) => (c.process.user.uid = -1), error: "process.user.uid" },
  { name: "arguments that are numbers", change: (c) => (c.process.args = [1]), error: "process.args[0]" },
  { name: "no root", change: (c) => delete c.root, error: "config.json: root:" },
  {
    name: "a namespace that nobody knows",
    change: (c) => c.linux.namespaces.push({ type: "soul" }),
    error: "linux.namespaces[5].type: no such namespace",
  },
  {
    name: "a namespace twice",
    change: (c) => c.linux.namespaces.push({ type: "pid" }),
    error: "linux.namespaces: pid is there twice",
  },
  {
    name: "a host name without a namespace",
    change: without("uts"),
    error: "config.json: hostname: it would be the host's own name",
  },
  {
    name: "mounts without a namespace",
    change: (c) => {
      without("mount")(c);
      delete c.linux.maskedPaths;
    },
    error: "config.json: mounts: they would be the host's own",
    // runc 1.1.5 does mount them among the host's, and leaves them there.
    unsafe: true,
  },
  {
    name: "a user namespace without maps",
    change: (c) => c.linux.namespaces.push({ type: "user" }),
    error: "nobody would have a name",
  },
  {
    name: "maps without a user namespace",
    change: (c) => (c.linux.uidMappings = [{ containerID: 0, hostID: 1000, size: 1 }]),
    error: "no user namespace that could have them",
    runc: "runs it all the same",
  },
  {
    name: "a mount at a relative path",
    change: (c) => (c.mounts[0].destination = "tmp"),
    error: "mounts[0].destination: must be an absolute path",
    runc: "warns and runs it, until a later release",
  },
  {
    name: "a mount in /proc",
    change: (c) => c.mounts.push({ destination: "/proc/../proc/x", type: "tmpfs", source: "tmpfs" }),
    error: "config.json: mounts[2].destination: /proc/x would hide what the kernel says",
  },
  {
    name: "something else for /proc",
    change: (c) => c.mounts.push({ destination: "/proc", type: "tmpfs", source: "tmpfs" }),
    error: "mounts[2].destination: /proc would hide",
  },
  {
    name: "a host name that is too long",
    change: (c) => (c.hostname = "h".repeat(65)),
    error: "hostname: a host name has 64 characters at most",
  },
  {
    name: "an annotation that is no text",
    change: (c) => (c.annotations = { a: 1 }),
    error: "config.json: annotations.a",
  },
  {
    name: "a limit above its own limit",
    change: (c) => (c.process.rlimits[0].soft = 2000),
    error: "process.rlimits[0]: it is 2000, and must not be more than 1024",
  },
  {
    name: "a propagation that nobody knows",
    change: (c) => (c.linux.rootfsPropagation = "loud"),
    error: "linux.rootfsPropagation: no such propagation; there are shared, rshared",
  },
  {
    name: "a clock that does not count from the start",
    change: (c) => (c.linux.timeOffsets = { realtime: { secs: 1 } }),
    error: "linux.timeOffsets",
    runc: "1.1 has no time namespaces, and does not read it",
  },
  {
    name: "resources that are no numbers",
    change: (c) => (c.linux.resources = { memory: { limit: "1M" } }),
    error: "config.json: linux.resources.memory.limit",
  },
  {
    name: "less memory with swap than without",
    change: (c) => (c.linux.resources = { memory: { limit: 2 ** 26, swap: 2 ** 25 } }),
    error: "linux.resources.memory.swap: memory and swap together are less than memory alone",
  },
  ...seccomp(),
];

function seccomp(): Case[] {
  const filter = (name: string, linux: Json, more: Partial<Case>): Case => ({
    name: `a filter: ${name}`,
    change: (c) => (c.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", ...linux }),
    ...more,
  });
  const call = (change: Json): Json => ({
    syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO", ...change }],
  });
  const argument = (change: Json): Json =>
    call({ args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ", ...change }] });
  return [
    filter("of nothing", {}, {}),
    filter("of a call that nobody knows", call({ names: ["fly"] }), {}),
    filter("with an argument", argument({}), {}),
    filter("an action that nobody knows", call({ action: "SCMP_ACT_SING" }), {
      error: "config.json: linux.seccomp.syscalls[0].action: no such action; there are SCMP_ACT_KILL",
    }),
    filter(
      "a default that nobody knows",
      { defaultAction: "ALLOW" },
      { error: "linux.seccomp.defaultAction: no such action" },
    ),
    filter("a comparison that nobody knows", argument({ op: "SCMP_CMP_NEAR" }), {
      error: "linux.seccomp.syscalls[0].args[0].op: no such comparison",
    }),
    filter("a seventh argument", argument({ index: 6 }), {
      error: "args[0].index: a system call has six arguments",
    }),
    filter("a call without a name", call({ names: [""] }), {
      error: "names[0]: an empty string names no system call",
    }),
    filter("no call at all", call({ names: [] }), {
      error: "syscalls[0].names: it names no system call",
      runc: "takes it for no rule",
    }),
    filter(
      "an architecture that nobody knows",
      { architectures: ["PDP11"] },
      { error: "linux.seccomp.architectures[0]" },
    ),
    filter(
      "a flag that nobody knows",
      { flags: ["FAST"] },
      { error: "linux.seccomp.flags[0]: no such flag" },
    ),
    filter("an error's number for who lets it through", call({ action: "SCMP_ACT_LOG", errnoRet: 1 }), {
      error: "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_LOG returns no error",
      runc: "passes over it",
    }),
    filter("nobody to be notified", call({ action: "SCMP_ACT_NOTIFY" }), {
      error: "linux.seccomp.syscalls[0].action: nobody is there to be notified",
    }),
    filter(
      "notified of all",
      { defaultAction: "SCMP_ACT_NOTIFY", listenerPath: "/run/l" },
      {
        error: "linux.seccomp.defaultAction: a runtime could not even start the listener",
      },
    ),
    filter(
      "two actions under one condition",
      {
        syscalls: ["SCMP_ACT_TRAP", "SCMP_ACT_ERRNO"].map((action) => ({
          names: ["mkdir"],
          action,
          args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }],
        })),
      },
      { error: "linux.seccomp.syscalls[1]: mkdir has another action already under the same conditions" },
    ),
  ];
}
