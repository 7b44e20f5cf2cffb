/**
 * The straightforward shadow pager: shadow tables are a large TLB in memory. They are empty after every load of CR3, and a page fault
 * fills in one page:
 *
 *     #PF on P ──▶ guest-walk.ts ──▶ guest physical ── device, ROM to be written, the monitor's area ──▶ emulate
 *                                        │ RAM
 *                                        ▼
 *                                  shadow entry: host frame, rights ──▶ retry
 *
 * What the guest changes in its tables counts from its INVLPG or MOV CR3 on, as on any processor with a TLB, so nothing needs to be
 * watched. (Adams & Agesen 2006, sec. 2.4 "shadow page tables", without their traces.)
 */
import type { Gpa, Gva, Hpa } from "../../machine/address.ts";
import { PAGE_MMIO, PAGE_ROM } from "../../machine/bus.ts";
import { BusTables } from "../../machine/mmu/bus-tables.ts";
import { A, D, P, RW } from "../../machine/mmu/formats/bits.ts";
import { ERROR_PRESENT, ERROR_WRITE, RIGHT_EXECUTE } from "../../machine/mmu/rights.ts";
import { loadControl } from "./control.ts";
import { GuestWalk } from "./guest-walk.ts";
import type { PageFaultVerdict, Pager, PagerFactory, PagerParts } from "./pager.ts";
import { clearEntry, indexOf, leafEntry, PIECES, writeLeaf } from "./tables.ts";

const TWO32 = 4294967296;
const PAGE = 4096;
const PAGE_MASK = -PAGE;
const RETRY: PageFaultVerdict = { kind: "retry" };
const PDPTES = 4;

export class ShadowPager implements Pager {
  readonly #parts: PagerParts;
  readonly #guest: GuestWalk;
  readonly #tables: BusTables;
  /** Frames of the tables but the root's. */
  #taken: Hpa[] = [];
  readonly #root: Hpa;
  /** Guest pages whose writes somebody wants to see. */
  readonly #watched = new Set<number>();

