/**
 * A fair scheduler with bandwidth control on a clock of its own. At each level of the tree the one with the least virtual time runs, for
 * a slice; whoever used its quota up waits for its next period. Times are microseconds.
 */

import { type Cpu, Entity } from "./cpu.ts";
import { type Charging, fairCharging } from "./cpu-charging.ts";

/** The base slice of Linux's scheduler for one processor: kernel/sched/fair.c, sysctl_sched_base_slice. */
const SLICE = 3000;

/** What is left of a quota ends here, so that time always passes. */
const NANOSECOND = 0.001;

/** A thread of work. Its group may change while it runs. */
export interface Runner {
  readonly group: Cpu;
  /** Frozen, stopped or waiting: it wants no processor. */
  readonly waiting: boolean;
}

class Thread extends Entity {
  readonly runner: Runner;
  /** Work that is left. */
  demand: number;
  used = 0;

  constructor(runner: Runner, demand: number) {
    super();
    this.runner = runner;
    this.demand = demand;
  }
  /** Itself and the groups that it lies in, from the top down. */
  get line(): Entity[] {
    return [...[...this.runner.group.upwards].reverse(), this];
  }
}

export class Scheduler {
  now = 0;
  private readonly threads = new Map<Runner, Thread>();
  private readonly charging: Charging;
  private readonly processors: number;

  constructor(processors = 1, charging: Charging = fairCharging) {
    this.processors = processors;
    this.charging = charging;
  }

  /** Has `demand` microseconds of work from now on; infinite: it spins. */
  start(runner: Runner, demand = Number.POSITIVE_INFINITY): void {
    this.threads.set(runner, new Thread(runner, demand));
  }
  stop(runner: Runner): void {
    this.threads.delete(runner);
  }
  /** How long it ran; undefined when its work is done, or it was stopped. */
  used(runner: Runner): number | undefined {
    return this.threads.get(runner)?.used;
  }

  /** Lets time pass. */
  run(duration: number): void {
    const end = this.now + duration;
    while (this.now < end) {
      const groups = this.limited();
      for (const group of groups) if (group.periodEnd! <= this.now) this.renew(group);
      const chosen = this.choose();
      const until = Math.min(end, ...groups.map(({ periodEnd }) => periodEnd ?? end));
      this.advance(chosen, until);
    }
  }

  /** Groups whose periods go on. */
  private limited(): Cpu[] {
    const all = new Set([...this.threads.keys()].flatMap(({ group }) => group.upwards));
    return [...all].filter(({ periodEnd }) => periodEnd !== undefined);
  }

  private renew(group: Cpu): void {
    group.periods++;
    if (group.throttledSince !== undefined) {
      group.throttledPeriods++;
      group.throttled += this.now - group.throttledSince;
    }
    // Nobody ran: the next period begins when somebody does.
    const idle = !group.ran && group.throttledSince === undefined;
    group.periodEnd = idle ? undefined : group.periodEnd! + group.period;
    group.ran = false;
    if (group.quota !== Number.POSITIVE_INFINITY) group.left = this.charging.refill(group.account);
    if (this.allowance(group) > 0) group.throttledSince = undefined;
    else group.throttledSince = this.now;
  }

  private allowance(group: Cpu): number {
    if (Number.isNaN(group.left)) throw new Error("charging: what is left to a group is not a number");
    if (group.quota === Number.POSITIVE_INFINITY) return group.quota;
    return group.left < NANOSECOND ? 0 : group.left;
  }

  /** As many as there are processors, one after another. */
  private choose(): Thread[] {
    const ready = [...this.threads.values()].filter(
      ({ runner }) =>
        !runner.waiting && runner.group.upwards.every((one) => one.throttledSince === undefined),
    );
    const lines = new Map(ready.map((thread) => [thread, thread.line]));
    const chosen: Thread[] = [];
    while (chosen.length < this.processors && chosen.length < ready.length) {
      let among = ready.filter((thread) => !chosen.includes(thread));
      for (let depth = 1; among.length > 1 || lines.get(among[0]!)!.length > depth; depth++) {
        const parent = lines.get(among[0]!)![depth - 1] as Cpu;
        const competing = new Set(among.map((thread) => lines.get(thread)![depth]!));
        if (chosen.length === 0) arrive(parent, competing);
        const least = [...competing].reduce((a, b) => (b.virtualTime < a.virtualTime ? b : a));
        among = among.filter((thread) => lines.get(thread)![depth] === least);
      }
      chosen.push(among[0]!);
    }
    return chosen;
  }

  private advance(chosen: readonly Thread[], until: number): void {
    const running = new Map<Cpu, number>();
    for (const { runner } of chosen)
      for (const group of runner.group.upwards) running.set(group, (running.get(group) ?? 0) + 1);
    let step = until - this.now;
    for (const { demand } of chosen) step = Math.min(step, SLICE, demand);
    for (const [group, count] of running) {
      if (group.quota === Number.POSITIVE_INFINITY) continue;
      if (group.periodEnd === undefined) {
        group.periodEnd = this.now + group.period;
        step = Math.min(step, group.period);
      }
      const allowance = this.allowance(group) / count;
      if (allowance > 0) step = Math.min(step, allowance);
      else group.throttledSince = this.now;
    }
    const able = chosen.filter(({ runner }) =>
      runner.group.upwards.every((one) => one.throttledSince === undefined),
    );
    if (able.length < chosen.length) return;
    this.now += step;
    for (const thread of able) this.charge(thread, step);
  }

  private charge(thread: Thread, ran: number): void {
    thread.used += ran;
    thread.demand -= ran;
    if (thread.demand <= 0) this.stop(thread.runner);
    this.pay(thread, ran);
    for (const group of thread.runner.group.upwards) {
      group.used += ran;
      group.ran = true;
      this.pay(group, ran);
      if (group.quota !== Number.POSITIVE_INFINITY && this.allowance(group) <= 0)
        group.throttledSince ??= this.now;
    }
  }
  private pay(entity: Entity, ran: number): void {
    const { virtualTime, left } = this.charging.charge(entity.account, ran);
    [entity.virtualTime, entity.left] = [virtualTime, left];
  }
}

/** Whoever comes, or comes back, has no claim to the time that passed without it. */
function arrive(parent: Cpu, competing: ReadonlySet<Entity>): void {
  for (const one of competing)
    if (!parent.competing.has(one)) one.virtualTime = Math.max(one.virtualTime, parent.floor);
  parent.competing = competing;
  parent.floor = Math.max(parent.floor, Math.min(...[...competing].map(({ virtualTime }) => virtualTime)));
}
