/** Who gets how much of the processors: cgroup-v2.rst "CPU". One group's part; scheduler.ts decides. Times are microseconds. */
import { type Account, DEFAULT_WEIGHT } from "./cpu-charging.ts";

/** What competes at one level of the tree: groups, and the processes beside them. */
export class Entity {
  weight = DEFAULT_WEIGHT;
  virtualTime = 0;
  /** Infinite: none. */
  quota = Number.POSITIVE_INFINITY;
  left = 0;

  get account(): Account {
    const { weight, virtualTime, quota, left } = this;
    return { weight, virtualTime, quota: quota === Number.POSITIVE_INFINITY ? null : quota, left };
  }
}

export class Cpu extends Entity {
  readonly parent: Cpu | undefined;
  /** From here to the top. */
  readonly upwards: readonly Cpu[];
  period = 100_000;
  /** When the period ends that it runs in; undefined while it has no quota or does not run. */
  periodEnd: number | undefined;
  /** Since when it waits for its next period. */
  throttledSince: number | undefined;
  used = 0;
  /** Periods that it ran in, those that it was held back in, and for how long it was. */
  periods = 0;
  throttledPeriods = 0;
  throttled = 0;
  /** It ran since the period began. */
  ran = false;
  /** Who competed below it when it was last decided, and no newcomer begins with less virtual time than they had. */
  competing: ReadonlySet<Entity> = new Set();
  floor = 0;

  constructor(parent: Cpu | undefined) {
    super();
    this.parent = parent;
    this.upwards = [this, ...(parent?.upwards ?? [])];
  }
  /** A new limit begins a new period. */
  limit(quota: number, period: number): void {
    Object.assign(this, { quota, period, left: quota, periodEnd: undefined, throttledSince: undefined });
  }
}
