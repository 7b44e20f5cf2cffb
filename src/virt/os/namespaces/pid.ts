/**
 * PID namespaces: pid_namespaces(7). A process has a PID in the namespace where it was born and in every one above it, and none below;
 * the first of a namespace is its init: when it ends, all of them end.
 */
import { refuse } from "../errno.ts";
import type { BornProcess } from "./lookup.ts";
import type { UserNamespace } from "./user.ts";

/** pid_namespaces(7): up to 32 levels. */
const DEEPEST = 32;

/** What all namespaces of a kernel know together. */
interface Registry<Task> {
  /** Of each namespace the one that it was made in. */
  readonly parents: (number | null)[];
  /** Everybody that has not been waited for, by age. */
  readonly born: Map<Task, BornProcess>;
}

export class PidNamespace<Task> {
  readonly kind = "pid";
  readonly userNamespace: UserNamespace;
  readonly parent: PidNamespace<Task> | undefined;
  readonly level: number;
  private readonly id: number;
  private readonly registry: Registry<Task>;
  private readonly tasks = new Map<number, Task>();
  private last = 0;
  /** Its init has ended: nobody can be born here any more. */
  closed = false;

  constructor(userNamespace: UserNamespace, parent?: PidNamespace<Task>) {
    this.userNamespace = userNamespace;
    this.parent = parent;
    this.level = parent ? parent.level + 1 : 0;
    if (parent && !userNamespace.isWithin(parent.userNamespace)) refuse("EINVAL");
    if (this.level > DEEPEST) refuse("ENOSPC");
    this.registry = parent?.registry ?? { parents: [], born: new Map() };
    this.id = this.registry.parents.push(parent?.id ?? null) - 1;
  }

  /** Names a new task here and in every namespace above. */
  enter(task: Task): void {
    const pids: number[] = [];
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) {
      at.tasks.set(++at.last, task);
      pids.unshift(at.last);
    }
    this.registry.born.set(task, { namespace: this.id, pids });
  }
  /** A birth that was refused has used its numbers up. */
  skip(): void {
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) at.last++;
  }
  leave(task: Task): void {
    const { pids } = this.registry.born.get(task)!;
    this.registry.born.delete(task);
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) at.tasks.delete(pids[at.level]!);
  }
  /** 0: it has no name here. */
  pidOf(task: Task | undefined): number {
    const born = task && this.registry.born.get(task);
    return born ? this.userNamespace.lookup.pidIn(born, this.id, this.registry.parents) : 0;
  }
  /** Whoever has that PID here; 0 is nobody's. */
  find(pid: number): Task | undefined {
    if (pid < 1) return undefined;
    for (const task of this.registry.born.keys()) if (this.pidOf(task) === pid) return task;
    return undefined;
  }
  get init(): Task | undefined {
    return this.tasks.get(1);
  }
  /** All that live here or below, in the order of their PIDs. */
  all(): readonly Task[] {
    return [...this.tasks.values()];
  }
  isWithin(other: PidNamespace<Task>): boolean {
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) if (at === other) return true;
    return false;
  }
}
