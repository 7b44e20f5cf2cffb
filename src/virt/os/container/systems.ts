/**
 * Systems that share one kernel among many, as configurations of the same parts: which of them each isolates, as it was first published or
 * is by default. A container of another system is another row here.
 *
 *     chroot: Unix 7th edition (1979). Jails: Kamp and Watson, "Jails: Confining the omnipotent root" (2000). Zones: Price and Tucker,
 *     "Solaris Zones" (LISA 2004). Linux-VServer and OpenVZ: Soltesz et al., "Container-based operating system virtualization" (EuroSys
 *     2007), and the OpenVZ user's guide. LXC: lxc.container.conf(5), unprivileged. Docker and Podman: their documented defaults.
 */
import { CAPABILITIES, type Capability } from "../capabilities.ts";
import { SYSTEM_CALLS } from "../seccomp/numbers.ts";
import type { NamespaceType, RuntimeConfig } from "./schema.ts";
import type { Seccomp } from "./seccomp.ts";

export const PARTS = [
  "files",
  "mounts",
  "processes",
  "hostname",
  "users",
  "network",
  "ipc",
  "privileges",
  "resources",
  "system calls",
] as const;
/**
 * files: another root directory. mounts: a table of mounts of its own. users: its root is nobody outside. privileges: its root can do less
 * than the host's. resources: shares and limits of processor and memory. system calls: a filter.
 */
export type Part = (typeof PARTS)[number];

export interface OsLevelSystem {
  readonly name: string;
  readonly title: string;
  readonly year: number;
  readonly isolates: readonly Part[];
  /** What its root may still do. */
  readonly capabilities: readonly Capability[];
}

const except = (...gone: Capability[]): Capability[] => CAPABILITIES.filter((one) => !gone.includes(one));
/** What concerns the machine and not one tenant of it. */
const MACHINE: Capability[] = [
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_BOOT",
  "SYS_TIME",
  "SYS_ADMIN",
  "MKNOD",
  "LINUX_IMMUTABLE",
  "MAC_ADMIN",
  "MAC_OVERRIDE",
  "SYS_RESOURCE",
  "AUDIT_CONTROL",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "PERFMON",
  "BPF",
  "CHECKPOINT_RESTORE",
];
const DOCKER: Capability[] = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FSETID",
  "FOWNER",
  "MKNOD",
  "NET_RAW",
  "SETGID",
  "SETUID",
  "SETFCAP",
  "SETPCAP",
  "NET_BIND_SERVICE",
  "SYS_CHROOT",
  "KILL",
  "AUDIT_WRITE",
];
const PODMAN = DOCKER.filter((one) => !["MKNOD", "NET_RAW", "AUDIT_WRITE"].includes(one));

export const SYSTEMS: readonly OsLevelSystem[] = [
  { name: "chroot", title: "chroot", year: 1979, isolates: ["files"], capabilities: CAPABILITIES },
  {
    name: "jail",
    title: "FreeBSD jails",
    year: 2000,
    // One address of the host's, no mounting, and chroot inside keeps to the jail.
    isolates: ["files", "processes", "hostname", "network", "ipc", "privileges"],
    capabilities: except(...MACHINE, "NET_ADMIN", "SYS_CHROOT"),
  },
  {
    name: "vserver",
    title: "Linux-VServer",
    year: 2001,
    isolates: ["files", "mounts", "processes", "hostname", "network", "ipc", "privileges", "resources"],
    capabilities: except(...MACHINE, "NET_ADMIN"),
  },
  {
    name: "zones",
    title: "Solaris Zones",
    year: 2004,
    isolates: ["files", "mounts", "processes", "hostname", "network", "ipc", "privileges", "resources"],
    capabilities: except(...MACHINE, "NET_ADMIN", "NET_RAW", "SYS_NICE"),
  },
  {
    name: "openvz",
    title: "OpenVZ",
    year: 2005,
    isolates: ["files", "mounts", "processes", "hostname", "network", "ipc", "privileges", "resources"],
    capabilities: except(...MACHINE),
  },
  {
    name: "lxc",
    title: "LXC",
    year: 2008,
    isolates: [
      "files",
      "mounts",
      "processes",
      "hostname",
      "users",
      "network",
      "ipc",
      "privileges",
      "resources",
      "system calls",
    ],
    capabilities: except("SYS_MODULE", "SYS_RAWIO", "SYS_TIME", "MAC_ADMIN", "MAC_OVERRIDE"),
  },
  {
    name: "docker",
    title: "Docker",
    year: 2013,
    isolates: [
      "files",
      "mounts",
      "processes",
      "hostname",
      "network",
      "ipc",
      "privileges",
      "resources",
      "system calls",
    ],
    capabilities: DOCKER,
  },
  {
    name: "podman",
    title: "Podman, rootless",
    year: 2018,
    isolates: [
      "files",
      "mounts",
      "processes",
      "hostname",
      "users",
      "network",
      "ipc",
      "privileges",
      "resources",
      "system calls",
    ],
    capabilities: PODMAN,
  },
];

