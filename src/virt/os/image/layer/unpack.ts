/**
 * A layer becomes a directory tree, by the system calls of a process whose root the directory is. What a hostile archive tries meets
 * what any process meets there: ".." and symbolic links end at the root, a device needs CAP_MKNOD, and nothing is written over.
 */
import { chmod, chown } from "../../calls/attributes.ts";
import * as files from "../../calls/files.ts";
import { clone, end, getpid, wait } from "../../calls/processes.ts";
import { chroot } from "../../calls/roots.ts";
import { setxattr } from "../../calls/xattrs.ts";
import { DocumentError } from "../../document.ts";
import { attempt, type Errno } from "../../errno.ts";
import type { Inode } from "../../fs/inode.ts";
import { isOpaque, isWhiteout, TRUSTED } from "../../fs/overlay/layer.ts";
import { pathOf, resolve, resolveParent } from "../../fs/path.ts";
import { WRITE } from "../../fs/permission.ts";
import type { Task } from "../../task.ts";
import { type Entry, OPAQUE_NAME, shown, WHITEOUT_PREFIX } from "./entry.ts";

/** What of an entry this kernel has no place for. */
export interface LeftOut {
  readonly path: string;
  readonly what: string;
}

/** Refusals of the kernel in a layer's words. */
const WHY: Partial<Record<Errno, readonly [string, string]>> = {
  EEXIST: ["something else is there already", "Pack the layer again, each path once."],
  ENOTDIR: ["what it lies in is not a directory", "Pack the layer again."],
  ELOOP: [
    "the symbolic links on its way go round in circles",
    "Don't use this layer unless you know who made it.",
  ],
  ENAMETOOLONG: [
    "its name or its path is too long",
    "No kernel could hold it: pack the layer with shorter names.",
  ],
  EPERM: [
    "one must not make it",
    "Unpack as a user with the capability (for devices CAP_MKNOD in the first user namespace).",
  ],
  EINVAL: ["it belongs to somebody who has no name here", "Map more ids into the user namespace."],
  ENOENT: ["what it names is not in this layer", "Pack both names into one layer."],
  ENOSPC: ["no space is left", "Make the file system larger."],
};

/**
 * Into an empty directory, which may hold half a layer after an error.
 * @param below what the layers below show together; without it every whiteout is kept, whatever it may hide
 * @throws DocumentError
 */
export function unpackInto(
  task: Task,
  directory: string,
  entries: readonly Entry[],
  where: string,
  below?: Inode,
): LeftOut[] {
  const worker = clone(task, []);
  try {
    worker.umask = 0;
    chroot(worker, directory);
    const unpacking = new Unpacking(worker, where, below);
    for (const entry of entries) unpacking.put(entry);
    unpacking.finish();
    return unpacking.leftOut;
  } finally {
    const pid = task.namespaces.pidForChildren.pidOf(worker);
    end(worker, { exit: 0 });
    if (task.pidNamespace === worker.pidNamespace && getpid(task) !== pid) wait(task, pid);
  }
}

class Unpacking {
  readonly leftOut: LeftOut[] = [];
  private readonly task: Task;
  private readonly where: string;

  private readonly below: Inode | undefined;
  /** The layer's top hides everything below. */
  private bare = false;

  constructor(task: Task, where: string, below: Inode | undefined) {
    this.task = task;
    this.where = where;
    this.below = below;
  }

  put(entry: Entry): void {
    const path = shown(entry.names);
    const last = entry.names.at(-1);
    const above = entry.names.slice(0, -1);
    this.must(path, () => {
      this.makeDirectories(above);
      if (last === OPAQUE_NAME) this.hideBelow(shown(above));
      else if (last?.startsWith(WHITEOUT_PREFIX))
        this.hide(shown([...above, last.slice(WHITEOUT_PREFIX.length)]));
      else this.make(entry, path);
    });
  }

  /** The top of a union is merged whatever its mark says, so what it is to hide is hidden by name. */
  finish(): void {
    if (!this.bare || !this.below) return;
    this.bare = false;
    for (const name of this.below.names()) this.must("/", () => this.hide(`/${name}`));
  }

  /** A call that must not be refused. */
  private must<T>(path: string, call: () => T): T {
    const answer = attempt(call);
    if ("value" in answer) return answer.value;
    const [what, remedy] = WHY[answer.errno] ?? [answer.errno, "Pack the layer again."];
    throw new DocumentError(`${this.where}: ${path}`, `${what} (${answer.errno})`, remedy);
  }

