/**
 * All that the modelled processor remembers of translations: TLBs for instructions and data, first and second level, one buffer or several
 * for the sizes of pages; paging-structure caches; and what it keeps of guest-physical addresses. Who flushes what is SDM Vol. 3, 4.10.4.1
 * and 28.3.3:
 *
 *                                          VPID     EP4TA   PCID      global pages   structure caches   guest-physical
 *     INVLPG                               current  all     current   yes, the page  of the PCID        –
 *     MOV CR3                              current  all     one       no             of the PCID        –
 *     INVVPID of an address                one      all     all       yes, the page  of the VPID        –
 *     INVVPID, one VPID (without globals)  one      all     all       yes (no)       of the VPID        –
 *     INVVPID, all VPIDs                   but 0    all     all       yes            of those           –
 *     INVEPT, one EP4TA; all               all      one     all       yes            of the EP4TA       of the EP4TA
 */
import type { CostProfile, TlbLevel } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { EntryFormat } from "./formats/format.ts";
import { RIGHT_GLOBAL } from "./rights.ts";
import { Spaces } from "./spaces.ts";
import { StructureCaches } from "./structure-cache.ts";
import { HUGE, LARGE, NO_ENTRY, SMALL, Tlb } from "./tlb.ts";

/** A large page's size depends on the format of the tables that it comes from. */
const LARGE_SHIFTS = [21, 22];
const HOST = 0;

export type TlbSizes = Pick<
  CostProfile,
  "itlb" | "dtlb" | "stlb" | "structureCaches" | "nestedStructureCaches" | "nestedTlb"
>;

export class Tlbs {
  readonly spaces = new Spaces();
  /** Those of guest-physical addresses: an EP4TA alone. */
  readonly guestPhysical = new Spaces();
  /** Page sizes as powers of two, by SMALL, LARGE and HUGE. */
  readonly shifts = Int32Array.of(12, 22, 30);
  readonly nestedShifts = Int32Array.of(12, 21, 30);
  /** First level by page size; sizes may share a buffer. */
  declare readonly instruction: readonly Tlb[];
  declare readonly data: readonly Tlb[];
  /** Holds SMALL and LARGE pages. */
  declare readonly second: Tlb | undefined;
  declare readonly structures: StructureCaches | undefined;
  /** Of guest-physical addresses. */
  declare readonly nested: Tlb | undefined;
  declare readonly nestedStructures: StructureCaches | undefined;
  /** Largest size put in since everything was flushed: nothing larger need be looked for. */
  largest = SMALL;

  constructor({ itlb, dtlb, stlb, structureCaches, nestedStructureCaches, nestedTlb }: TlbSizes) {
    const { spaces, guestPhysical } = this;
    this.instruction = this.#level(itlb);
    this.data = this.#level(dtlb);
    this.second = stlb && new Tlb(stlb, this.shifts, spaces);
    this.structures = structureCaches && new StructureCaches(structureCaches, spaces);
    this.nested = nestedTlb && new Tlb(nestedTlb, this.nestedShifts, guestPhysical);
    this.nestedStructures =
      nestedStructureCaches && new StructureCaches(nestedStructureCaches, guestPhysical);
  }

  /** Puts a walk's result where both levels look after it. Huge pages have no place there. */
  putSecond(low: number, high: number, size: number, rights: number, base: number): void {
    if (size > this.largest) this.largest = size;
    const { second } = this;
    if (second === undefined || size === HUGE) return;
    second.put(low, high, size, rights, base);
  }

  /** INVLPG has no more to do than to look for a small page in the first level. */
  get simple(): boolean {
    return (
      this.largest === SMALL &&
      this.second === undefined &&
      this.structures === undefined &&
      this.spaces.single
    );
  }

  /** INVLPG. True if a page larger than 4 KiB went. */
  invalidate(low: number, high: number): boolean {
    const { spaces } = this;
    const large = this.#remove(low, high, true);
    this.structures?.dropWhere((slot) => spaces.isCurrent(slot));
    if (!spaces.single)
      this.#removeWhere((slot) => spaces.isCurrent(slot) || spaces.isGlobal(slot), low, high);
    return large;
  }

  /** INVPCID of an address, sparing global pages. */
  removeFrom(pcid: number, low: number, high: number): void {
    const { spaces } = this;
    const current = spaces.pcid;
    spaces.switchTo(pcid);
    this.#remove(low, high, false);
    this.structures?.dropWhere((slot) => spaces.isCurrent(slot));
    if (!spaces.single) this.#removeWhere((slot) => spaces.isCurrent(slot), low, high);
    spaces.switchTo(current);
  }

