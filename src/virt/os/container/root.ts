/**
 * The root file system that a container sees: config.md "Root" and "Mounts", config-linux.md "Masked paths", "Readonly paths" and "Rootfs
 * Mount Propagation", in the order of runc's prepareRootfs and finalizeRootfs.
 */
import { chown } from "../calls/attributes.ts";
import * as files from "../calls/files.ts";
import { type MountRequest, mount } from "../calls/mounts.ts";
import { chdir, chroot, pivotRoot } from "../calls/roots.ts";
import { umount } from "../calls/umount.ts";
import { attempt, refuse } from "../errno.ts";
import type { Inode } from "../fs/inode.ts";
import { mountWords, type Place } from "../fs/mount.ts";
import { pathOf, resolve, resolveParent } from "../fs/path.ts";
import { WRITE } from "../fs/permission.ts";
import { everybody, type Task } from "../task.ts";
import { type Device, devicesOf, isMade } from "./devices.ts";
import type { LeftOut } from "./left-out.ts";
import { type MountOptions, parseOptions, propagationOf } from "./options.ts";
import { cleaned } from "./paths.ts";
import type { ContainerMount, RuntimeConfig } from "./schema.ts";
import type { Step } from "./step.ts";

type Call = Partial<Omit<MountRequest, "words">> & { target: string; words: Iterable<string> };

/** Makes a container's root out of a directory of the host, as its first process before it leaves the host's root. */
export class RootMaker {
  /** Of the config's wishes those that this kernel has nothing for. */
  readonly leftOut: LeftOut[] = [];
  /** What was made to mount on: the names, the last made first. */
  private readonly made: { directory: Inode; name: string }[] = [];
  private readonly task: Task;
  private readonly bundle: string;
  private readonly config: RuntimeConfig;
  private readonly step: Step;
  /** The same process, with the new root for its own: no path or link of the image leads out of it. */
  private inside: Task;

  constructor(task: Task, bundle: string, config: RuntimeConfig, step: Step) {
    this.task = task;
    this.bundle = bundle;
    this.config = config;
    this.step = step;
    this.inside = task;
  }

  private fromBundle(path: string): string {
    return path.startsWith("/") ? path : `${this.bundle}/${path}`;
  }
  private call({ words, ...rest }: Call): void {
    const request = { source: undefined, type: undefined, data: undefined, ...rest, words: new Set(words) };
    mount(this.task, request, everybody(this.task));
  }

  /** With a mount namespace of its own: everything mounted, the old root out of sight. */
  build(): void {
    const { config, step } = this;
    const { linux, process, root } = config;
    const propagation = linux.rootfsPropagation ?? "rslave";
    step("linux.rootfsPropagation", () => this.propagate("/", propagation));
    const rootfs = this.fromBundle(root.path);
    step(`root.path: ${root.path}`, () => this.prepare(rootfs));
    for (const [i, one] of (config.mounts ?? []).entries())
      step(`mounts[${i}]: ${one.destination}`, () => this.mount(one));
    for (const device of devicesOf(config)) step(`device ${device.path}`, () => this.device(device));
    step("pivot_root", () => this.pivot(rootfs));
    if (linux.rootfsPropagation) step("linux.rootfsPropagation", () => this.propagate("/", propagation));
    // Runtimes make the working directory, so that an image needs not have it.
    step(`process.cwd: ${process.cwd}`, () => this.makeDirectories(process.cwd));
    for (const { destination, type, options } of config.mounts ?? [])
      if (isLateReadOnly(destination, type))
        if (parseOptions(options).flags.has("ro")) step(destination, () => this.restrict(destination));
    if (root.readonly) step("root.readonly", () => this.restrict("/"));
    for (const path of linux.readonlyPaths ?? [])
      step(`linux.readonlyPaths: ${path}`, () => this.makeReadOnly(path));
    for (const path of linux.maskedPaths ?? []) step(`linux.maskedPaths: ${path}`, () => this.mask(path));
  }
  /** Without: as chroot(8) does it, and no more. */
  change(): void {
    const { root } = this.config;
    this.step(`root.path: ${root.path}`, () => chroot(this.task, this.fromBundle(root.path)));
    chdir(this.task, "/");
  }
  /** Takes the mount points away that were made in the image's tree. */
  undo(): void {
    for (const { directory, name } of this.made.reverse()) if (directory.lookup(name)) directory.remove(name);
  }

  private propagate(target: string, word: string): void {
    const { type, recursive } = propagationOf(word)!;
    this.call({ target, words: recursive ? [type, "rec"] : [type] });
  }

  /** pivot_root wants a mount to pivot to, none of whose neighbours hears of it. */
  private prepare(rootfs: string): void {
    const { task } = this;
    const { mount: parent, inode } = resolve(task, rootfs);
    if (inode.type !== "directory") refuse("ENOTDIR");
    if (parent.group) this.propagate(pathOf(parent.top, task.root), "private");
    this.call({ source: rootfs, target: rootfs, words: ["bind", "rec"] });
    const place = resolve(task, rootfs);
    this.inside = { ...task, root: place, cwd: place };
  }
  private pivot(rootfs: string): void {
    const { task } = this;
    const old = task.root;
    pivotRoot(task, rootfs, rootfs, everybody(task));
    // The old root, held open over the pivot (fchdir), lies on the new one now and is taken away; the host does not hear of it.
    task.cwd = old;
    this.propagate(".", "rslave");
    umount(task, ".", true, everybody(task));
    chdir(task, "/");
    this.inside = task;
  }