  /** What an archive lies in without naming it: as the layers below have it. */
  private makeDirectories(names: readonly string[]): void {
    for (let i = 1; i <= names.length; i++) {
      const path = shown(names.slice(0, i));
      const there = this.look(path, true);
      if (there && !isWhiteout(there)) continue;
      const old = this.lookBelow(path);
      this.makeDirectory(path, 0o755);
      if (old?.type !== "directory") continue;
      const { userNamespace: here } = this.task.credentials;
      const { uid, gid, mode } = old.attributes;
      chown(this.task, path, here.ownId(here.uids, uid) ?? -1, here.ownId(here.gids, gid) ?? -1);
      chmod(this.task, path, mode);
    }
  }
  /** What would show at a path if this layer did not have it: nothing below a directory that hides what is below. */
  private lookBelow(path: string): Inode | undefined {
    const { directory, name } = resolveParent(this.task, path);
    const names = [...pathOf(directory, this.task.root)!.split("/").slice(1), name!].filter(
      (one) => one !== "",
    );
    let own: Inode | undefined = this.task.root.inode;
    let below = this.bare ? undefined : this.below;
    for (const one of names) {
      if (below?.type !== "directory" || (own && isOpaque(TRUSTED, own))) return undefined;
      below = below.lookup(one);
      own = own?.type === "directory" ? own.lookup(one) : undefined;
    }
    return below;
  }
  private look(path: string, follow = false) {
    const answer = attempt(() => resolve(this.task, path, follow).inode);
    return "value" in answer ? answer.value : undefined;
  }

  /** Where this layer has hidden a name, its own directory there shows nothing of the layers below either. */
  private makeDirectory(path: string, mode: number): void {
    const hidden = this.uncover(path);
    files.mkdir(this.task, path, mode);
    if (hidden) this.hideBelow(path);
  }
  private uncover(path: string): boolean {
    const there = this.look(path);
    if (!there || !isWhiteout(there)) return false;
    files.unlink(this.task, path);
    return true;
  }

  /** layer.md: a whiteout is for the layers below alone, whatever its place in the archive. */
  private hide(path: string): void {
    const there = this.look(path);
    if (there?.type === "directory") this.hideBelow(path);
    else if (!there && (!this.below || this.lookBelow(path)))
      files.mknod(this.task, path, "character", 0, [0, 0]);
  }
  private hideBelow(path: string): void {
    if (path === "/" && this.below) this.bare = true;
    else setxattr(this.task, path, "trusted.overlay.opaque", new TextEncoder().encode("y"));
    if (this.below) this.dropWhiteouts(path);
  }
  /** A union lists a directory that it doesn't merge as it is, with whiteouts that have nothing to hide. */
  private dropWhiteouts(path: string): void {
    for (const name of files.readdir(this.task, path)) {
      const inner = `${path}/${name}`;
      const { type } = resolve(this.task, inner, false).inode;
      if (type === "directory") this.dropWhiteouts(inner);
      else this.uncover(inner);
    }
  }

  private make(entry: Entry, path: string): void {
    const { task } = this;
    const { type, mode, uid, gid, target, device, data } = entry;
    if (type === "directory") {
      if (this.look(path)?.type !== "directory") this.makeDirectory(path, 0o700);
    } else {
      this.uncover(path);
      if (type === "hard link") this.link(target, path);
      else if (type === "symlink") files.symlink(task, target, path);
      else if (type === "file") this.write(path, data);
      else files.mknod(task, path, type, 0o600, [...(device ?? [0, 0])]);
    }
    for (const [name, value] of entry.xattrs) this.mark(path, name, value);
    // Of a hard link too: engines let the last of an inode's names decide.
    chown(task, path, uid, gid);
    // After chown, which takes the set-id bits away.
    if (this.look(path)!.type !== "symlink") chmod(task, path, mode);
  }

  private write(path: string, data: Uint8Array): void {
    const place = files.open(this.task, path, { access: WRITE, create: true, exclusive: true, mode: 0o600 });
    files.write(this.task, place, 0, data);
  }
  private link(target: string, path: string): void {
    const there = this.look(target);
    if (there && isWhiteout(there))
      throw new DocumentError(
        `${this.where}: ${path}`,
        `a hard link to ${target}, which this layer removes`,
        "Pack the layer again.",
      );
    files.link(this.task, target, path);
  }
  private mark(path: string, name: string, value: Uint8Array): void {
    const answer = attempt(() => setxattr(this.task, path, name, value));
    if (!("errno" in answer)) return;
    this.leftOut.push({ path, what: `extended attribute ${name} (${answer.errno})` });
  }
}
