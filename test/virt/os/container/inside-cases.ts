/** Configs, and what the first process of a container finds and may do. */
import { SYSTEM_CALLS } from "../../../../src/virt/os/seccomp/numbers.ts";
import { starter } from "./cases.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON that is not a config yet.
type Json = any;

export interface InsideCase {
  readonly name: string;
  readonly change: (config: Json) => void;
  /** Operations of script.ts, before those that everybody performs. */
  readonly lines?: readonly string[];
  /** Both refuse it: what we say. */
  readonly refused?: string;
  /** Lines that runc 1.1 answers otherwise, or the model, and why. */
  readonly differs?: Readonly<Record<string, string>>;
  /** The host's mounts are shared with each other. */
  readonly shared?: boolean;
}

const CAPABILITIES = ["CHOWN", "KILL", "SETUID", "NET_BIND_SERVICE", "SYS_ADMIN", "MKNOD"];
const SETS = ["cap", "permitted", "inheritable", "in-ambient", "in-bounding"];
/** What is asked of every container, the least harmful first. */
export const LINES = [
  ...["getpid", "getuid", "geteuid", "getgid", "getcwd", "gethostname", "mounts"],
  ...SETS.flatMap((set) => CAPABILITIES.map((name) => `${set} ${name}`)),
  ...[
    "mkdir /umask 777",
    "stat /umask",
    "mkdir /tmp/x 777",
    "stat /tmp/x",
    "stat /dev/null",
    "stat /dev/tty",
  ],
  ...[
    "read /etc/name",
    "write /etc/name changed",
    "mknod /tmp/d c 1:3",
    "chown /tmp/x 5 5",
    "setuid 7",
    "getuid",
  ],
  ...["sethostname other", "mount none /tmp tmpfs none -", "chroot /tmp", "unshare NEWUTS"],
];

const all = ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_SYS_ADMIN", "CAP_MKNOD"];
const sets = (change: Json) => (config: Json) => {
  config.process.noNewPrivileges = false;
  config.process.capabilities = { bounding: all, effective: all, permitted: all, ...change };
};
const user = (id: number, more: Json = {}) => ({ uid: id, gid: id, ...more });
const seccomp =
  (syscalls: Json[], more: Json = {}) =>
  (config: Json) => {
    config.process.noNewPrivileges = more.noNewPrivileges ?? true;
    config.process.capabilities = { bounding: all, effective: all, permitted: all };
    config.root.readonly = false;
    config.linux.seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls,
      ...more.seccomp,
    };
  };
const errno = (names: string[], number: number, args?: Json[]) => ({
  names,
  action: "SCMP_ACT_ERRNO",
  errnoRet: number,
  ...(args ? { args } : {}),
});
const mounts =
  (...more: Json[]) =>
  (config: Json) => {
    config.root.readonly = false;
    config.mounts.push(...more);
  };

/** All of before 2019 but two. */
const PROFILE = [...SYSTEM_CALLS.keys()].filter(
  (name) => (SYSTEM_CALLS.get(name) ?? 0) <= 334 && name !== "mkdir" && name !== "getppid",
);

