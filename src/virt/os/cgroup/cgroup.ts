/**
 * Control groups, version 2: cgroups(7) and the kernel's Documentation/admin-guide/cgroup-v2.rst. One tree; each process is in one group
 * of it. A group's controllers are those that its parent hands out (cgroup.subtree_control), so resources flow from the top down.
 */

import type { Credentials } from "../credentials.ts";
import type { Attributes } from "../fs/attributes.ts";
import { Cpu } from "./controllers/cpu.ts";
import { Io } from "./controllers/io.ts";
import { Memory } from "./controllers/memory.ts";
import type { Pages } from "./controllers/pages.ts";
import { Pids } from "./controllers/pids.ts";
import type { Scheduler } from "./controllers/scheduler.ts";

/** In the order in which the kernel lists them. */
export const CONTROLLERS = ["cpu", "io", "memory", "pids"] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** What a control group needs to know of a process. */
export interface Process {
  readonly credentials: Credentials;
  readonly pidNamespace: {
    find(pid: number): Process | undefined;
    pidOf(process: Process | undefined): number;
  };
  readonly namespaces: { readonly cgroup: { readonly root: Cgroup } };
  readonly state: { readonly kind: "running" | "zombie" | "gone" };
  cgroup: Cgroup;
}

/** What the tree asks of the kernel that it is part of. */
export interface Kernel {
  readonly scheduler: Scheduler;
  readonly pages: Pages;
  /** "MAJOR:MINOR" */
  readonly blockDevices: ReadonlySet<string>;
  /**
   * Cgroup namespaces are borders: nobody inside changes what was given to its top, or moves a process over it. cgroup-v2.rst "Mounting",
   * nsdelegate.
   */
  readonly delegated: boolean;
  /** SIGKILL: ends a process at once, if it is not shielded from who orders it. The kernel itself, when nobody does, ends everybody. */
  kill(process: Process, by?: Process): void;
}

/** What each controller keeps of a group that it is enabled in. */
export interface States {
  readonly cpu: Cpu;
  readonly io: Io;
  readonly memory: Memory;
  readonly pids: Pids;
}

export class Cgroup {
  readonly name: string;
  /** None above the root of the tree. */
  readonly parent: Cgroup | undefined;
  /** From here to the root of the tree. */
  readonly upwards: readonly Cgroup[];
  readonly children = new Map<string, Cgroup>();
  /** Running processes, the newest last. */
  readonly members = new Set<Process>();
  readonly subtreeControl = new Set<Controller>();
  readonly states: Partial<States> = {};
  /** Of the directory itself (under "") and of its files, by their names. */
  readonly nodes = new Map<string, Attributes>();
  /** The group whose resources the processes here use: itself, or, if it is threaded, the root of its threaded subtree. */
  domain: Cgroup = this;
  freeze = false;
  maxDepth = Number.POSITIVE_INFINITY;
  maxDescendants = Number.POSITIVE_INFINITY;
  dead = false;

  readonly kernel: Kernel;

  constructor(name: string, above: Cgroup | Kernel) {
    this.name = name;
    this.parent = above instanceof Cgroup ? above : undefined;
    this.upwards = [this, ...(this.parent?.upwards ?? [])];
    this.kernel = above instanceof Cgroup ? above.kernel : above;
    for (const controller of this.parent?.subtreeControl ?? []) this.enable(controller);
  }

  /** This one and all below it, parents first. */
  *all(): Generator<Cgroup> {
    yield this;
    for (const child of this.children.values()) yield* child.all();
  }
  get descendants(): number {
    return [...this.all()].length - 1;
  }
  get populated(): boolean {
    return this.members.size > 0 || [...this.children.values()].some((child) => child.populated);
  }
  get frozen(): boolean {
    return this.freeze || (this.parent?.frozen ?? false);
  }
  get top(): Cgroup {
    return this.parent?.top ?? this;
  }
  /** Where all of `this` and `other` lie below. */
  common(other: Cgroup): Cgroup {
    const one = this.upwards.find((mine) => other.upwards.includes(mine));
    if (one) return one;
    throw new Error("two control groups of different trees");
  }

  /** The controllers that it may hand on. */
  get controllers(): readonly Controller[] {
    const given = this.parent ? this.parent.subtreeControl : new Set(CONTROLLERS);
    return CONTROLLERS.filter((one) => given.has(one) && (this.domain === this || isThreaded(one)));
  }
  enable(controller: Controller): void {
    if (controller === "pids") {
      const count = [...this.all()].reduce((sum, { members }) => sum + members.size, 0);
      Object.assign(this.states, { pids: new Pids(this.parent?.states.pids, count) });
    } else if (controller === "memory") {
      // What was charged above before stays there.
      const memory = new Memory(this.parent?.states.memory);
      this.kernel.pages.watch(memory);
      Object.assign(this.states, { memory });
    } else if (controller === "io") Object.assign(this.states, { io: new Io(this.parent?.states.io) });
    else Object.assign(this.states, { cpu: new Cpu(this.parent?.states.cpu) });
  }
  disable(controller: Controller): void {
    delete this.states[controller];
  }
  /** The state that counts for the processes here: of this group, or of the nearest above that the controller is enabled in. */
  effective<C extends Controller>(controller: C): States[C] | undefined {
    for (const { states } of this.upwards) {
      const state: States[C] | undefined = states[controller];
      if (state) return state;
    }
    return undefined;
  }
}

/** Controllers that can part the threads of one process; the others are of whole processes: domain controllers. */
export const isThreaded = (controller: Controller): boolean => controller === "cpu" || controller === "pids";

/** A child is to be born in its parent's group. False: a limit on their number refuses it. */
export const fork = (cgroup: Cgroup): boolean => cgroup.effective("pids")?.fork() ?? true;

/** The first process of all, which nobody forked. */
export function admit(process: Process): void {
  process.cgroup.effective("pids")?.charge();
  process.cgroup.members.add(process);
}

/** A process has ended: it is in no list any more, but its number is taken until it was waited for. */
export function exit(process: Process): void {
  process.cgroup.members.delete(process);
}
export function release(process: Process): void {
  process.cgroup.effective("pids")?.uncharge();
}

export function move(process: Process, to: Cgroup): void {
  if (process.cgroup === to || process.state.kind !== "running") return;
  const [from, into] = [process.cgroup.effective("pids"), to.effective("pids")];
  if (from !== into) {
    into?.charge();
    from?.uncharge();
  }
  process.cgroup.members.delete(process);
  process.cgroup = to;
  to.members.add(process);
}