  /** A translation that stood in the way, be it global. True if a page larger than 4 KiB went. */
  remove(low: number, high: number): boolean {
    return this.#remove(low, high, true);
  }

  /** A guest-physical address, after a walk that refused it. */
  forgetGuestPhysical(format: EntryFormat, low: number, high: number): void {
    const { nested } = this;
    for (let size = SMALL; nested !== undefined && size <= HUGE; size++) {
      const entry = nested.find(low, high, size);
      if (entry !== NO_ENTRY) nested.remove(entry);
    }
    this.nestedStructures?.forget(format, low, high);
  }

  /** INVVPID of an address; INVLPGA. */
  removeFromVpid(vpid: number, low: number, high: number): void {
    const chosen = (slot: number) => this.spaces.isOf(slot, vpid);
    this.#removeWhere(chosen, low, high);
    this.structures?.dropWhere(chosen);
  }

  /** One PCID of the current VPID but for global pages. */
  flush(pcid: number): void {
    this.spaces.flush(pcid);
    this.#renumber();
  }

  /** Every PCID of the current VPID; `global`: global pages too. */
  flushAll(global: boolean): void {
    this.spaces.flushAll(global);
    if (global && this.spaces.single) this.largest = SMALL;
    this.#renumber();
  }

  /** Every PCID of a VPID; `global`: global pages too. */
  flushVpid(vpid: number, global: boolean): void {
    this.spaces.flushVpid(vpid, global);
    this.#renumber();
  }

  /** An ASID, guest-physical addresses included; `global`: global pages too. */
  flushAsid(asid: number, global: boolean): void {
    this.guestPhysical.flushVpid(asid, true);
    this.flushVpid(asid, global);
  }

  /** Every VPID but the host's. */
  flushGuests(): void {
    this.spaces.flushGuests();
    this.#renumber();
  }

  /** All that an EP4TA had a part in; null: any. */
  flushEpt(ept: number | null): void {
    for (const spaces of [this.spaces, this.guestPhysical])
      if (ept === null) spaces.flushNested();
      else spaces.flushEpt(ept);
    this.#renumber();
  }

  /** Everything of everybody. */
  flushEverything(): void {
    this.spaces.flushEverything();
    this.guestPhysical.flushEverything();
    this.largest = SMALL;
    this.#renumber();
  }

  /** Another VPID or EP4TA. `asids`: guest-physical addresses, too, are known by the VPID, which is an ASID then. */
  enter(vpid: number, ept: number, asids: boolean): void {
    this.spaces.enter(vpid, ept);
    this.guestPhysical.enter(asids ? vpid : HOST, ept);
  }

  save(out: StateWriter): void {
    this.spaces.save(out);
    this.guestPhysical.save(out);
    out.int(this.largest);
    for (const part of this.#all()) part.save(out);
  }

  load(from: StateReader): void {
    this.spaces.load(from);
    this.guestPhysical.load(from);
    this.largest = from.int();
    for (const part of this.#all()) part.load(from);
  }

  #level({ small, large, huge }: TlbLevel): Tlb[] {
    const shared = new Tlb(small, this.shifts, this.spaces);
    return [shared, ...[large, huge].map((own) => (own ? new Tlb(own, this.shifts, this.spaces) : shared))];
  }

  /** An address's page of the current space, everywhere. */
  #remove(low: number, high: number, global: boolean): boolean {
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

  /** An address's page of all slots that are chosen, everywhere. */
  #removeWhere(chosen: (slot: number) => boolean, low: number, high: number): void {
    for (let size = SMALL; size <= this.largest; size++)
      for (const shift of size === LARGE ? LARGE_SHIFTS : [this.shifts[size] as number])
        for (const tlb of [this.instruction[size], this.data[size], this.second])
          tlb?.dropWhere(chosen, low >>> shift, high, size);
  }

  #renumber(): void {
    if (!this.spaces.exhausted && !this.guestPhysical.exhausted) return;
    for (const part of this.#all()) part.clear();
    this.spaces.restart();
    this.guestPhysical.restart();
  }

  /** Every buffer once. */
  #all(): Set<Tlb | StructureCaches> {
    const maybe = [this.second, this.structures, this.nested, this.nestedStructures];
    return new Set([...this.instruction, ...this.data, ...maybe.filter((part) => part !== undefined)]);
  }
}

function removeFrom(tlb: Tlb, low: number, high: number, size: number, global: boolean): number {
  const entry = tlb.find(low, high, size);
  if (entry === NO_ENTRY || (!global && (tlb.rights(entry) & RIGHT_GLOBAL) !== 0)) return 0;
  tlb.remove(entry);
  return 1;
}
