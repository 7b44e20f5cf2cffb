/**
 * The TLBs and their fronts (front.ts): what leaves a TLB leaves its front, so that a front never holds what its TLB does not while
 * paging is on.
 */
import type { Gva } from "../address.ts";
import type { CostProfile } from "../cost.ts";
import { EVENT, type Trace } from "../trace.ts";
import { Front } from "./front.ts";
import type { TranslationTags } from "./memory.ts";
import { SMALL, type Tlb } from "./tlb.ts";
import { Tlbs } from "./tlbs.ts";

// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const TLB_FLUSH = EVENT.tlbFlush;
const SMALLEST = SMALL;
const TWO32 = 4294967296;

export class Lookaside implements TranslationTags {
  declare readonly tlbs: Tlbs;
  /** Front of the data TLB, kinds USER_READ … SMAP_WRITE; of the instruction TLB, kinds USER_FETCH and SYSTEM_FETCH. */
  readonly data = new Front();
  readonly code = new Front();
  /** Changes whenever the code front does: while it stands still, what was fetched once is fetched again at no cost. */
  codeVersion = 0;
  keeping = false;
  /** Since the machine began there was a large page of a guest's of which a TLB holds small pieces, as EPT's pages are small. */
  protected fractured = false;
  declare protected readonly trace: Trace;
  declare private readonly smallInstruction: Tlb;
  declare private readonly smallData: Tlb;

  constructor(profile: CostProfile, trace: Trace) {
    this.trace = trace;
    this.tlbs = new Tlbs(profile);
    this.smallInstruction = this.tlbs.instruction[SMALL] as Tlb;
    this.smallData = this.tlbs.data[SMALL] as Tlb;
  }

  /** The current PCID but for global pages; `global`: everything of the current VPID. */
  flush(global: boolean): void {
    if (this.keeping) {
      this.clearFronts();
      return;
    }
    this.trace.tally(TLB_FLUSH, 1);
    if (global) this.tlbs.flushAll(true);
    else this.tlbs.flush(this.tlbs.spaces.pcid);
    this.clearFronts();
  }

  /** INVLPG: global pages too. Pieces of a large page cannot be told from their neighbours, so that everything goes (4.10.4.1). */
  invalidate(low: number, high: number): void {
    if (this.fractured) {
      this.#flushed(() => this.tlbs.flushAll(true));
      return;
    }
    if (this.tlbs.simple) this.#dropSmall(low, high);
    else this.#drop(low, this.tlbs.invalidate(low, high));
  }

  /** What a page fault takes: the translation that stood in the way, if any (SDM Vol. 3, 4.10.4.1). */
  protected forget(low: number, high: number): void {
    if (this.tlbs.simple) this.#dropSmall(low, high);
    else this.#drop(low, this.tlbs.remove(low, high));
  }

  #dropSmall(low: number, high: number): void {
    this.dropFetches(low, high);
    if (this.smallData.drop(low, high)) this.data.drop(low);
  }

  /** From the fronts. The small pages of a large one are scattered over them. */
  #drop(low: number, large: boolean): void {
    if (large) this.clearFronts();
    this.data.drop(low);
    if (this.code.drop(low)) this.codeVersion++;
  }

  /** The instruction TLB's part of invalidate(), while there are small pages only. */
  protected dropFetches(low: number, high: number): void {
    if (!this.smallInstruction.drop(low, high)) return;
    this.code.drop(low);
    this.codeVersion++;
  }

  invpcid(type: number, pcid: number, low: number, high: number): void {
    if (type === 0 && !this.fractured) this.tlbs.removeFrom(pcid, low, high);
    else {
      this.trace.tally(TLB_FLUSH, 1);
      if (type <= 1) this.tlbs.flush(pcid);
      else this.tlbs.flushAll(type === 2);
    }
    this.clearFronts();
  }

  invalidateVpid(vpid: number, at: Gva): void {
    if (this.fractured) this.tlbs.flushVpid(vpid, true);
    else this.tlbs.removeFromVpid(vpid, at | 0, at < 0 || at >= TWO32 ? Math.floor(at / TWO32) : 0);
    this.clearFronts();
  }

  flushVpid(vpid: number, global: boolean): void {
    this.#flushed(() => this.tlbs.flushVpid(vpid, global));
  }

  flushGuests(): void {
    this.#flushed(() => this.tlbs.flushGuests());
  }

  flushEpt(ept: number | null): void {
    this.#flushed(() => this.tlbs.flushEpt(ept));
  }

  flushAsid(asid: number, global: boolean): void {
    this.#flushed(() => this.tlbs.flushAsid(asid, global));
  }

  flushEverything(): void {
    this.#flushed(() => this.tlbs.flushEverything());
  }

  #flushed(flush: () => void): void {
    this.trace.tally(TLB_FLUSH, 1);
    flush();
    this.clearFronts();
  }

  /** `out`: what Tlb.put() threw out, by its tag, if anything. */
  protected evict(out: number, fetch: boolean): void {
    if (out < 0) return;
    const front = fetch ? this.code : this.data;
    if ((out & 3) === SMALLEST) front.drop((out >>> 2) << 12);
    else front.clear();
    if (fetch) this.codeVersion++;
  }

  protected clearFronts(): void {
    this.data.clear();
    this.code.clear();
    this.codeVersion++;
  }
}
