/**
 * Operations as text, one a line: "init: mkdir /a 755". The same lines run on the model here and, by test/virt/os/real/stepper.c, on a
 * real kernel; both answer "ok", "ok VALUE" or the name of an error.
 */

import * as files from "./calls/files.ts";
import * as identity from "./calls/identity.ts";
import * as mounts from "./calls/mounts.ts";
import * as spaces from "./calls/namespaces.ts";
import * as processes from "./calls/processes.ts";
import * as xattrs from "./calls/xattrs.ts";
import type { Capability } from "./capabilities.ts";
import { type Owner, PAGE } from "./cgroup/controllers/pages.ts";
import { attempt, refuse } from "./errno.ts";
import type { FileType } from "./fs/inode.ts";
import { resolve } from "./fs/path.ts";
import { READ, WRITE } from "./fs/permission.ts";
import { boot, DISK } from "./kernel.ts";
import type { Task } from "./task.ts";

type Operation = (task: Task, args: readonly string[], world: World) => unknown;

const FLAG_KINDS: Record<string, spaces.Kind> = {
  NEWNS: "mnt",
  NEWUTS: "uts",
  NEWPID: "pid",
  NEWUSER: "user",
};
const octal = (text: string) => Number.parseInt(text, 8);
const flags = (text: string) => (text === "none" ? [] : text.split(/[,|]/));
const kinds = (text: string) => flags(text).map((flag) => FLAG_KINDS[flag] ?? refuse("EINVAL"));
const quoted = (text: string) => `"${text}"`;
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
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