  constructor(parts: PagerParts) {
    const { machine, ledger, bus } = parts;
    this.#parts = parts;
    this.#guest = new GuestWalk(machine, ledger);
    this.#tables = new BusTables(bus);
    this.#root = this.#take();
    const { onPageChange } = machine.bus;
    machine.bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      if ((changed & (PAGE_MMIO | PAGE_ROM)) !== 0) this.#flush();
    };
    this.adopt();
  }

  adopt(): void {
    this.control();
  }

  control(): void {
    const { machine, processor } = this.#parts;
    // Before the format changes: four zero PDPTEs are always valid.
    this.#empty();
    loadControl(processor, machine.cpu);
    this.#flush();
  }

  loadCr3(): void {
    this.#parts.ledger.pay("addressSpace");
    this.#flush();
  }

  invalidate(at: Gva): void {
    const { processor, mmu, ledger } = this.#parts;
    const { format } = mmu.translation.paging;
    const low = at | 0;
    const high = this.#highOf(at);
    processor.memory.invalidate(at);
    let slot = this.#entryAt(this.#rootOf(low), format.depth, low, high);
    for (let level = format.depth; level > 1; level--) {
      const entry = this.#tables.readEntry(slot);
      if ((entry & P) === 0) return;
      if ((entry & PIECES) !== 0) {
        // All of the large page goes (SDM Vol. 3, 4.10.4.1), and its pieces are not told from their neighbours.
        this.#flush();
        return;
      }
      slot = this.#entryAt((entry & PAGE_MASK) >>> 0, level - 1, low, high);
    }
    if ((this.#tables.readEntry(slot) & P) === 0 || this.#inArea(low, high)) return;
    clearEntry(format, this.#tables, slot);
    ledger.pay("shadowDrop");
  }

  fault(at: Gva, error: number): PageFaultVerdict {
    return this.#guest.noted(this.#resolve(at | 0, this.#highOf(at), error));
  }

  watch(page: Gpa, on: boolean): void {
    if (on) {
      this.#watched.add(page);
      this.#protect(page);
    } else this.#watched.delete(page);
  }

  written(): void {
    // The guest's page tables are not watched.
  }

  /** Takes the right to write from all mappings of a page. */
  #protect(page: Gpa): void {
    const { processor, mmu, base } = this.#parts;
    const frame = (page + base) | 0;
    const step = mmu.translation.paging.format.entryBytes;
    let found = false;
    for (const table of this.#taken)
      for (let at: number = table; at < table + PAGE; at += step) {
        const entry = this.#tables.readEntry(at);
        if ((entry & (P | RW)) !== (P | RW) || (entry & PAGE_MASK) !== frame) continue;
        this.#tables.writeEntry(at, entry & ~(RW | D));
        found = true;
      }
    if (found) processor.memory.loadCr3(this.#root, 0);
  }

  #resolve(low: number, high: number, error: number): PageFaultVerdict {
    const guest = this.#guest;
    const refused = guest.resolve(low, high, error);
    if (refused !== undefined) return refused;
    const gpa = guest.address(low);
    const flags = this.#parts.machine.bus.flags(gpa);
    const fixed = (flags & PAGE_ROM) !== 0 || this.#watched.has(guest.page);
    if (this.#inArea(low, high) || (flags & PAGE_MMIO) !== 0 || (fixed && (error & ERROR_WRITE) !== 0))
      return { kind: "emulate", gpa, traced: false };
    const changed = this.#fill(low, high, fixed);
    if (!changed && guest.doubtful && (error & ERROR_PRESENT) !== 0) return guest.violation();
    return RETRY;
  }

  #entryAt(table: number, level: number, low: number, high: number): number {
    const { format } = this.#parts.mmu.translation.paging;
    return table + indexOf(format, level, low, high) * format.entryBytes;
  }

  /** True when the entry was not there yet. */
  #fill(low: number, high: number, fixed: boolean): boolean {
    const { mmu, base, ledger } = this.#parts;
    const { rights, page, level } = this.#guest;
    const slot = this.#slot(low, high, level) ?? this.#slotAfterFlush(low, high, level);
    ledger.pay("shadowFill");
    const { format } = mmu.translation.paging;
    const executable = (rights & RIGHT_EXECUTE) !== 0;
    return writeLeaf(format, this.#tables, slot, page + base, this.#guest.leaf(fixed), executable);
  }

  #slot(low: number, high: number, level: number): number | undefined {
    const { mmu, frames } = this.#parts;
    const { format } = mmu.translation.paging;
    const way = { format, memory: this.#tables, root: this.#rootOf(low), pieces: level };
    return leafEntry(way, low, high, frames, this.#taken);
  }

  #slotAfterFlush(low: number, high: number, level: number): number {
    this.#flush();
    const slot = this.#slot(low, high, level);
    if (slot === undefined) throw new Error("invariant: the monitor has no frames for page tables");
    return slot;
  }

  /** Upper half of an address; 0 outside of 64-bit mode (address.ts). */
  #highOf(at: Gva): number {
    return this.#parts.processor.wide ? Math.floor(at / TWO32) : 0;
  }

  #inArea(low: number, high: number): boolean {
    const page = low & PAGE_MASK;
    for (const { at } of this.#parts.area ?? [])
      if ((at | 0) === page && this.#areaHigh(at) === high) return true;
    return false;
  }

  /** Formats of two levels translate 32 bits. */
  #areaHigh(at: Gva): number {
    return this.#parts.mmu.translation.paging.format.depth > 2 ? Math.floor(at / TWO32) : 0;
  }

  /** PAE's roots are four, in the PDPT. */
  #rootOf(low: number): number {
    if (!this.#parts.mmu.translation.paging.usesPdptes) return this.#root;
    return (this.#tables.readEntry(this.#root + 8 * (low >>> 30)) & PAGE_MASK) >>> 0;
  }

  #flush(): void {
    const { ledger, processor, mmu, area = [] } = this.#parts;
    if (this.#taken.length > 0) ledger.pay("shadowDrop", 0, this.#taken.length);
    this.#empty();
    const { format, usesPdptes } = mmu.translation.paging;
    if (usesPdptes) this.#makePdpt();
    for (const { at, frame, writable } of area) {
      const slot = this.#slot(at | 0, this.#areaHigh(at), 0);
      if (slot === undefined) throw new Error("invariant: the monitor has no frames left for its own area");
      writeLeaf(format, this.#tables, slot, frame, P | A | (writable ? RW | D : 0), true);
    }
    processor.cr3 = this.#root;
    processor.cr3High = 0;
    processor.memory.loadCr3(this.#root, 0);
  }

  #empty(): void {
    const { frames, bus } = this.#parts;
    for (const frame of this.#taken) frames.give(frame);
    this.#taken = [];
    bus.ram.fill(0, this.#root, this.#root + 4096);
  }

  /** SDM Vol. 3, 4.4.1: R/W and U/S of a PDPTE are reserved. */
  #makePdpt(): void {
    for (let i = 0; i < PDPTES; i++) {
      const frame = this.#take();
      this.#taken.push(frame);
      this.#tables.writeEntry(this.#root + 8 * i, frame | P);
    }
  }

  #take(): Hpa {
    const frame = this.#parts.frames.take();
    if (frame === undefined) throw new Error("invariant: the monitor has no frames for page tables");
    return frame;
  }
}

export const shadow: PagerFactory = (parts) => new ShadowPager(parts);
