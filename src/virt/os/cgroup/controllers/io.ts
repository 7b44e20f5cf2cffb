/** How fast a group may read and write a device: cgroup-v2.rst "IO", io.max. Times are microseconds of the scheduler's clock. */
export const LIMITS = ["rbps", "wbps", "riops", "wiops"] as const;
export type Limit = (typeof LIMITS)[number];

/** What may be done at once after a pause, in microseconds of the rate: blk-throttle's slice of HZ/10. */
const BURST = 100_000;

/** A token bucket, by the time at which it would be full again: what comes while that is too far away waits. */
class Bucket {
  /** Bytes, or operations, a second. */
  rate = Number.POSITIVE_INFINITY;
  private full = 0;

  /** When so much may begin. */
  begin(now: number, amount: number): number {
    if (this.rate === Number.POSITIVE_INFINITY) return now;
    const at = Math.max(now, this.full - BURST);
    this.full = Math.max(this.full, at) + (amount / this.rate) * 1e6;
    return at;
  }
}

export class Io {
  readonly parent: Io | undefined;
  /** By "MAJOR:MINOR". */
  readonly devices = new Map<string, Readonly<Record<Limit, Bucket>>>();

  constructor(parent: Io | undefined) {
    this.parent = parent;
  }
  buckets(device: string): Readonly<Record<Limit, Bucket>> {
    const known = this.devices.get(device);
    if (known) return known;
    const made = { rbps: new Bucket(), wbps: new Bucket(), riops: new Bucket(), wiops: new Bucket() };
    this.devices.set(device, made);
    return made;
  }
  /** When an operation that is asked for now may begin: every limit above counts too. */
  begin(device: string, kind: "r" | "w", bytes: number, now: number): number {
    const buckets = this.buckets(device);
    const at = Math.max(buckets[`${kind}bps`].begin(now, bytes), buckets[`${kind}iops`].begin(now, 1));
    return this.parent ? this.parent.begin(device, kind, bytes, at) : at;
  }
}
