/**
 * The CPU controller's charging: what time on a processor costs a group. Weights divide what there is between siblings; a quota holds a
 * group back even where there is more. Times are microseconds. cgroup-v2.rst "CPU Interface Files"; sched-design-CFS.rst (virtual time);
 * sched-bwc.rst (bandwidth).
 */
export interface Account {
  /** Its share beside its siblings': 1 to 10000; a process without a group of its own counts 100. */
  readonly weight: number;
  /** The sibling with the least runs next. */
  readonly virtualTime: number;
  /** How long it may run in each period, on all processors together; null: as long as it likes. */
  readonly quota: number | null;
  /** What is left of the quota in this period; with 0 or less it waits for the next one. */
  readonly left: number;
}

export interface Charging {
  /** It ran for so long. */
  charge(account: Account, ran: number): Pick<Account, "virtualTime" | "left">;
  /** A period begins, for one with a quota: what is left now. */
  refill(account: Account): number;
}

export const DEFAULT_WEIGHT = 100;

export const fairCharging: Charging = {
  charge: ({ weight, virtualTime, quota, left }, ran) => ({
    virtualTime: virtualTime + (ran * DEFAULT_WEIGHT) / weight,
    left: quota === null ? left : left - ran,
  }),
  // What was not used is lost; what was used beyond it is owed.
  refill: ({ quota, left }) => Math.min(quota!, left + quota!),
};
