/**
 * A container made of system calls: OCI runtime-spec 1.1, runtime.md.
 *
 *     creating ──▶ created ──start──▶ running ──(its process ends)──▶ stopped ──delete──▶
 *        │            └────────────kill────────────────────────────────▲
 *        └─ refused: nothing is left
 */
import { setgid, setuid } from "../calls/identity.ts";
import { denySetgroups, writeMap } from "../calls/maps.ts";
import { KINDS, type Kind, setHostname, setns } from "../calls/namespaces.ts";
import { clone, end, kill, wait } from "../calls/processes.ts";
import { chdir } from "../calls/roots.ts";
import { DocumentError } from "../document.ts";
import { type Answer, attempt } from "../errno.ts";
import { resolve } from "../fs/path.ts";
import { EXECUTE, mustAccess } from "../fs/permission.ts";
import { capable } from "../namespaces/user.ts";
import type { Task } from "../task.ts";
import { type Mapping, type NamespaceType, namespaceTypes, type RuntimeConfig } from "./config.ts";
import { become, unknownCapabilities } from "./credentials.ts";
import { RootMaker } from "./root.ts";

export type Status = "creating" | "created" | "running" | "stopped";

const KIND: Record<NamespaceType, string> = {
  mount: "mnt",
  network: "net",
  pid: "pid",
  ipc: "ipc",
  uts: "uts",
  user: "user",
  cgroup: "cgroup",
  time: "time",
};