  private mount({ destination, type = "none", source = "none", options }: ContainerMount): void {
    const parsed = parseOptions(options);
    const { bind, flags, data } = parsed;
    if (bind || type === "bind") {
      this.bind(destination, this.fromBundle(source), parsed);
      return;
    }
    const target = this.point(destination, true);
    // Mount points may have to be made in it first.
    const words = [...flags].filter((flag) => flag !== "ro" || !isLateReadOnly(destination, type));
    // The standard's word for whichever version the host has.
    const fs = type === "cgroup" ? "cgroup2" : type;
    const answer = attempt(() => this.call({ source, target, type: fs, words, data }));
    if ("errno" in answer) {
      if (answer.errno !== "ENODEV" || !KERNELS_OWN.includes(type)) refuse(answer.errno);
      this.leftOut.push({ what: `mount ${destination}`, why: `this kernel has no file system ${type}` });
    } else this.propagateAll(target, parsed);
  }
  private bind(destination: string, source: string, options: MountOptions): void {
    const from = resolve(this.task, source);
    const target = this.point(destination, from.inode.type === "directory");
    this.call({ source, target, words: options.bind === "bind" ? ["bind"] : ["bind", "rec"] });
    this.propagateAll(target, options);
    if (options.flags.size === 0) return;
    const remount = (...more: string[]) =>
      this.call({ target, words: ["bind", "remount", ...options.flags, ...more] });
    const answer = attempt(() => remount());
    // One that is to be read alone, and must stay so.
    if ("errno" in answer) from.mount.readOnly ? remount("ro") : refuse(answer.errno);
  }
  private propagateAll(target: string, { propagations }: MountOptions): void {
    for (const { type, recursive } of propagations) this.propagate(target, recursive ? `r${type}` : type);
  }

  private device(device: Device): void {
    const { path, type, major, minor, mode, uid, gid } = device;
    const { inside } = this;
    this.makeDirectories(path.slice(0, path.lastIndexOf("/")) || "/");
    if ("value" in attempt(() => resolve(inside, path, false))) return;
    const umask = inside.umask;
    const made = attempt(() => {
      inside.umask = 0;
      files.mknod(inside, path, type, mode, [major, minor]);
      chown(inside, path, uid, gid);
    });
    inside.umask = umask;
    if (!("errno" in made)) this.remember(path);
    else if (made.errno !== "EPERM") refuse(made.errno);
    // Who may make no device shows the host's.
    else if (!isMade(this.task, path))
      this.leftOut.push({
        what: `device ${path}`,
        why: "one must not make it, and the host has none to show",
      });
    else this.call({ source: path, target: this.point(path, false), words: ["bind"] });
  }

  private makeDirectories(path: string): void {
    const names = path.split("/").filter((name) => name !== "");
    for (const i of names.keys()) {
      const at = `/${names.slice(0, i + 1).join("/")}`;
      const there = attempt(() => resolve(this.inside, at));
      if ("value" in there) continue;
      if (there.errno !== "ENOENT") refuse(there.errno);
      files.mkdir(this.inside, at, 0o755);
      this.remember(at);
    }
  }
  private remember(path: string): void {
    const { directory, name } = resolveParent(this.inside, path);
    this.made.push({ directory: directory.inode, name: name! });
  }
  /** The host's path of a place in the root, made if it is not there. */
  private point(destination: string, directory: boolean): string {
    const path = cleaned(destination);
    if (directory) this.makeDirectories(path);
    else {
      this.makeDirectories(path.slice(0, path.lastIndexOf("/")));
      if ("errno" in attempt(() => resolve(this.inside, path))) {
        files.open(this.inside, path, { access: WRITE, create: true, exclusive: true });
        this.remember(path);
      }
    }
    return this.outside(path);
  }
  private outside(path: string): string {
    const place = resolve(this.inside, path);
    const from = (directory: Place, root: Place) => pathOf(directory, root);
    if (place.inode.type === "directory") return from(place, this.task.root);
    // Only a directory knows where it lies.
    const { directory, name } = resolveParent(this.inside, path);
    const inode = directory.inode.lookup(name!)!;
    if (inode.type !== "symlink") return `${from(directory, this.task.root)}/${name}`;
    const { target } = inode;
    return this.outside(target.startsWith("/") ? target : `${from(directory, this.inside.root)}/${target}`);
  }

  /** To be read alone from now on, with the flags that it has. */
  private restrict(target: string): void {
    const { flags } = resolve(this.task, target).mount;
    this.call({ target, words: ["bind", "remount", ...mountWords({ ...flags, readOnly: true })] });
  }
  private makeReadOnly(path: string): void {
    if ("errno" in attempt(() => resolve(this.task, path))) return;
    this.call({ source: path, target: path, words: ["bind", "rec"] });
    this.restrict(path);
  }
  /** A directory is covered by an empty one, a file by the null device. */
  private mask(path: string): void {
    const found = attempt(() => resolve(this.task, path).inode.type);
    if ("errno" in found) return;
    if (found.value === "directory") this.call({ target: path, type: "tmpfs", words: ["ro"] });
    else if (isMade(this.task, "/dev/null"))
      this.call({ source: "/dev/null", target: path, words: ["bind"] });
    else this.leftOut.push({ what: `masked path ${path}`, why: "there is no /dev/null to hide it behind" });
  }
}

/** filesystems(5): what every Linux has, and what is of the machine or of its drivers and not here. */
const KERNELS_OWN = [
  "proc",
  "sysfs",
  "devpts",
  "mqueue",
  "devtmpfs",
  "debugfs",
  "tracefs",
  "securityfs",
  "bpf",
  "hugetlbfs",
];

const isLateReadOnly = (destination: string, type: string | undefined): boolean =>
  type === "tmpfs" || cleaned(destination) === "/dev";
