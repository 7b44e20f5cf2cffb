/**
 * All TLBs of the modelled processor: instructions and data, first and second level, one buffer or several for the sizes of
 * pages.
 */
import type { CostProfile, TlbLevel } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { RIGHT_GLOBAL } from "./rights.ts";
import { Spaces } from "./spaces.ts";
import { HUGE, LARGE, NO_ENTRY, SMALL, Tlb } from "./tlb.ts";

export class Tlbs {
  readonly spaces = new Spaces();
  /** Page sizes as powers of two, by SMALL, LARGE and HUGE. */
  readonly shifts = Int32Array.of(12, 22, 30);
  /** First level by page size; sizes may share a buffer. */
  declare readonly instruction: readonly Tlb[];
  declare readonly data: readonly Tlb[];
  /** Holds SMALL and LARGE pages. */
  declare readonly second: Tlb | undefined;
  /** Largest size put in since everything was flushed: nothing larger need be looked for. */
  largest = SMALL;

  constructor({ itlb, dtlb, stlb }: Pick<CostProfile, "itlb" | "dtlb" | "stlb">) {
    this.instruction = this.#level(itlb);
    this.data = this.#level(dtlb);
    this.second = stlb && new Tlb(stlb, this.shifts, this.spaces);
  }

  /** Puts a walk's result where both levels look after it. Huge pages have no place there. */
  putSecond(low: number, high: number, size: number, rights: number, base: number): void {
    if (size > this.largest) this.largest = size;
    const { second } = this;
    if (second === undefined || size === HUGE) return;
    second.put(low, high, size, rights, base);
  }

  /** Removes an address's page of the current space everywhere; true if a page larger than 4 KiB went. `global`: global ones too. */
  remove(low: number, high: number, global: boolean): boolean {
    let large = false;
    for (let size = SMALL; size <= this.largest; size++) {
      const found =
        removeFrom(this.instruction[size] as Tlb, low, high, size, global) |
        removeFrom(this.data[size] as Tlb, low, high, size, global) |
        (this.second === undefined ? 0 : removeFrom(this.second, low, high, size, global));
      if (size >= LARGE && found !== 0) large = true;
    }
    return large;
  }

  /** The same in the space of a PCID that need not be current, sparing global pages. */
  removeFrom(pcid: number, low: number, high: number): void {
    const current = this.spaces.pcid;
    this.spaces.switchTo(pcid);
    this.remove(low, high, false);
    this.spaces.switchTo(current);
  }

  /** One PCID but for global pages. */
  flush(pcid: number): void {
    this.spaces.flush(pcid);
    this.#renumber();
  }

  /** Every PCID; `global`: global pages too. */
  flushAll(global: boolean): void {
    this.spaces.flushAll(global);
    if (global) this.largest = SMALL;
    this.#renumber();
  }

  save(out: StateWriter): void {
    this.spaces.save(out);
    out.int(this.largest);
    for (const tlb of this.#all()) tlb.save(out);
  }

  load(from: StateReader): void {
    this.spaces.load(from);
    this.largest = from.int();
    for (const tlb of this.#all()) tlb.load(from);
  }

  #level({ small, large, huge }: TlbLevel): Tlb[] {
    const shared = new Tlb(small, this.shifts, this.spaces);
    return [shared, ...[large, huge].map((own) => (own ? new Tlb(own, this.shifts, this.spaces) : shared))];
  }

  #renumber(): void {
    if (!this.spaces.exhausted) return;
    for (const tlb of this.#all()) tlb.clear();
    this.spaces.restart();
  }

  /** Every buffer once. */
  #all(): Set<Tlb> {
    return new Set([...this.instruction, ...this.data, ...(this.second ? [this.second] : [])]);
  }
}

function removeFrom(tlb: Tlb, low: number, high: number, size: number, global: boolean): number {
  const entry = tlb.find(low, high, size);
  if (entry === NO_ENTRY || (!global && (tlb.rights(entry) & RIGHT_GLOBAL) !== 0)) return 0;
  tlb.remove(entry);
  return 1;
}