export const INSIDE_CASES: readonly InsideCase[] = [
  { name: "as it is", change: () => {} },
  { name: "no capabilities at all", change: (c) => delete c.process.capabilities },
  { name: "root, and what execve gives it", change: sets({}) },
  {
    name: "less permitted than bounding: execve gives the rest",
    change: sets({ permitted: ["CAP_KILL"], effective: ["CAP_KILL"] }),
  },
  {
    name: "but nothing without new privileges",
    change: (c) => {
      sets({ permitted: ["CAP_KILL"], effective: ["CAP_KILL"] })(c);
      c.process.noNewPrivileges = true;
    },
  },
  { name: "inheritable", change: sets({ inheritable: ["CAP_KILL"], bounding: ["CAP_CHOWN", "CAP_KILL"] }) },
  {
    name: "another user",
    change: (c) => {
      sets({})(c);
      c.process.user = user(1000, { umask: 0o77 });
    },
  },
  {
    name: "another user with what is ambient",
    change: (c) => {
      sets({ inheritable: all, ambient: ["CAP_KILL", "CAP_CHOWN"] })(c);
      c.process.user = user(1000);
    },
  },
  {
    name: "ambient without inheritable is nothing",
    change: (c) => {
      sets({ ambient: ["CAP_KILL"] })(c);
      c.process.user = user(1000);
    },
  },
  {
    name: "a working directory that is not there",
    change: (c) => {
      c.process.cwd = "/new/deep";
      c.root.readonly = false;
    },
  },
  {
    name: "file systems and their flags",
    change: mounts(
      { destination: "/a/b", type: "tmpfs", source: "tmpfs", options: ["ro", "noexec"] },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "ro"] },
      { destination: "/c", type: "tmpfs", source: "tmpfs", options: ["nodev", "dev", "relatime"] },
    ),
  },
  {
    name: "binds and their flags",
    change: mounts(
      { destination: "/a", type: "bind", source: "host", options: ["bind"] },
      { destination: "/b", type: "bind", source: "host", options: ["rbind", "ro", "nosuid"] },
      { destination: "/etc/file", source: "host/file", options: ["bind", "ro"] },
      { destination: "/link", source: "host", options: ["bind", "noexec"] },
    ),
    lines: ["read /etc/file", "mkdir /a/made 755", "mkdir /b/made 755", "ls /tmp/target", "rmdir /a/made"],
  },
  {
    name: "masked and read-only paths",
    change: (c) => {
      c.root.readonly = false;
      c.linux.maskedPaths = ["/etc/name", "/tmp", "/nowhere"];
      c.linux.readonlyPaths = ["/etc", "/nowhere"];
    },
    lines: ["ls /tmp", "mkdir /etc/x 755"],
    differs: {
      "read /etc/name": "no driver stands behind a device of the model",
      "write /etc/name changed": "no driver stands behind a device of the model",
    },
  },
  {
    name: "a private root of a host whose mounts are shared",
    change: (c) => (c.linux.rootfsPropagation = "private"),
    shared: true,
  },
  { name: "a slave, which is what it is when nothing is said", change: () => {}, shared: true },
  {
    name: "a slave of a host whose mounts are shared",
    change: (c) => (c.linux.rootfsPropagation = "slave"),
    shared: true,
  },
  {
    name: "shared with the host",
    change: (c) => (c.linux.rootfsPropagation = "rshared"),
    shared: true,
    differs: { mounts: "runc before 1.2 leaves a private root to who wants a shared one" },
  },
  {
    name: "mounts with a propagation of their own",
    change: mounts(
      { destination: "/a", type: "bind", source: "host", options: ["rbind", "rshared"] },
      { destination: "/b", type: "bind", source: "host", options: ["rbind", "rslave"] },
      { destination: "/c", type: "bind", source: "host", options: ["rbind", "rprivate"] },
      { destination: "/d", type: "tmpfs", source: "tmpfs", options: ["shared"] },
      { destination: "/e", type: "tmpfs", source: "tmpfs", options: ["unbindable", "noexec"] },
    ),
    shared: true,
  },
  {
    name: "a filter, after everything else",
    change: seccomp([
      errno(["mkdir", "chown", "lchown"], 5),
      errno(["setuid"], 3, [{ index: 0, value: 7, op: "SCMP_CMP_EQ" }]),
    ]),
    lines: ["setuid 8", "call 1000 0 0 0 0 0 0", "call 39 0 0 0 0 0 0"],
  },
  {
    name: "a filter that takes no privilege away",
    change: seccomp([errno(["mkdir"], 12), errno(["sethostname"], 38)], { noNewPrivileges: false }),
  },
  {
    name: "what is newer than a profile is not there, and what it leaves out not allowed",
    change: seccomp([{ names: PROFILE, action: "SCMP_ACT_ALLOW" }], {
      seccomp: { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 5 },
    }),
    lines: [110, 39, 340, 449, 500, 0xffffffff].map((number) => `call ${number} 0 0 0 0 0 0`),
  },
  {
    name: "who calls by another table is killed",
    change: seccomp([errno(["mkdir"], 12)]),
    lines: ["call 39 0 0 0 0 0 0", `call ${0x40000000 + 39} 0 0 0 0 0 0`],
  },
  {
    name: "and so is who calls what is killed for",
    change: seccomp([{ names: ["umask"], action: "SCMP_ACT_KILL_PROCESS" }]),
    lines: ["getpid", "umask 22"],
  },
  {
    name: "but what is only noted is not newer",
    change: seccomp([errno(["mkdir"], 12)], { seccomp: { defaultAction: "SCMP_ACT_LOG" } }),
    lines: ["call 500 0 0 0 0 0 0"],
  },
  {
    name: "conditions, of which two are of one argument",
    change: seccomp([
      errno(["setuid"], 11, [
        { index: 0, value: 5, op: "SCMP_CMP_GE" },
        { index: 0, value: 8, op: "SCMP_CMP_LE" },
      ]),
      errno(["setgid"], 11, [{ index: 0, value: 0xff, valueTwo: 4, op: "SCMP_CMP_MASKED_EQ" }]),
      errno(["setgid"], 12, [{ index: 0, value: 9, op: "SCMP_CMP_GT" }]),
    ]),
    lines: ["setgid 4", "setgid 9", "setgid 10", "setgid 260", "setuid 4"],
  },
  {
    name: "a user namespace",
    change: (c) => {
      sets({})(c);
      c.root.readonly = false;
      c.linux.namespaces.push({ type: "user" });
      c.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 1000 }];
      c.linux.gidMappings = [{ containerID: 0, hostID: 0, size: 1000 }];
      c.mounts.push({ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid"] });
    },
  },
  {
    name: "a user namespace of somebody else's ids",
    change: (c) => {
      sets({})(c);
      c.root.readonly = false;
      c.linux.namespaces.push({ type: "user" });
      c.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 1000 }];
      c.linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 1000 }];
      c.mounts.push({ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid"] });
    },
  },
  {
    name: "inheritable beyond the bounding set",
    change: sets({ inheritable: ["CAP_KILL"], bounding: ["CAP_CHOWN"] }),
    refused: "c1: process.capabilities: EPERM",
  },
  {
    name: "effective beyond what is permitted",
    change: sets({ permitted: ["CAP_KILL"] }),
    refused: "c1: process.capabilities: EPERM",
  },
  {
    name: "a program that is not there",
    change: (c) => (c.process.args = ["/nothing"]),
    refused: "c1: process.args: /nothing cannot be run (ENOENT)",
  },
  {
    name: "a program that is a directory",
    change: (c) => (c.process.args = ["/etc"]),
    refused: "/etc cannot be run",
  },
  {
    name: "a program that is text",
    change: (c) => (c.process.args = ["/etc/text"]),
    refused: "/etc/text cannot be run (ENOEXEC)",
  },
  {
    name: "a working directory that is a file",
    change: (c) => (c.process.cwd = "/etc/name"),
    refused: "c1: process.cwd: /etc/name: ENOTDIR",
  },
  {
    name: "a root that is not there",
    change: (c) => (c.root.path = "nothing"),
    refused: "c1: root.path: nothing: ENOENT",
  },
  {
    name: "an option that its file system does not know",
    change: mounts({ destination: "/a", type: "tmpfs", source: "tmpfs", options: ["colour=red"] }),
    refused: "c1: mounts[2]: /a: EINVAL",
  },
  {
    name: "a file system that nobody knows",
    change: mounts({ destination: "/a", type: "yes", source: "yes" }),
    refused: "c1: mounts[2]: /a: ENODEV",
  },
  {
    name: "a source that is not there",
    change: mounts({ destination: "/a", type: "bind", source: "nothing", options: ["bind"] }),
    refused: "c1: mounts[2]: /a: ENOENT",
  },
  {
    name: "a file where a directory has to be",
    change: mounts({ destination: "/etc/name/a", type: "tmpfs", source: "tmpfs" }),
    refused: "c1: mounts[2]: /etc/name/a: ENOTDIR",
  },
  {
    name: "links that go round in circles",
    change: mounts({ destination: "/circle/a", type: "tmpfs", source: "tmpfs" }),
    refused: "c1: mounts[2]: /circle/a: ELOOP",
  },
  {
    name: "a user who has no name",
    change: (c) => {
      c.process.user = user(5000);
      c.root.readonly = false;
      c.linux.namespaces.push({ type: "user" });
      c.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 1000 }];
      c.linux.gidMappings = [{ containerID: 0, hostID: 0, size: 1000 }];
    },
    refused: "c1: process.user: EINVAL",
  },
  {
    name: "a namespace of nobody",
    change: (c) => (c.linux.namespaces[1].path = "/proc/999999999/ns/net"),
    refused: "c1: linux.namespaces: /proc/999999999/ns/net is no network namespace",
  },
];

/** What the stepper is called with. */
export function insideConfig(change: InsideCase["change"]): Json {
  const config = starter();
  config.process.args = ["/stepper", "inside"];
  config.mounts = config.mounts.filter(({ type }: Json) => type === "proc");
  config.mounts.push({ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid"] });
  delete config.linux.maskedPaths;
  change(config);
  return config;
}