/** Of a file of lines "KEY NUMBER", or of its only number, "-". */
function numberIn(task: Task, path: string, key: string): number {
  const text = decode(files.open(task, path, { access: READ }).inode.read(0, 4096, task));
  const line = key === "-" ? text : text.split("\n").find((one) => one.startsWith(`${key} `));
  return Number((line ?? refuse("ENODATA")).split(" ").at(-1));
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

export const OPERATIONS: Record<string, Operation> = {
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
  chmod: (t, [path, mode]) => files.chmod(t, path!, octal(mode!)),
  chown: (t, [path, uid, gid]) => files.chown(t, path!, Number(uid), Number(gid)),
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
  chdir: (t, [path]) => mounts.chdir(t, path!),
  getcwd: (t) => quoted(mounts.getcwd(t)),
  chroot: (t, [path]) => mounts.chroot(t, path!),
  mount: (t, [source, target, type, words, data], world) =>
    world.mount(t, source!, target!, type!, flags(words!), data),
  umount: (t, [target, words], world) =>
    mounts.umount(t, target!, flags(words!).includes("detach"), world.tasks),
  pivot_root: (t, [to, old], world) => mounts.pivotRoot(t, to!, old!, world.tasks),
  unshare: (t, [words]) => spaces.unshare(t, kinds(words!)),
  setns: (t, [name, words], world) => spaces.setns(t, world.task(name!), kinds(words!)),
  clone: (t, [name, words], world) => world.clone(t, name!, kinds(words!)),
  exit: (t, [status]) => processes.end(t, { exit: Number(status) }),
  getpid: (t) => processes.getpid(t),
  getppid: (t) => processes.getppid(t),
  kill: (t, [pid, signal]) => processes.kill(t, Number(pid), Number(signal)),
  wait: (t, [pid]) => {
    const status = processes.wait(t, Number(pid));
    return "exit" in status ? `${pid} exit ${status.exit}` : `${pid} signal ${status.signal}`;
  },
  spin: (t, _, world) => world.spin(t),
  rest: (t, _, world) => world.rest(t),
  touch: (t, [mebibytes], world) => world.touch(t, Number(mebibytes)),
  untouch: (t, _, world) => t.cgroup.kernel.pages.free(world.owner(t)),
  pull: (t, [first, mebibytes], world) => world.pull(t, Number(first), Number(mebibytes)),
  direct: (t, [, mebibytes], world) => world.direct(t, Number(mebibytes)),
  mark: (t, _, world) => {
    world.marked = t.cgroup.kernel.scheduler.now;
  },
  since: (t, [low, high], world) => {
    const milliseconds = (t.cgroup.kernel.scheduler.now - world.marked) / 1000;
    return milliseconds >= Number(low) && milliseconds <= Number(high) ? "yes" : "no";
  },
  sleep: (t, [milliseconds]) => t.cgroup.kernel.scheduler.run(Number(milliseconds) * 1000),
  between: (t, [path, key, low, high]) => {
    const value = numberIn(t, path!, key!);
    return value >= Number(low) && value <= Number(high) ? "yes" : "no";
  },
  ratio: (t, [path, over, key, low, high]) => {
    const value = numberIn(t, path!, key!) / numberIn(t, over!, key!);
    return value >= Number(low) && value <= Number(high) ? "yes" : "no";
  },
  subreaper: (t) => {
    t.subreaper = true;
  },
  sethostname: (t, [name]) => spaces.setHostname(t, name!),
  gethostname: (t) => quoted(spaces.hostname(t)),
  getuid: (t) => identity.getuid(t),
  geteuid: (t) => identity.geteuid(t),
  getgid: (t) => identity.getgid(t),
  setuid: (t, [id]) => identity.setuid(t, Number(id)),
  seteuid: (t, [id]) => identity.seteuid(t, Number(id)),
  setgid: (t, [id]) => identity.setgid(t, Number(id)),
  setgroups: (t, [id]) => identity.setgroups(t, [Number(id)]),
  cap: (t, [name]) => (identity.hasCapability(t, name as Capability) ? "yes" : "no"),
  drop: (t, [name]) => identity.drop(t, name as Capability),
  bounding: (t, [name]) => identity.dropBounding(t, name as Capability),
  uid_map: (t, [name, text], world) => identity.writeMap(t, world.task(name!), "uids", map(text!)),
  gid_map: (t, [name, text], world) => identity.writeMap(t, world.task(name!), "gids", map(text!)),
  "deny-setgroups": (t, [name], world) => identity.denySetgroups(t, world.task(name!)),
};

const map = (text: string): identity.MapLine[] =>
  text.split(",").map((line) => {
    const [inner, outer, count] = line.split(" ").map(Number);
    return { inner: inner!, outer: outer!, count: count! };
  });

/** Named processes of one model kernel, "init" first. */
export class World {
  private readonly named = new Map<string, Task>([["init", boot()]]);

  private readonly spinning: Task[] = [];
  private readonly owners = new Map<Task, Owner>();
  private readonly disk = {};
  marked = 0;

  get tasks(): Task[] {
    return [...this.named.values()];
  }
  task(name: string): Task {
    const task = this.named.get(name);
    if (!task) throw new Error(`no such process: ${name}`);
    return task;
  }
  /** A child that only works, until its parent has it rest. */
  spin(parent: Task): void {
    const child = processes.clone(parent, []);
    this.spinning.push(child);
    const runner = {
      get group() {
        return child.cgroup.effective("cpu")!;
      },
      get waiting() {
        return child.cgroup.frozen || child.state.kind !== "running";
      },
    };
    child.cgroup.kernel.scheduler.start(runner);
  }
  rest(parent: Task): void {
    const at = this.spinning.findLastIndex((child) => child.parent === parent);
    const [child] = at < 0 ? refuse("ECHILD") : this.spinning.splice(at, 1);
    processes.end(child!, { signal: 9 });
    processes.wait(parent, processes.getpid(child!));
  }
  /** A process as the memory controller knows it. */
  owner(task: Task): Owner {
    const known = this.owners.get(task) ?? {
      get memory() {
        return task.cgroup.effective("memory")!;
      },
      kill() {
        processes.end(task, { signal: 9 });
      },
    };
    this.owners.set(task, known);
    return known;
  }
  touch(task: Task, mebibytes: number): void {
    task.cgroup.kernel.pages.touch(this.owner(task), (mebibytes * 2 ** 20) / PAGE);
  }
  /** Reads from the machine's disk, which is a file to the page cache. */
  pull(task: Task, first: number, mebibytes: number): void {
    const pages = 2 ** 20 / PAGE;
    for (let page = first * pages; page < (first + mebibytes) * pages; page++)
      if (task.cgroup.kernel.pages.read(this.owner(task), this.disk, page, 1)) this.transfer(task);
  }
  /** The same past the page cache: O_DIRECT. */
  direct(task: Task, mebibytes: number): void {
    for (let page = 0; page < (mebibytes * 2 ** 20) / PAGE; page++) this.transfer(task);
  }
  /** A page from the disk, as soon as the group may. */
  private transfer(task: Task): void {
    const { scheduler } = task.cgroup.kernel;
    const at = task.cgroup.effective("io")?.begin(DISK, "r", PAGE, scheduler.now) ?? scheduler.now;
    scheduler.run(at - scheduler.now);
  }
  clone(parent: Task, name: string, kinds_: readonly spaces.Kind[]): number {
    const child = processes.clone(parent, kinds_);
    this.named.set(name, child);
    return parent.pidNamespace.pidOf(child);
  }
  mount(task: Task, source: string, target: string, type: string, words: readonly string[], data = ""): void {
    const flags = {
      readOnly: words.includes("ro"),
      noSuid: words.includes("nosuid"),
      noDev: words.includes("nodev"),
      noExec: words.includes("noexec"),
    };
    if (words.includes("bind")) mounts.bind(task, source, target, words.includes("rec"));
    else mounts.mount(task, type, target, flags, data);
  }

  /** "init: mkdir /a 755" → "ok", "EEXIST", "dead" for a process that has ended. */
  perform(line: string): string {
    const colon = line.indexOf(":");
    const [name, ...args] = words(line.slice(colon + 1));
    const operation = OPERATIONS[name ?? ""];
    if (colon < 1 || !operation) throw new Error(`not an operation: ${line}`);
    const task = this.named.get(line.slice(0, colon));
    if (task?.state.kind !== "running") return "dead";
    const answer = attempt(() => operation(task, args, this));
    for (const [one, owner] of this.owners)
      if (one.state.kind !== "running") one.cgroup.kernel.pages.free(owner);
    if (task.state.kind !== "running" && name !== "exit") return "dead";
    if ("errno" in answer) return answer.errno;
    return answer.value === undefined || answer.value === "" ? "ok" : `ok ${answer.value}`;
  }
}

/** Blanks part words, quotation marks hold them together. */
const words = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inQuotes, plain]) => inQuotes ?? plain ?? "");
