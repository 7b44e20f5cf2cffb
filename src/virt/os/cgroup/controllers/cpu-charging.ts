/**
 * The CPU controller's charging: what time on a processor costs a group, and when it has had enough. Weights divide what there is between
 * siblings; a quota holds a group back even where there is more. Times are microseconds. cgroup-v2.rst "CPU Interface Files";
 * sched-design-CFS.rst (virtual time); sched-bwc.rst (bandwidth).
 */
export interface Account {
  /** Its share beside its siblings': 1 to 10000; a process without a group of its own counts 100. */
  weight: number;
  /** The sibling with the least runs next. */
  virtualTime: number;
  /** How long it may run in each period, on all processors together; infinite: as long as it likes. */
  quota: number;
  /** What is left of the quota in this period. */
  left: number;
}

export interface Charging {
  /** It ran for so long. */
  charge(account: Account, ran: number): void;
  /** How long it may run before it must wait for the next period: 0 or less is now, infinite never. */
  allowance(account: Account): number;
  /** A period begins. */
  refill(account: Account): void;
}

export const DEFAULT_WEIGHT = 100;

export const fairCharging: Charging = {
  charge(account, ran) {
    account.virtualTime += (ran * DEFAULT_WEIGHT) / account.weight;
    if (account.quota !== Number.POSITIVE_INFINITY) account.left -= ran;
  },
  allowance: ({ quota, left }) => (quota === Number.POSITIVE_INFINITY ? quota : left),
  // What was not used is lost; what was used beyond it is owed.
  refill(account) {
    account.left = Math.min(account.quota, account.left + account.quota);
  },
};
