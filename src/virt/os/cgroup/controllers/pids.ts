/**
 * How many processes there may be: cgroup-v2.rst "PID". Only fork(2) is refused; whoever is moved in, or a limit below what is there, is
 * not. Counts by the rules of Linux 6.1: the refusal is an event of the group that forked, whichever limit it met.
 */
export class Pids {
  private readonly upwards: readonly Pids[];
  max = Number.POSITIVE_INFINITY;
  current: number;
  peak: number;
  /** Forks refused here. */
  refused = 0;

  /** `count`: processes that are there already, and are counted above. */
  constructor(parent: Pids | undefined, count: number) {
    this.upwards = [this, ...(parent?.upwards ?? [])];
    this.current = this.peak = count;
  }

  charge(): void {
    for (const one of this.upwards) one.peak = Math.max(one.peak, ++one.current);
  }
  uncharge(): void {
    for (const one of this.upwards) one.current--;
  }
  /** False: there is no room, here or above. */
  fork(): boolean {
    for (const one of this.upwards)
      if (one.current >= one.max) {
        this.refused++;
        return false;
      }
    this.charge();
    return true;
  }
}
