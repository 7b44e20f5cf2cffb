/**
 * Pages and who pays for them: cgroup-v2.rst "Memory Ownership". A page is charged to the group of whoever touches it first, and stays
 * so: neither a move of the process nor another reader changes it. Without swap only pages of files are reclaimed: they can be read again.
 */
import type { Memory, Page } from "./memory.ts";

export const PAGE = 4096;

/** A process, as far as memory goes. Its group may change. */
export interface Owner {
  readonly memory: Memory;
  /** Ends it, at once; what it has is given back by `free`. */
  kill(): void;
}

export class Pages {
  /** Where each owner's pages were charged. */
  private readonly owners = new Map<Owner, Map<Memory, number>>();
  private readonly files = new WeakMap<object, Map<number, Page>>();

  /** So many new pages of a process. False: it was ended, to make room or by the lack of it. */
  touch(owner: Owner, pages: number): boolean {
    const mine = this.owners.get(owner) ?? new Map<Memory, number>();
    this.owners.set(owner, mine);
    for (let i = 0; i < pages; i++) {
      const { memory } = owner;
      if (!this.charge(memory, owner)) return false;
      for (const one of memory.upwards) one.anon++;
      mine.set(memory, (mine.get(memory) ?? 0) + 1);
      this.hold(memory);
    }
    return true;
  }
  /** All of them. */
  free(owner: Owner): void {
    for (const [memory, count] of this.owners.get(owner) ?? [])
      for (const one of memory.upwards) {
        one.anon -= count;
        one.current -= count;
      }
    this.owners.delete(owner);
  }

  /** Reads pages of a file. Answers how many of them were not there, or undefined: it was ended. */
  read(owner: Owner, file: object, first: number, count: number): number | undefined {
    const cache = this.files.get(file) ?? new Map<number, Page>();
    this.files.set(file, cache);
    if (!this.owners.has(owner)) this.owners.set(owner, new Map());
    let missed = 0;
    for (let index = first; index < first + count; index++) {
      const known = cache.get(index);
      if (known) {
        known.referenced = true;
        continue;
      }
      const { memory } = owner;
      if (!this.charge(memory, owner)) return undefined;
      const page: Page = { file, index, memory, referenced: false };
      cache.set(index, page);
      memory.cached.add(page);
      missed++;
      this.hold(memory);
    }
    return missed;
  }
  /** How much of a file is in memory. */
  cached(file: object): number {
    return this.files.get(file)?.size ?? 0;
  }

  /** One page more, for a group and all above it. */
  private charge(memory: Memory, owner: Owner): boolean {
    for (const limited of memory.upwards)
      while (limited.current + 1 > limited.max) {
        limited.count("max");
        if (this.reclaim(limited, 1) === 0 && !this.outOfMemory(limited)) return false;
        if (!this.owners.has(owner)) return false;
      }
    for (const one of memory.upwards) one.peak = Math.max(one.peak, ++one.current);
    return true;
  }
  /** Whatever is above its high mark gives back as much, if it can. */
  private hold(memory: Memory): void {
    for (const one of memory.upwards) {
      if (one.current <= one.high) continue;
      one.count("high");
      this.reclaim(one, one.current - one.high);
    }
  }

  /** A limit was set below what there is. */
  shrink(memory: Memory): void {
    this.reclaim(memory, memory.current - memory.high);
    this.reclaim(memory, memory.current - memory.max);
    while (memory.current > memory.max && this.outOfMemory(memory));
  }

  /** Takes pages of files from a group and those below. Answers how many it could. */
  reclaim(from: Memory, wanted: number): number {
    let taken = 0;
    for (const protection of ["low", "min"] as const)
      while (taken < wanted) {
        const victim = this.richest(from, protection);
        if (!victim) break;
        if (protection === "min") victim.count("low");
        this.evict(oldest(victim.cached));
        taken++;
      }
    return taken;
  }
  /** Which group has most to give beyond what is promised to it. The promise is to others: it does not hold against its own limit. */
  private richest(from: Memory, protection: "low" | "min"): Memory | undefined {
    let best: Memory | undefined;
    for (const one of this.groups) {
      if (one.cached.size === 0 || !one.isWithin(from)) continue;
      if (one !== from && one.current <= Math.max(one.min, one[protection])) continue;
      if (!best || one.cached.size > best.cached.size) best = one;
    }
    return best;
  }
  private evict(page: Page): void {
    page.memory.cached.delete(page);
    this.files.get(page.file)!.delete(page.index);
    for (const one of page.memory.upwards) one.current--;
  }
  /** Groups that were ever used; `watch` names them. */
  private readonly groups = new Set<Memory>();
  watch(memory: Memory): void {
    this.groups.add(memory);
  }

  /** Ends the process that holds most, or, where it says so, its whole group. False: there is nobody to end. */
  private outOfMemory(limited: Memory): boolean {
    limited.count("oom");
    const size = (owner: Owner) => [...this.owners.get(owner)!.values()].reduce((a, b) => a + b, 0);
    const within = (group: Memory) => [...this.owners.keys()].filter(({ memory }) => memory.isWithin(group));
    const victim = within(limited).reduce<Owner | undefined>(
      (a, b) => (a && size(a) >= size(b) ? a : b),
      undefined,
    );
    if (!victim) return false;
    let whole: Memory | undefined;
    for (const one of victim.memory.upwards) {
      if (one.oomGroup) whole = one;
      if (one === limited) break;
    }
    whole?.count("oom_group_kill");
    // Linux counts the victim itself first, and then each of its group.
    if (whole) victim.memory.count("oom_kill");
    for (const owner of whole ? within(whole) : [victim]) {
      owner.memory.count("oom_kill");
      owner.kill();
      this.free(owner);
    }
    return true;
  }
}

/** The first that was not read again; those that were have had their second chance. */
function oldest(cached: Set<Page>): Page {
  for (const page of cached) {
    if (!page.referenced) return page;
    page.referenced = false;
    cached.delete(page);
    cached.add(page);
  }
  throw new Error("no page to reclaim in a group that has some");
}
