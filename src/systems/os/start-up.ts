/**
 * What a container's start asks of the kernel, call by call: the order in which dockerd and runc do it, with Docker's default configuration (moby,
 * oci/defaults.go: mounts, devices, masked and read-only paths, capabilities). The model kernel performs every line; what it refuses is an error here.
 *
 * Less than an engine does: its own bookkeeping, its requests to other processes, and what it reads and writes in /proc and in control groups. Where
 * Docker mounts a file system that this kernel has not (proc, sysfs, devpts, mqueue) a tmpfs is mounted, by the same call.
 */
import { CAPABILITIES } from "../../virt/os/capabilities.ts";
import type { World } from "../../virt/os/script.ts";

/** oci/caps/defaults.go */
const KEPT = new Set([
  ...["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID"],
  ...["SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"],
]);
const MOUNTS = ["/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm"];
const MASKED = [
  "acpi",
  "asound",
  "keys",
  "latency_stats",
  "timer_list",
  "timer_stats",
  "sched_debug",
  "scsi",
];
const READ_ONLY = ["bus", "fs", "irq", "sys", "sysrq-trigger"];
/** Devices as runc makes them in /dev, and its links there. */
const DEVICES = ["null 1:3", "zero 1:5", "full 1:7", "random 1:8", "urandom 1:9", "tty 5:0"];
const LINKS = ["fd", "stdin", "stdout", "stderr", "core", "ptmx"];
/** Files that the engine writes for each container. */
const CONFIGURED = ["resolv.conf", "hostname", "hosts"];

export interface Image {
  /** Directories of the layers, the topmost first. */
  readonly layers: readonly string[];
}

/** A directory per container, with what an engine prepares before anything is mounted. Nothing of it counts. */
function prepare(folder: string): string[] {
  return [
    ...["", "/upper", "/work", "/root"].map((path) => `init: mkdir ${folder}${path} 755`),
    ...CONFIGURED.map((file) => `init: write ${folder}/${file} x`),
  ];
}

/** Names in new file systems that in their real ones are there by themselves. */
const INSIDE: Record<string, readonly string[]> = {
  "/proc": [...MASKED, ...READ_ONLY].map((name) => `/proc/${name}`),
  "/dev": ["/dev/pts", "/dev/mqueue", "/dev/shm"],
  "/sys": ["/sys/fs", "/sys/fs/cgroup", "/sys/firmware"],
};

export interface Line {
  readonly line: string;
  /** false: it was there before, or in the real file system is there by itself. */
  readonly counts: boolean;
}
const call = (line: string): Line => ({ line, counts: true });
const given = (line: string): Line => ({ line, counts: false });

function start(name: string, folder: string, { layers }: Image): Line[] {
  const root = `${folder}/root`;
  const c = (line: string) => call(`${name}: ${line}`);
  const data = `lowerdir=${layers.join(":")},upperdir=${folder}/upper,workdir=${folder}/work`;
  return [
    call(`init: mount overlay ${root} overlay none "${data}"`),
    call(`init: clone ${name} NEWNS,NEWUTS,NEWIPC,NEWPID,NEWNET`),
    call(`init: veth v${name} p${name}`),
    call(`init: link-move p${name} ${name}`),
    call(`init: link-up v${name}`),
    ...["link-rename", "link-up"].map((word) =>
      c(word === "link-up" ? "link-up eth0" : `link-rename p${name} eth0`),
    ),
    c("link-up lo"),
    c("mount - / - rec,private -"),
    c(`mount ${root} ${root} - bind,rec -`),
    ...Object.keys(INSIDE).map((path) => given(`${name}: mkdir ${root}${path} 755`)),
    ...MOUNTS.flatMap((path) => [
      c(`mount none ${root}${path} tmpfs nosuid,noexec -`),
      ...(INSIDE[path] ?? []).map((inner) => given(`${name}: mkdir ${root}${inner} 755`)),
    ]),
    ...CONFIGURED.flatMap((file) => [
      c(`mount ${folder}/${file} ${root}/etc/${file} - bind -`),
      c(`mount - ${root}/etc/${file} - bind,remount,nosuid -`),
    ]),
    ...DEVICES.map((device) => c(`mknod ${root}/dev/${device.replace(" ", " c ")}`)),
    ...LINKS.map((link) => c(`symlink /proc/self ${root}/dev/${link}`)),
    ...[c(`chdir ${root}`), c("pivot_root . ."), c("umount . detach"), c("chdir /")],
    ...READ_ONLY.flatMap((path) => [
      c(`mount /proc/${path} /proc/${path} - bind,rec -`),
      c(`mount - /proc/${path} - bind,remount,ro,nosuid,noexec -`),
    ]),
    ...[...MASKED.map((path) => `/proc/${path}`), "/sys/firmware"].map((path) =>
      c(`mount none ${path} tmpfs ro -`),
    ),
    c(`sethostname ${name}`),
    ...CAPABILITIES.filter((capability) => !KEPT.has(capability)).map((capability) =>
      c(`bounding ${capability}`),
    ),
    ...[c("setgroups 0"), c("setgid 0"), c("setuid 0"), c("no_new_privs"), c('seccomp "6 0 0 2147418112"')],
    c("exec /bin/program"),
  ];
}

/** Operations that start a container from the image; those that count are system calls or messages to the kernel's network part. */
export function startLines(name: string, image: Image): readonly Line[] {
  const folder = `/${name}`;
  return [...prepare(folder).map(given), ...start(name, folder, image)];
}

/** Starts one; how many system calls and messages that was. */
export function startContainer(world: World, name: string, image: Image): number {
  const lines = startLines(name, image);
  for (const { line } of lines) {
    const answer = world.perform(line);
    if (!answer.startsWith("ok"))
      throw new Error(`invariant: a container cannot be started: ${line}: ${answer}`);
  }
  return lines.filter(({ counts }) => counts).length;
}