const NAMESPACE: Partial<Record<Part, NamespaceType>> = {
  mounts: "mount",
  processes: "pid",
  hostname: "uts",
  users: "user",
  network: "network",
  ipc: "ipc",
};

/** What the profile of Docker and of Podman does not let through: docs.docker.com, "Significant syscalls blocked by the default profile". */
const BLOCKED = new Set(
  `_sysctl acct add_key bpf clock_adjtime clock_settime create_module delete_module finit_module get_kernel_syms get_mempolicy
  init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind mount move_pages nfsservctl open_by_handle_at
  perf_event_open pivot_root process_vm_readv process_vm_writev ptrace query_module quotactl reboot request_key set_mempolicy setns
  settimeofday swapoff swapon sysfs umount2 unshare uselib userfaultfd ustat vserver clone personality`.split(
    /\s+/,
  ),
);
/** All CLONE_NEW… but that of time: namespaces(7). */
const NEW_NAMESPACES = 0x7e020000;
const PERSONALITIES = [0, 0x8, 0x20000, 0x20008, 0xffffffff];
const PROFILE: Seccomp = {
  defaultAction: "SCMP_ACT_ERRNO",
  architectures: ["SCMP_ARCH_X86_64"],
  syscalls: [
    { names: [...SYSTEM_CALLS.keys()].filter((name) => !BLOCKED.has(name)), action: "SCMP_ACT_ALLOW" },
    {
      names: ["clone"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: NEW_NAMESPACES, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
    },
    ...PERSONALITIES.map((value) => ({
      names: ["personality"],
      action: "SCMP_ACT_ALLOW" as const,
      args: [{ index: 0, value, op: "SCMP_CMP_EQ" as const }],
    })),
  ],
};

/** Of whom a container with a user namespace has its ids: subuid(5). */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** A container of a system, as a runtime config. */
export function configOf(
  { isolates, capabilities, name }: OsLevelSystem,
  rootfs: string,
  args: readonly string[],
  ids: IdRange = { first: 100_000, count: 65_536 },
): RuntimeConfig {
  const names = capabilities.map((one) => `CAP_${one}`);
  const has = (part: Part) => isolates.includes(part);
  const mappings = [{ containerID: 0, hostID: ids.first, size: ids.count }];
  return {
    ociVersion: "1.1.0",
    root: { path: rootfs },
    process: {
      user: { uid: 0, gid: 0 },
      args: [...args],
      env: ["PATH=/bin"],
      cwd: "/",
      capabilities: { bounding: names, permitted: names, effective: names },
    },
    ...(has("hostname") ? { hostname: name } : {}),
    ...(has("mounts")
      ? { mounts: [{ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] }] }
      : {}),
    linux: {
      namespaces: isolates.flatMap((part) => (NAMESPACE[part] ? [{ type: NAMESPACE[part] }] : [])),
      ...(has("users") ? { uidMappings: mappings, gidMappings: mappings } : {}),
      ...(has("resources") ? { resources: { cpu: { shares: 1024 } } } : {}),
      ...(has("system calls") ? { seccomp: PROFILE } : {}),
    },
  };
}
