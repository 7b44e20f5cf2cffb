/** The root file system that a container sees: config.md "Mounts", config-linux.md "Masked paths" and "Readonly paths". */
import * as files from "../calls/files.ts";
import { type MountRequest, mount } from "../calls/mounts.ts";
import { chdir, chroot, pivotRoot } from "../calls/roots.ts";
import { umount } from "../calls/umount.ts";
import { attempt, refuse } from "../errno.ts";
import type { Inode } from "../fs/inode.ts";
import { type MountFlags, NO_FLAGS, type Place } from "../fs/mount.ts";
import { pathOf, resolve, resolveParent } from "../fs/path.ts";
import { WRITE } from "../fs/permission.ts";
import { everybody, type Task } from "../task.ts";
import type { ContainerMount, RuntimeConfig } from "./config.ts";

/** Options that are flags of a mount; all the rest goes to the file system. */
const FLAGS: Record<string, Partial<MountFlags>> = {
  ro: { readOnly: true },
  rw: { readOnly: false },
  nosuid: { noSuid: true },
  suid: { noSuid: false },
  nodev: { noDev: true },
  dev: { noDev: false },
  noexec: { noExec: true },
  exec: { noExec: false },
};

/** Makes a container's root out of a directory of the host, as its first process before it leaves the host's root. */
export class RootMaker {
  /** Of the config's wishes those that this kernel has nothing for. */
  readonly leftOut: string[] = [];
  /** What was made to mount on: the names, the last made first. */
  private readonly made: { directory: Inode; name: string }[] = [];
  private readonly task: Task;
  private readonly rootfs: string;
  /** The same process, with the new root for its own: no path or link of the image leads out of it. */
  private inside: Task;

  constructor(task: Task, rootfs: string) {
    this.task = task;
    this.rootfs = rootfs;
    this.inside = task;
  }

  private call({ words, ...rest }: Call): void {
    const request = { source: undefined, type: undefined, data: undefined, ...rest, words: new Set(words) };
    mount(this.task, request, everybody(this.task));
  }
  private enter(): void {
    const place = resolve(this.task, this.rootfs);
    if (place.inode.type !== "directory") refuse("ENOTDIR");
    this.inside = { ...this.task, root: place, cwd: place };
  }

  /** With a mount namespace of its own: everything mounted, the old root out of sight. */
  build(config: RuntimeConfig): void {
    const { task, rootfs } = this;
    // pivot_root wants a mount to pivot to.
    this.call({ source: rootfs, target: rootfs, words: ["bind", "rec"] });
    this.enter();
    for (const mount of config.mounts ?? []) this.mount(mount);
    for (const path of config.linux.readonlyPaths ?? []) this.makeReadOnly(path);
    for (const path of config.linux.maskedPaths ?? []) this.mask(path);
    if (config.root.readonly) restrict(this.inside.root, { readOnly: true });
    const old = task.root;
    pivotRoot(task, rootfs, rootfs, everybody(task));
    // The old root, held open over the pivot (fchdir), lies on the new one now and is taken away.
    task.cwd = old;
    umount(task, ".", true, everybody(task));
    chdir(task, "/");
  }
  /** Without: as chroot(8) does it, and no more. */
  change(): void {
    chroot(this.task, this.rootfs);
    chdir(this.task, "/");
  }
  /** Takes the mount points away that were made in the image's tree. */
  undo(): void {
    for (const { directory, name } of this.made.reverse()) if (directory.lookup(name)) directory.remove(name);
  }

  private mount({ destination, type = "none", source = "none", options = [] }: ContainerMount): void {
    const flags: MountFlags = Object.assign({ ...NO_FLAGS }, ...options.map((option) => FLAGS[option]));
    const recursive = options.includes("rbind");
    if (recursive || options.includes("bind") || type === "bind") {
      const from = resolve(this.task, source);
      const target = this.point(destination, from.inode.type === "directory");
      this.call({ source, target, words: recursive ? ["bind", "rec"] : ["bind"] });
      restrict(resolve(this.task, target), flags);
      return;
    }
    const data = options.filter((option) => !(option in FLAGS)).join(",");
    const target = this.point(destination, true);
    const answer = attempt(() => this.call({ source, target, type, words: wordsOf(flags), data }));
    if (!("errno" in answer)) return;
    if (answer.errno !== "ENODEV") refuse(answer.errno);
    this.leftOut.push(`mount ${destination}: no file system ${type}`);
  }

  /** The host's path of a place in the root, made if it is not there. */
  private point(path: string, directory: boolean): string {
    const names = path.split("/").filter((name) => name !== "");
    names.forEach((_, i) => {
      const at = `/${names.slice(0, i + 1).join("/")}`;
      if ("value" in attempt(() => resolve(this.inside, at))) return;
      if (directory || i < names.length - 1) files.mkdir(this.inside, at, 0o755);
      else files.open(this.inside, at, { access: WRITE, create: true, exclusive: true });
      const parent = resolveParent(this.inside, at);
      this.made.push({ directory: parent.directory.inode, name: parent.name! });
    });
    return this.outside(path);
  }
  private outside(path: string): string {
    const place = resolve(this.inside, path);
    const from = (directory: Place, root: Place) => pathOf(directory, root) ?? refuse("ENOENT");
    if (place.inode.type === "directory") return from(place, this.task.root);
    // Only a directory knows where it lies.
    const { directory, name } = resolveParent(this.inside, path);
    const inode = directory.inode.lookup(name!)!;
    if (inode.type !== "symlink") return `${from(directory, this.task.root)}/${name}`;
    const { target } = inode;
    return this.outside(target.startsWith("/") ? target : `${from(directory, this.inside.root)}/${target}`);
  }
  private find(path: string): string | undefined {
    const answer = attempt(() => this.outside(path));
    return "value" in answer ? answer.value : undefined;
  }

  private makeReadOnly(path: string): void {
    const target = this.find(path);
    if (target === undefined) return;
    this.call({ source: target, target, words: ["bind", "rec"] });
    restrict(resolve(this.task, target), { readOnly: true });
  }
  /** A directory is covered by an empty one, a file by the null device. */
  private mask(path: string): void {
    const target = this.find(path);
    if (target === undefined) return;
    if (resolve(this.task, target).inode.type === "directory")
      this.call({ target, type: "tmpfs", words: ["ro"] });
    else this.call({ source: "/dev/null", target, words: ["bind"] });
  }
}

type Call = Partial<Omit<MountRequest, "words">> & Pick<MountRequest, "target"> & { words: string[] };

const wordsOf = (flags: MountFlags): string[] => [
  ...(flags.readOnly ? ["ro"] : []),
  ...(flags.noSuid ? ["nosuid"] : []),
  ...(flags.noDev ? ["nodev"] : []),
  ...(flags.noExec ? ["noexec"] : []),
];

/** What mount(2) does with MS_REMOUNT and MS_BIND. */
function restrict({ mount }: Place, flags: Partial<MountFlags>): void {
  mount.flags = { ...mount.flags, ...flags };
}
