/**
 * Operations as text, one a line: "init: mkdir /a 755". The same lines run on the model here and, by test/virt/os/real/stepper.c, on a
 * real kernel; both answer "ok", "ok VALUE" or the name of an error.
 */

import { chmod, chown } from "./calls/attributes.ts";
import * as files from "./calls/files.ts";
import * as identity from "./calls/identity.ts";
import * as mounts from "./calls/mounts.ts";
import type { Kind } from "./calls/namespaces.ts";
import * as processes from "./calls/processes.ts";
import * as roots from "./calls/roots.ts";
import { umount } from "./calls/umount.ts";
import * as xattrs from "./calls/xattrs.ts";
import { attempt, refuse } from "./errno.ts";
import type { FileType } from "./fs/inode.ts";
import { mountWords, reaches } from "./fs/mount.ts";
import { pathOf, resolve } from "./fs/path.ts";
import { READ, WRITE } from "./fs/permission.ts";
import { boot } from "./kernel.ts";
import { POLICIES } from "./policies.ts";
import { filtered } from "./script/filtered.ts";
import { decode, encode, flags, kinds, octal, quoted } from "./script/operation.ts";
import { PRIVILEGES } from "./script/privileges.ts";
import { RESOURCES } from "./script/resources.ts";
import { SPACES } from "./script/spaces.ts";
import type { Task } from "./task.ts";

type InWorld = (task: Task, args: readonly string[], world: World) => unknown;

const orNull = (text: string) => (text === "-" ? undefined : text);
const sorted = (names: readonly string[]) => [...names].sort().join(" ");
const LETTERS: Record<FileType, string> = {
  file: "-",
  directory: "d",
  symlink: "l",
  character: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};

function stat(task: Task, path: string): string {
  const { inode } = resolve(task, path, false);
  const { mode, uid, gid } = inode.attributes;
  const { userNamespace: ns } = task.credentials;
  const sized = inode.type === "file" || inode.type === "symlink";
  const device = inode.device ? ` ${inode.device.join(":")}` : "";
  const links = inode.type === "directory" ? 0 : inode.links;
  return `${LETTERS[inode.type]}${mode.toString(8).padStart(4, "0")} links=${links} ${ns.shownUid(uid)}:${ns.shownGid(gid)} size=${sized ? inode.size : 0}${device}`;
}

function put(
  task: Task,
  path: string,
  text: string,
  options: Partial<files.OpenOptions>,
  append = false,
): void {
  const place = files.open(task, path, { access: WRITE, ...options });
  files.write(task, place, append ? place.inode.size : 0, encode(text));
}

/** "PATH:FLAGS:PROPAGATION" of what the process sees, in the order of their paths. */
function mountsOf(task: Task): string {
  const seen = [...task.namespaces.mnt.root.all()].filter((mount) => reaches(mount.top, task.root));
  return seen
    .map((mount) => {
      const { group, master, unbindable } = mount;
      const propagation = `${group ? "shared" : ""}${master ? "slave" : ""}${unbindable ? "unbindable" : ""}`;
      return `${pathOf(mount.top, task.root)}:${mountWords(mount.flags).join(",")}:${propagation}`;
    })
    .sort()
    .join(" ");
}

