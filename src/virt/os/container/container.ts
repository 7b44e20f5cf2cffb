/**
 * A container made of system calls: OCI runtime-spec 1.1, runtime.md.
 *
 *     creating ──▶ created ──start──▶ running ──(its process ends)──▶ stopped ──delete──▶
 *        │            └────────────kill────────────────────────────────▲
 *        └─ refused: nothing is left
 */
import { exec } from "../calls/exec.ts";
import { setHostname } from "../calls/namespaces.ts";
import { end, kill, wait } from "../calls/processes.ts";
import { DocumentError } from "../document.ts";
import { type Answer, attempt } from "../errno.ts";
import { resolve } from "../fs/path.ts";
import { EXECUTE, mustAccess } from "../fs/permission.ts";
import { judge, seccompData } from "../seccomp/filter.ts";
import { errorName, SYSTEM_CALLS } from "../seccomp/numbers.ts";
import type { Task } from "../task.ts";
import { bear, enterCgroupNamespace } from "./birth.ts";
import { become } from "./credentials.ts";
import { ContainerGroup } from "./group.ts";
import { type LeftOut, leftOutOf } from "./left-out.ts";
import { settingsOf } from "./resources.ts";
import { RootMaker } from "./root.ts";
import type { RuntimeConfig } from "./schema.ts";
import { filterOf } from "./seccomp.ts";
import { stepper } from "./step.ts";

export type Status = "creating" | "created" | "running" | "stopped";

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
  /** Its control group, if a tree of them is mounted. */
  readonly group: ContainerGroup | undefined;
  /** What the config asks for and this kernel does not have. */
  readonly leftOut: readonly LeftOut[];
  /** What it runs, by the path that was found for the first of the arguments. */
  private readonly program: string;
  private started = false;
  private readonly engine: Task;

  /** @throws DocumentError: what was refused, and by which system call's answer */
  constructor(engine: Task, id: string, bundle: string, config: RuntimeConfig) {
    this.engine = engine;
    this.id = id;
    this.bundle = bundle;
    this.config = config;
    const step = stepper(id);
    const { seccomp } = config.linux;
    const filter = seccomp ? filterOf(seccomp, `${id}: linux.seccomp`) : undefined;
    const { cgroupsPath, resources } = config.linux;
    this.group = ContainerGroup.make(engine, id, cgroupsPath, resources != null);
    let task: Task | undefined;
    let root: RootMaker | undefined;
    try {
      task = bear(engine, config, step);
      this.task = task;
      this.group?.enter(task, id);
      this.group?.set(settingsOf(resources ?? {}, `${id}: linux.resources`), id);
      enterCgroupNamespace(task, config, step);
      root = new RootMaker(task, bundle, config, step);
      if (config.linux.namespaces?.some(({ type, path }) => type === "mount" && path === undefined))
        root.build();
      else root.change();
      if (config.hostname !== undefined) step("hostname", () => setHostname(this.task, config.hostname!));
      become(task, config, filter, step);
      this.program = this.findProgram();
    } catch (error) {
      if (task) {
        end(task, { signal: 9 });
        this.reap();
      }
      root?.undo();
      attempt(() => this.group?.remove());
      throw error;
    }
    this.leftOut = [
      ...leftOutOf(config),
      ...root.leftOut,
      ...(this.group?.leftOut ?? []),
      ...(filter?.unknown ?? []).map((name) => ({
        what: `linux.seccomp ${name}`,
        why: "no system call of this kernel has that name",
      })),
    ];
  }

  /** As execvp(3) finds it, so that a misspelled program is known before anything starts. */
  private findProgram(): string {
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
    const found = answers.findIndex((answer) => "value" in answer && answer.value === "file");
    if (found >= 0) return candidates[found]!;
    const why = answers.find((answer) => "errno" in answer && answer.errno !== "ENOENT") ?? answers[0];
    return this.cannotRun(program, why && "errno" in why ? why.errno : "EACCES");
  }
  private cannotRun(program: string, why: string): never {
    throw new DocumentError(
      `${this.id}: process.args`,
      `${program} cannot be run (${why})`,
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

  /** Its process goes on in the program of the config. @throws DocumentError, and it has stopped */
  start(): void {
    this.must("start", "created");
    const { task, program } = this;
    this.started = true;
    const verdict = judge(task.filters, seccompData(SYSTEM_CALLS.get("execve")!, []));
    if (verdict.kind === "kill") {
      end(task, verdict);
      this.cannotRun(program, "the filter of linux.seccomp kills it for execve");
    }
    const refused =
      verdict.kind === "errno"
        ? `${errorName(verdict.number)} of linux.seccomp`
        : errnoOf(attempt(() => exec(task, program)));
    if (refused === undefined) return;
    end(task, { exit: 1 });
    this.cannotRun(program, refused);
  }
  /** What kill(2) answers; a container's init gets what it has handlers for, and signal 9. */
  kill(signal: number): Answer<void> {
    this.must("kill", "created", "running");
    return attempt(() => kill(this.engine, this.pid, signal));
  }
  /** Everybody in its control group, at once. */
  killAll(): Answer<void> {
    this.must("kill", "created", "running");
    return attempt(() => (this.group ? this.group.kill() : kill(this.engine, this.pid, 9)));
  }
  /** Its process is waited for; whatever it mounted went with its namespace, and whoever it left in its group is killed. */
  delete(): void {
    this.must("delete", "stopped");
    const step = stepper(this.id);
    const { group } = this;
    if (group) step("its control group", () => group.kill());
    this.reap();
    if (group) step("its control group", () => group.remove());
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

const errnoOf = (answer: Answer<unknown>): string | undefined =>
  "errno" in answer ? answer.errno : undefined;
