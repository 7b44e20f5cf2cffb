/** How much memory there may be: cgroup-v2.rst "Memory". One group's part, in pages of 4 KiB; pages.ts charges and reclaims. */
const EVENTS = ["low", "high", "max", "oom", "oom_kill", "oom_group_kill"] as const;
export type MemoryEvent = (typeof EVENTS)[number];

/** A page of a file, in the page cache. */
export interface Page {
  readonly file: object;
  readonly index: number;
  readonly memory: Memory;
  /** It was read again since it was looked at: it gets a second chance. */
  referenced: boolean;
}

export class Memory {
  readonly parent: Memory | undefined;
  /** From here to the top. */
  readonly upwards: readonly Memory[];
  /** Beyond it nothing is charged: what is there is reclaimed, and if that is not enough somebody is ended. */
  max = Number.POSITIVE_INFINITY;
  /** Beyond it memory is reclaimed, but nobody is ended. */
  high = Number.POSITIVE_INFINITY;
  /** Up to it memory is reclaimed only if there is nothing else to be had. */
  low = 0;
  /** Up to it memory is never reclaimed. */
  min = 0;
  /** Whoever is ended here is not ended alone. */
  oomGroup = false;
  /** Pages of this group and of those below it. */
  current = 0;
  peak = 0;
  /** Pages of processes, here and below: without swap there is nowhere to put them. */
  anon = 0;
  /** Pages of files that were charged here, the one that goes next first. */
  readonly cached = new Set<Page>();
  /** Here and below. */
  readonly events = new Map<MemoryEvent, number>(EVENTS.map((event) => [event, 0]));

  constructor(parent: Memory | undefined) {
    this.parent = parent;
    this.upwards = [this, ...(parent?.upwards ?? [])];
  }

  isWithin(other: Memory): boolean {
    return this.upwards.includes(other);
  }
  count(event: MemoryEvent, times = 1): void {
    for (const { events } of this.upwards) events.set(event, events.get(event)! + times);
  }
}
