/**
 * PID namespaces: pid_namespaces(7). A process has a PID in the namespace where it was born and in every one above it, and none below;
 * the first of a namespace is its init: when it ends, all of them end.
 */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "./user.ts";

/** pid_namespaces(7): up to 32 levels. */
const DEEPEST = 32;

export class PidNamespace<Task> {
  readonly kind = "pid";
  readonly userNamespace: UserNamespace;
  readonly parent: PidNamespace<Task> | undefined;
  readonly level: number;
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
  }

  /** Names a new task here and in every namespace above. */
  enter(task: Task): void {
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) at.tasks.set(++at.last, task);
  }
  /** A birth that was refused has used its numbers up. */
  skip(): void {
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) at.last++;
  }
  leave(task: Task): void {
    for (let at: PidNamespace<Task> | undefined = this; at; at = at.parent) at.tasks.delete(at.pidOf(task));
  }
  /** 0: it has no name here. */
  pidOf(task: Task | undefined): number {
    for (const [pid, one] of this.tasks) if (one === task) return pid;
    return 0;
  }
  find(pid: number): Task | undefined {
    return this.tasks.get(pid);
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
