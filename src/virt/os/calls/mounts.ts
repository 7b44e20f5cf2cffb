/** mount(2): a new file system, a bind mount, a move, other flags or another propagation, by the flags of one call. */
import { refuse } from "../errno.ts";
import { copyMount, copyTree, mustBeCopyable } from "../fs/copy.ts";
import { graft, landing } from "../fs/graft.ts";
import { Mount, type MountFlags, type Place } from "../fs/mount.ts";
import { resolve } from "../fs/path.ts";
import { change, PROPAGATIONS } from "../fs/peers.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { makeFileSystem } from "./filesystems.ts";
import { remountFileSystem } from "./in-use.ts";

export function mustMount(task: Task): void {
  if (!capable(task.credentials, task.namespaces.mnt.userNamespace, "SYS_ADMIN")) refuse("EPERM");
}

export const isTop = ({ mount, inode }: Place): boolean => inode === mount.root;

/** The arguments of the call; undefined is NULL, `words` are the MS_ flags in small letters ("remount", "ro", …). */
export interface MountRequest {
  readonly source: string | undefined;
  readonly target: string;
  readonly type: string | undefined;
  readonly words: ReadonlySet<string>;
  readonly data: string | undefined;
}

/** Which of the arguments count depends on the flags, in this order. */
export function mount(task: Task, request: MountRequest, tasks: readonly Task[]): void {
  const { source, target, type, words, data } = request;
  const place = resolve(task, target);
  mustMount(task);
  const flags: MountFlags = {
    readOnly: words.has("ro"),
    noSuid: words.has("nosuid"),
    noDev: words.has("nodev"),
    noExec: words.has("noexec"),
  };
  if (words.has("remount")) remount(task, place, flags, words.has("bind") ? undefined : tasks);
  else if (words.has("bind")) bind(task, place, source, words.has("rec"));
  else if (PROPAGATIONS.some((one) => words.has(one))) propagate(task, place, words);
  else if (words.has("move")) move(task, place, source);
  else {
    const top = makeFileSystem(task, type ?? refuse("EINVAL"), data ?? "", flags.readOnly);
    const at = landing(place);
    // The same once more on its own top would change nothing.
    if (isTop(at) && at.inode.fs === top.fs && task.namespaces.mnt.has(at.mount)) refuse("EBUSY");
    attach(task, new Mount(top.fs, top, flags), at);
  }
}

function attach(task: Task, tree: Mount, place: Place): void {
  const { mnt } = task.namespaces;
  if (!mnt.has(place.mount)) refuse("EINVAL");
  if (isDirectory(tree.top) !== isDirectory(place)) refuse("ENOTDIR");
  graft(tree, place, mnt);
}
const isDirectory = ({ inode }: Place): boolean => inode.type === "directory";

/** Other flags of a mount, and, where it says who may be in the way, of its file system. */
function remount(task: Task, place: Place, flags: MountFlags, tasks: readonly Task[] | undefined): void {
  const { mount } = place;
  if (!task.namespaces.mnt.has(mount) || !isTop(place)) refuse("EINVAL");
  const names = Object.keys(flags) as (keyof MountFlags)[];
  if (names.some((name) => mount.lockedFlags[name] && !flags[name])) refuse("EPERM");
  if (tasks) {
    if (!capable(task.credentials, mount.fs.userNamespace, "SYS_ADMIN")) refuse("EPERM");
    remountFileSystem(mount.fs, flags.readOnly, tasks);
  }
  mount.flags = flags;
}

/** What is seen at one place, at another too; with `rec` also what is mounted below it. */
function bind(task: Task, place: Place, source: string | undefined, rec: boolean): void {
  const from = resolve(task, source ?? refuse("EINVAL"));
  const to = landing(place);
  if (!task.namespaces.mnt.has(to.mount)) refuse("EINVAL");
  mustBeCopyable(task.namespaces.mnt, from, rec);
  const copy = rec ? copyTree(from.mount, from.inode) : copyMount(from.mount, from.inode);
  copy.locked = false;
  try {
    attach(task, copy, to);
  } catch (refusal) {
    for (const one of copy.all()) change(one, "private");
    throw refusal;
  }
}

function propagate(task: Task, place: Place, words: ReadonlySet<string>): void {
  if (!isTop(place)) refuse("EINVAL");
  const [type, ...more] = PROPAGATIONS.filter((one) => words.has(one));
  const rest = [...words].filter((one) => one !== "rec" && one !== type);
  if (more.length > 0 || rest.length > 0) refuse("EINVAL");
  const namespace = place.mount.namespace ?? refuse("EINVAL");
  if (!capable(task.credentials, namespace.userNamespace, "SYS_ADMIN")) refuse("EPERM");
  for (const one of words.has("rec") ? place.mount.all() : [place.mount]) change(one, type!);
}

/** A mount, and all below it, to another place. */
function move(task: Task, place: Place, source: string | undefined): void {
  const from = resolve(task, source ?? refuse("EINVAL"));
  if (!isTop(from) || isDirectory(from) !== isDirectory(place)) refuse("EINVAL");
  const to = landing(place);
  const { mount: tree } = from;
  const { mnt } = task.namespaces;
  if (!mnt.has(tree) || !tree.at || tree.locked || tree.at.mount.group) refuse("EINVAL");
  if (!mnt.has(to.mount)) refuse("EINVAL");
  if (to.mount.group && [...tree.all()].some((one) => one.unbindable)) refuse("EINVAL");
  for (let at: Mount | undefined = to.mount; at; at = at.at?.mount) if (at === tree) refuse("ELOOP");
  graft(tree, to, mnt);
}
