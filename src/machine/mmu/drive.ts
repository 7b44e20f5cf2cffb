/**
 * Runs streams of accesses (stream.ts) through the processor's own translation, at a speed at which billions are no matter: its front
 * (front.ts), its TLBs and its walker, over real page tables, without instructions between the accesses.
 *
 *     stream ─ 65536 accesses ─▶ same page as the last one ── yes ─▶ nothing: a hit of the first level changes nothing
 *                                   │ no
 *                                front ── hit ─▶ nothing
 *                                   │ miss
 *                                Translation.touch()
 */
import { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import { CR0, CR4, EFER } from "../cpu/cpu.ts";
import { EVENT, Trace } from "../trace.ts";
import { BusTables } from "./bus-tables.ts";
import { FRONT_HIGH, FRONT_MASK, FRONT_SHIFT, frontMask } from "./front.ts";
import { mapRegion, type PageShift, type Region } from "./region.ts";
import { USER_READ, USER_WRITE } from "./rights.ts";
import { type AddressStream, STREAM_SPAN } from "./stream.ts";
import { Translation } from "./translate.ts";

const CHUNK = 65536;
/** Accesses between two decisions of how to go on. */
const BLOCK = 64;
/** Walks in a block from which on it pays to look ahead. */
const FAR = 16;
const ALL_KINDS = 0xff;
const PAGE_MASK = -4096;
/** Of an access: its page, and whether it writes. */
const SAME_PAGE = -128;
const SAME_PAGE_AND_READ = -127;
const READ = frontMask(USER_READ);
const WRITE = frontMask(USER_WRITE);
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const SHIFT = FRONT_SHIFT;
const INDEX = FRONT_MASK;
const HIGH = FRONT_HIGH;
const WALK = EVENT.walk;
const BLOCK_BYTES = BLOCK;
const MANY = FAR;

export interface DriveOptions {
  readonly profile: CostProfile;
  /** Bytes of the region that streams may touch, from 0 on. */
  readonly span: number;
  /** Of the page tables' pages; of EPT's, where addresses go through both. */
  readonly page: PageShift;
  readonly nested?: PageShift;
}

/** What the translation of a stream came to. */
export interface DriveCounts {
  readonly accesses: number;
  readonly firstLevelMisses: number;
  readonly secondLevelHits: number;
  readonly walks: number;
  /** Entries read, and those of them that are EPT's. */
  readonly references: number;
  readonly nestedReferences: number;
  /** Walks that began below the root, and guest-physical pages that were known. */
  readonly structureHits: number;
  readonly nestedTlbHits: number;
  /** At the profile's prices; a hit of the first level costs none. */
  readonly cycles: number;
}

export class Drive {
  readonly trace: Trace;
  readonly clock = new Clock();
  readonly translation: Translation;
  readonly region: Region;
  #accesses = 0;
  readonly #chunk = new Uint32Array(CHUNK);
  readonly #options: DriveOptions;

  /** Throws a RangeError when the region is larger than streams or the profile's physical addresses are. */
  constructor(options: DriveOptions) {
    const { profile, span } = options;
    if (span > STREAM_SPAN) throw new RangeError(`a region of ${span} bytes: streams reach ${STREAM_SPAN}`);
    this.#options = options;
    this.region = mapRegion({ ...options, physicalBits: profile.physicalBits });
    this.trace = new Trace(this.clock);
    const { clock, trace } = this;
    const { bus, root, second } = this.region;
    this.translation = new Translation({
      ...{ tables: new BusTables(bus), clock, trace, profile },
      ...{ pages: bus.pages, view: bus.view, beyond: ALL_KINDS },
    });
    this.translation.setControl(CR0.PE | CR0.PG, CR4.PAE, EFER.LME | EFER.LMA | EFER.NXE);
    this.translation.setSecondDimension(second);
    this.translation.loadCr3(root, 0);
    this.translation.setWide(true);
    this.clock.open();
  }

  /** So many accesses of a stream. What they came to is in `counts`, with all before. Throws a RangeError when the stream leaves the region. */
  run(stream: AddressStream, accesses: number): void {
    if (stream.span > this.#options.span)
      throw new RangeError(`a stream over ${stream.span} bytes in a region of ${this.#options.span}`);
    for (let left = accesses; left > 0; left -= CHUNK) {
      const chunk = left < CHUNK ? this.#chunk.subarray(0, left) : this.#chunk;
      stream.fill(chunk);
      this.replay(chunk);
    }
  }

  /** These accesses. */
  replay(accesses: Uint32Array): void {
    for (let from = 0; from < accesses.length; from += CHUNK)
      this.#part(accesses, from, Math.min(from + CHUNK, accesses.length));
  }

  get counts(): DriveCounts {
    const count = (event: number) => this.trace.counts[event] as number;
    return {
      accesses: this.#accesses,
      firstLevelMisses: count(EVENT.dtlbMiss),
      secondLevelHits: count(EVENT.stlbHit),
      walks: count(WALK),
      references: count(EVENT.walkReference),
      nestedReferences: count(EVENT.nestedReference),
      structureHits: count(EVENT.structureHit),
      nestedTlbHits: count(EVENT.nestedTlbHit),
      cycles: this.clock.now,
    };
  }

  #part(accesses: Uint32Array, from: number, to: number): void {
    const { counts } = this.trace;
    const { straight } = this.translation;
    // No page is this one's.
    let last = ~(accesses[from] as number);
    let far = false;
    for (let at = from; at < to; at += BLOCK_BYTES) {
      const end = at + BLOCK_BYTES < to ? at + BLOCK_BYTES : to;
      const walks = counts[WALK] as number;
      if (far) straight.ahead(accesses, at, end);
      last = far ? this.#far(accesses, at, end, last) : this.#near(accesses, at, end, last);
      far = (counts[WALK] as number) - walks >= MANY;
    }
    this.#accesses += to - from;
    // Before the clock's int32 overflows: no access costs more than some ten thousand cycles.
    this.clock.open();
  }

  /** Accesses that often stay on their page. Returns the last one. */
  #near(accesses: Uint32Array, from: number, to: number, before: number): number {
    let last = before | 0;
    let mask = (last & 1) !== 0 ? SAME_PAGE : SAME_PAGE_AND_READ;
    for (let i = from; i < to; i++) {
      while (
        i + 8 <= to &&
        ((((accesses[i] as number) ^ last) |
          ((accesses[i + 1] as number) ^ last) |
          ((accesses[i + 2] as number) ^ last) |
          ((accesses[i + 3] as number) ^ last) |
          ((accesses[i + 4] as number) ^ last) |
          ((accesses[i + 5] as number) ^ last) |
          ((accesses[i + 6] as number) ^ last) |
          ((accesses[i + 7] as number) ^ last)) &
          mask) ===
          0
      )
        i += 8;
      if (i >= to) break;
      const access = accesses[i] as number;
      if (((access ^ last) & mask) === 0) continue;
      last = access | 0;
      mask = (last & 1) !== 0 ? SAME_PAGE : SAME_PAGE_AND_READ;
      this.#touch(access);
    }
    return last;
  }

  /** Accesses that seldom do. */
  #far(accesses: Uint32Array, from: number, to: number, before: number): number {
    let last = before | 0;
    for (let i = from; i < to; i++) {
      const access = accesses[i] as number;
      if (((access ^ last) & (SAME_PAGE | (access & 1))) === 0) continue;
      last = access | 0;
      this.#touch(access);
    }
    return last;
  }

  #touch(access: number): void {
    const { translation } = this;
    const { entries, key } = translation.data;
    const low = (access & ~1) << 5;
    const high = access >>> 27;
    const at = (low >>> SHIFT) & INDEX;
    const mask = (access & 1) !== 0 ? WRITE : READ;
    if (((((low & PAGE_MASK) | key) ^ (entries[at] as number)) & mask) === 0 && entries[at + HIGH] === high)
      return;
    if (!translation.touch(low, high, access & 1))
      throw new Error(`invariant: a page fault at ${(high * 2 ** 32 + (low >>> 0)).toString(16)}`);
  }
}