export const OPERATIONS: Record<string, InWorld> = {
  ...SPACES,
  ...PRIVILEGES,
  ...RESOURCES,
  mkdir: (t, [path, mode]) => files.mkdir(t, path!, octal(mode!)),
  write: (t, [path, text]) => put(t, path!, text!, { create: true, truncate: true }),
  overwrite: (t, [path, text]) => put(t, path!, text!, {}),
  append: (t, [path, text]) => put(t, path!, text!, {}, true),
  create: (t, [path, mode]) =>
    void files.open(t, path!, { access: WRITE, create: true, exclusive: true, mode: octal(mode!) }),
  read: (t, [path]) => {
    const { inode } = files.open(t, path!, { access: READ });
    if (inode.type === "fifo") return quoted("");
    return quoted(
      decode(inode.read(0, 1023, t))
        .replaceAll("\0", "0")
        .replaceAll("\n", ";"),
    );
  },
  unlink: (t, [path]) => files.unlink(t, path!),
  rmdir: (t, [path]) => files.rmdir(t, path!),
  rename: (t, [from, to]) => files.rename(t, from!, to!),
  exchange: (t, [from, to]) => files.rename(t, from!, to!, true),
  link: (t, [from, to]) => files.link(t, from!, to!),
  symlink: (t, [target, path]) => files.symlink(t, target!, path!),
  readlink: (t, [path]) => quoted(files.readlink(t, path!)),
  stat: (t, [path]) => stat(t, path!),
  ls: (t, [path]) => sorted(files.readdir(t, path!)),
  chmod: (t, [path, mode]) => chmod(t, path!, octal(mode!)),
  chown: (t, [path, uid, gid]) => chown(t, path!, Number(uid), Number(gid)),
  truncate: (t, [path, size]) => files.truncate(t, path!, Number(size)),
  mknod: (t, [path, type, device]) => {
    const [major, minor] = device!.split(":").map(Number);
    files.mknod(t, path!, type === "c" ? "character" : type === "b" ? "block" : "fifo", 0o644, [
      major!,
      minor!,
    ]);
  },
  setxattr: (t, [path, name, value]) => xattrs.setxattr(t, path!, name!, encode(value!)),
  getxattr: (t, [path, name]) => quoted(decode(xattrs.getxattr(t, path!, name!))),
  removexattr: (t, [path, name]) => xattrs.removexattr(t, path!, name!),
  listxattr: (t, [path]) => sorted(xattrs.listxattr(t, path!)),
  open: (t, [path]) => void files.open(t, path!, { access: READ }),
  umask: (t, [mode]) => {
    t.umask = octal(mode!);
  },
  chdir: (t, [path]) => roots.chdir(t, path!),
  getcwd: (t) => quoted(roots.getcwd(t)),
  chroot: (t, [path]) => roots.chroot(t, path!),
  mount: (t, [source, target, type, words, data], { tasks }) =>
    mounts.mount(
      t,
      {
        source: orNull(source!),
        target: target!,
        type: orNull(type!),
        words: new Set(flags(words!)),
        data: orNull(data!),
      },
      tasks,
    ),
  mounts: (t) => mountsOf(t),
  umount: (t, [target, words], world) => umount(t, target!, flags(words!).includes("detach"), world.tasks),
  pivot_root: (t, [to, old], world) => roots.pivotRoot(t, to!, old!, world.tasks),
  clone: (t, [name, words], world) => world.clone(t, name!, kinds(words!)),
  exit: (t, [status]) => processes.end(t, { exit: Number(status) }),
  getpid: (t) => processes.getpid(t),
  getppid: (t) => processes.getppid(t),
  kill: (t, [pid, signal]) => processes.kill(t, Number(pid), Number(signal)),
  wait: (t, [pid]) => {
    const status = processes.wait(t, Number(pid));
    return "exit" in status ? `${pid} exit ${status.exit}` : `${pid} signal ${status.signal}`;
  },
  subreaper: (t) => {
    t.subreaper = true;
  },
  getuid: (t) => identity.getuid(t),
  geteuid: (t) => identity.geteuid(t),
  getgid: (t) => identity.getgid(t),
  setuid: (t, [id]) => identity.setuid(t, Number(id)),
  seteuid: (t, [id]) => identity.seteuid(t, Number(id)),
  setgid: (t, [id]) => identity.setgid(t, Number(id)),
  setgroups: (t, [id]) => identity.setgroups(t, [Number(id)]),
};

/** Named processes of one model kernel, "init" first. */
export class World {
  private readonly named: Map<string, Task>;
  /** When the clock was marked, in microseconds. */
  marked = 0;

  constructor(policies = POLICIES, delegated = false) {
    this.named = new Map([["init", boot("host", policies, delegated)]]);
  }
  get tasks(): Task[] {
    return [...this.named.values()];
  }
  task(name: string): Task {
    return this.named.get(name) ?? refuse("ESRCH");
  }
  clone(parent: Task, name: string, kinds_: readonly Kind[]): number {
    const child = processes.clone(parent, kinds_);
    this.named.set(name, child);
    return parent.pidNamespace.pidOf(child);
  }
  /** A process of this kernel that somebody else made. */
  adopt(name: string, task: Task): void {
    this.named.set(name, task);
  }
  /** "init: mkdir /a 755" → "ok", "EEXIST", "dead" for a process that has ended. */
  perform(line: string): string {
    const colon = line.indexOf(":");
    const [name, ...args] = words(line.slice(colon + 1));
    const operation = OPERATIONS[name ?? ""];
    if (colon < 1 || !operation) throw new Error(`not an operation: ${line}`);
    const task = this.named.get(line.slice(0, colon));
    if (task?.state.kind !== "running") return "dead";
    const refused = filtered(task, name!, args);
    if (refused) return refused;
    const answer = attempt(() => operation(task, args, this));
    if (task.state.kind !== "running" && name !== "exit") return "dead";
    if ("errno" in answer) return answer.errno;
    return answer.value === undefined || answer.value === "" ? "ok" : `ok ${answer.value}`;
  }
}

/** Blanks part words, quotation marks hold them together. */
const words = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inQuotes, plain]) => inQuotes ?? plain ?? "");
