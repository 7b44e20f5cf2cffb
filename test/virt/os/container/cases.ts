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
];
