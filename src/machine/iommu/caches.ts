/**
 * What the unit remembers (Intel VT-d 3.3, 6.2): context entries by requester, and pages by domain. Only what is present comes in
 * (CAP.CM = 0), so that a new mapping needs no invalidation; one that is taken away or changed does.
 */
import type { TlbGeometry } from "../cost.ts";
import { Spaces } from "../mmu/spaces.ts";
import { HUGE, LARGE, NO_ENTRY, SMALL, sizeWithin, Tlb } from "../mmu/tlb.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { type Context, PASS_THROUGH, TRANSLATE } from "./context.ts";

/** Pages of an invalidation beyond which all of the domain goes: hardware may drop more than it was asked to (6.5.2.3). */
const MOST_PAGES = 512;
const PAGE = 4096;
const TWO32 = 4294967296;
const SHIFTS = Int32Array.of(12, 21, 30);

/** The IOTLB: the processor's TLB with domains in place of address spaces. */
export class Iotlb implements Stateful {
  /** Of the entry found last: RIGHT_…, and the translated address. */
  rights = 0;
  address = 0;
  readonly #spaces = new Spaces();
  readonly #tlb: Tlb;

  /** Throws a RangeError when entries and ways do not fit. */
  constructor(geometry: TlbGeometry) {
    this.#tlb = new Tlb(geometry, SHIFTS, this.#spaces);
  }

  find(domain: number, low: number, high: number): boolean {
    this.#spaces.switchTo(domain);
    for (let size = SMALL; size <= HUGE; size++) {
      const entry = this.#tlb.find(low, high, size);
      if (entry === NO_ENTRY) continue;
      this.rights = this.#tlb.rights(entry);
      this.address = this.#tlb.base(entry) + ((low & ((1 << (SHIFTS[size] as number)) - 1)) >>> 0);
      return true;
    }
    return false;
  }

  /** `shift`: the leaf's size as a power of two. */
  put(
    domain: number,
    low: number,
    high: number,
    page: { shift: number; rights: number; base: number },
  ): void {
    this.#spaces.switchTo(domain);
    this.#tlb.put(low, high, sizeWithin(SHIFTS, page.shift), page.rights, page.base);
  }

  flush(): void {
    this.#spaces.flushEverything();
    this.#keepCounting();
  }

  flushDomain(domain: number): void {
    this.#spaces.flush(domain);
    this.#keepCounting();
  }

  /** 2^mask pages from `at`, which is a multiple of as many. */
  flushPages(domain: number, at: number, mask: number): void {
    const pages = 2 ** mask;
    if (pages > MOST_PAGES) {
      this.flushDomain(domain);
      return;
    }
    const chosen = (slot: number) => slot === domain;
    for (let page = 0; page < pages; page++) {
      const address = at + page * PAGE;
      const low = address | 0;
      const high = Math.floor(address / TWO32);
      for (const size of [SMALL, LARGE, HUGE])
        this.#tlb.dropWhere(chosen, low >>> (SHIFTS[size] as number), high, size);
    }
  }

  #keepCounting(): void {
    if (!this.#spaces.exhausted) return;
    this.#tlb.clear();
    this.#spaces.restart();
  }

  save(out: StateWriter): void {
    this.#spaces.save(out);
    this.#tlb.save(out);
  }

  load(from: StateReader): void {
    this.#spaces.load(from);
    this.#tlb.load(from);
  }
}

/** The context cache: sets of ways, each set filled round robin. */
export class ContextCache implements Stateful {
  readonly #ways: number;
  readonly #sets: number;
  #entries: ({ requester: number; context: Context } | undefined)[];
  readonly #next: Int32Array;

  constructor({ entries, ways }: TlbGeometry) {
    this.#ways = ways;
    this.#sets = entries / ways;
    if (!Number.isInteger(this.#sets))
      throw new RangeError(
        `a context cache of ${entries} entries and ${ways} ways: ways must divide entries`,
      );
    this.#entries = new Array(entries).fill(undefined);
    this.#next = new Int32Array(this.#sets);
  }

  find(requester: number): Context | undefined {
    const first = (requester % this.#sets) * this.#ways;
    for (let at = first; at < first + this.#ways; at++) {
      const entry = this.#entries[at];
      if (entry?.requester === requester) return entry.context;
    }
    return undefined;
  }

  put(requester: number, context: Context): void {
    const set = requester % this.#sets;
    const way = this.#next[set] as number;
    this.#next[set] = (way + 1) % this.#ways;
    this.#entries[set * this.#ways + way] = { requester, context };
  }

  /** Drops what is chosen. */
  flush(chosen: (requester: number, context: Context) => boolean): void {
    this.#entries = this.#entries.map((entry) =>
      entry !== undefined && chosen(entry.requester, entry.context) ? undefined : entry,
    );
  }

  save(out: StateWriter): void {
    out.array(this.#next);
    for (const entry of this.#entries) {
      out.int(entry?.requester ?? -1);
      if (entry === undefined) continue;
      const { domain, root, depth, type, silent } = entry.context;
      for (const value of [domain, root, depth, type]) out.double(value);
      out.flag(silent);
    }
  }

  load(from: StateReader): void {
    from.array(this.#next);
    this.#entries = this.#entries.map(() => {
      const requester = from.int();
      if (requester < 0) return undefined;
      const domain = from.double();
      const root = from.double();
      const depth = from.double() === 3 ? 3 : 4;
      const type = from.double() === PASS_THROUGH ? PASS_THROUGH : TRANSLATE;
      return { requester, context: { domain, root, depth, type, silent: from.flag() } };
    });
  }
}