/** The standard's state of a container: runtime.md, "State". */
export interface State {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: Status;
  /** As the engine sees it; 0 once it has ended. */
  readonly pid: number;
  readonly bundle: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export class Container {
  readonly id: string;
  readonly bundle: string;
  readonly config: RuntimeConfig;
  /** Its first process. */
  readonly task: Task;
  /** What the config asks for and this kernel does not have. */
  readonly leftOut: readonly string[];
  private started = false;
  private readonly engine: Task;

  /** @throws DocumentError: what was refused, and by which system call's answer */
  constructor(engine: Task, id: string, bundle: string, config: RuntimeConfig) {
    this.engine = engine;
    this.id = id;
    this.bundle = bundle;
    this.config = config;
    const leftOut = [
      ...unknownCapabilities(config).map((name) => `capability ${name}`),
      ...withoutCounterpart(config),
    ];
    const kinds = namespaceTypes(config).map((type) => KIND[type]);
    for (const kind of kinds) if (!isKnown(kind)) leftOut.push(`${kind} namespace`);
    const known = kinds.filter(isKnown);
    const step = stepper(id);
    this.task = step("namespaces", () => this.born());
    const root = new RootMaker(this.task, rootfs(bundle, config.root.path));
    try {
      if (this.isNew("user")) this.mapIds(step);
      if (known.includes("mnt")) step("root and mounts", () => root.build(config));
      else step("chroot", () => root.change());
      if (config.hostname !== undefined) step("hostname", () => setHostname(this.task, config.hostname!));
      step("process.user and capabilities", () => become(this.task, config));
      step("process.cwd", () => chdir(this.task, config.process.cwd));
      this.findProgram();
    } catch (error) {
      end(this.task, { signal: 9 });
      this.reap();
      root.undo();
      throw error;
    }
    this.leftOut = [...leftOut, ...root.leftOut];
  }

  private isNew(type: NamespaceType): boolean {
    return (this.config.linux.namespaces ?? []).some((one) => one.type === type && one.path === undefined);
  }

  /** Its process, a child of the engine: in namespaces that are new, and those of others that a path names. */
  private born(): Task {
    const { engine, config } = this;
    const namespaces = (config.linux.namespaces ?? []).filter(({ type }) => isKnown(KIND[type]));
    const fresh = namespaces.filter(({ path }) => path === undefined).map(({ type }) => KIND[type] as Kind);
    const joined = namespaces.filter(({ path }) => path !== undefined);
    if (joined.length === 0) return clone(engine, fresh);
    // Who joins a PID namespace does not change its own: a child in between enters, and bears with CLONE_PARENT.
    const between = clone(engine, []);
    try {
      for (const { type, path } of joined) setns(between, this.holder(type, path!), [KIND[type] as Kind]);
      const task = clone(between, fresh);
      between.children.delete(task);
      engine.children.add(task);
      task.parent = engine;
      return task;
    } finally {
      end(between, { exit: 0 });
      if (between.parent === engine) wait(engine, engine.pidNamespace.pidOf(between));
    }
  }
  /** proc(5): /proc/PID/ns/KIND */
  private holder(type: NamespaceType, path: string): Task {
    const [, pid, kind] = /^\/proc\/(\d+)\/ns\/([a-z]+)$/.exec(path) ?? [];
    const task = this.engine.pidNamespace.find(Number(pid));
    if (task && kind === KIND[type]) return task;
    throw new DocumentError(
      `${this.id}: linux.namespaces`,
      `${path} is no ${type} namespace`,
      `Name /proc/PID/ns/${KIND[type]} of a process that is there.`,
    );
  }

  private mapIds(step: Step): void {
    const { uidMappings = [], gidMappings = [] } = this.config.linux;
    const { engine, task } = this;
    const lines = (mappings: readonly Mapping[]) =>
      mappings.map(({ containerID, hostID, size }) => ({ inner: containerID, outer: hostID, count: size }));
    // user_namespaces(7): who has no power over groups may map the own one alone, and give up setgroups for it.
    const { credentials } = engine;
    if (!capable(credentials, credentials.userNamespace, "SETGID")) denySetgroups(engine, task);
    step("linux.uidMappings", () => writeMap(engine, task, "uids", lines(uidMappings)));
    step("linux.gidMappings", () => writeMap(engine, task, "gids", lines(gidMappings)));
    step("root of the user namespace", () => {
      setgid(task, 0);
      setuid(task, 0);
    });
  }

  /** As execvp(3) finds it, so that a misspelled program is known before anything starts. */
  private findProgram(): void {
    const { args, env = [] } = this.config.process;
    const [program] = args as [string];
    const path = env.find((one) => one.startsWith("PATH="))?.slice("PATH=".length) ?? "/bin:/usr/bin";
    const candidates = program.includes("/")
      ? [program]
      : path.split(":").map((at) => `${at || "."}/${program}`);
    const answers = candidates.map((candidate) =>
      attempt(() => {
        const { inode } = resolve(this.task, candidate);
        mustAccess(this.task.credentials, inode, EXECUTE);
        return inode.type;
      }),
    );
    if (answers.some((answer) => "value" in answer && answer.value === "file")) return;
    const why = answers.find((answer) => "errno" in answer && answer.errno !== "ENOENT") ?? answers[0];
    throw new DocumentError(
      `${this.id}: process.args`,
      `${program} cannot be run (${why && "errno" in why ? why.errno : "EACCES"})`,
      "Name a program of the image, by its path or one that is in PATH.",
    );
  }

  get status(): Status {
    if (this.task.state.kind !== "running") return "stopped";
    return this.started ? "running" : "created";
  }
  get state(): State {
    const { config, id, bundle, status } = this;
    const pid = status === "stopped" ? 0 : this.pid;
    return { ociVersion: config.ociVersion, id, status, pid, bundle, annotations: config.annotations ?? {} };
  }
  private get pid(): number {
    return this.engine.pidNamespace.pidOf(this.task);
  }

  start(): void {
    this.must("start", "created");
    this.started = true;
  }
  /** What kill(2) answers; a container's init gets what it has handlers for, and signal 9. */
  kill(signal: number): Answer<void> {
    this.must("kill", "created", "running");
    return attempt(() => kill(this.engine, this.pid, signal));
  }
  /** Its process is waited for; whatever it mounted went with its namespace. */
  delete(): void {
    this.must("delete", "stopped");
    this.reap();
  }
  private reap(): void {
    // One that joined another's PID namespace may have gone with it.
    if (this.task.state.kind === "zombie" && this.task.parent === this.engine) wait(this.engine, this.pid);
  }
  private must(operation: string, ...statuses: Status[]): void {
    if (statuses.includes(this.status)) return;
    throw new DocumentError(
      this.id,
      `${operation} of a container that is ${this.status}`,
      `It must be ${statuses.join(" or ")}.`,
    );
  }
}

const isKnown = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind);

type Step = <T>(what: string, call: () => T) => T;
const stepper =
  (id: string): Step =>
  (what, call) => {
    const answer = attempt(call);
    if ("value" in answer) return answer.value;
    throw new DocumentError(
      id,
      `${what}: ${answer.errno}`,
      "Change the config, or let a user with the right to do so make the container.",
    );
  };

const rootfs = (bundle: string, path: string): string => (path.startsWith("/") ? path : `${bundle}/${path}`);

/** Parts of a config that belong to rooms of this kernel that are not there yet. */
function withoutCounterpart({ linux, process }: RuntimeConfig): string[] {
  return [
    ...(linux.seccomp ? ["linux.seccomp"] : []),
    ...(linux.resources ? ["linux.resources"] : []),
    ...(process.rlimits?.length ? ["process.rlimits"] : []),
  ];
}
