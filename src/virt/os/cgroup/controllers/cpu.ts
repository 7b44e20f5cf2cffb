/** Who gets how much of a processor: cgroup-v2.rst "CPU". Times are microseconds of the scheduler's clock. */
export class Cpu {
  readonly parent: Cpu | undefined;
  /** Its share beside its siblings': 1 to 10000. */
  weight = 100;
  /** How long it may run in each period. */
  quota = Number.POSITIVE_INFINITY;
  period = 100_000;
  used = 0;
  /** Periods that began while it could run, and those in which it used its quota up. */
  periods = 0;
  throttledPeriods = 0;
  throttled = 0;

  constructor(parent: Cpu | undefined) {
    this.parent = parent;
  }
}
