/**
 * The straightforward shadow pager: shadow tables are a large TLB in memory. They are empty after every load of CR3, and a page fault
 * fills in one page:
 *
 *     #PF on P ──▶ walk the guest's tables ── hole, not permitted ──▶ reflect
 *                        │ permitted: mark A, and D for a write
 *                        ▼
 *                  guest physical ── device, ROM to be written, the monitor's area ──▶ emulate
 *                        │ RAM
 *                        ▼
 *                  shadow entry: host frame, U/S as the guest's, R/W only once the guest's D is set ──▶ retry
 *
 * What the guest changes in its tables counts from its INVLPG or MOV CR3 on, as on any processor with a TLB, so nothing needs to be
 * watched. The processor's WP stays on; a guest that has it off gets the page writable for the supervisor alone.
 * (Adams & Agesen 2006, sec. 2.4 "shadow page tables", without their traces.)
 */
import type { Gpa, Gva, Hpa } from "../../machine/address.ts";
import { PAGE_MMIO, PAGE_ROM } from "../../machine/bus.ts";
import { CR0, CR4 } from "../../machine/cpu/cpu.ts";
import { AC } from "../../machine/cpu/flags.ts";
import { BusTables } from "../../machine/mmu/bus-tables.ts";
import { A, D, P, RW, US, XD } from "../../machine/mmu/formats/bits.ts";
import {
  ERROR_FETCH,
  ERROR_PRESENT,
  ERROR_RESERVED,
  ERROR_USER,
  ERROR_WRITE,
  permits,
  RIGHT_DIRTY,
  RIGHT_EXECUTE,
  RIGHT_READ,
  RIGHT_USER,
  RIGHT_WRITE,
  SMAP_READ,
  SMAP_WRITE,
  SYSTEM_FETCH,
  SYSTEM_READ,
  SYSTEM_WRITE,
  USER_FETCH,
  USER_READ,
  USER_WRITE,
} from "../../machine/mmu/rights.ts";
import { LEAF, RESERVED, Walk } from "../../machine/mmu/walk.ts";
import type { PageFaultVerdict, Pager, PagerFactory, PagerParts } from "./pager.ts";
import { indexOf, leafEntry, linkTable } from "./tables.ts";

const TWO32 = 4294967296;
const PAGE = 4096;
const RETRY: PageFaultVerdict = { kind: "retry" };
const EVERYTHING = RIGHT_READ | RIGHT_WRITE | RIGHT_USER | RIGHT_EXECUTE | RIGHT_DIRTY;
const PDPTES = 4;

export class ShadowPager implements Pager {
  readonly #parts: PagerParts;
  readonly #walk = new Walk();
  readonly #guestTables: BusTables;
  readonly #tables: BusTables;
  /** Frames of the tables that a flush gives back. */
  #taken: Hpa[] = [];
  /** Level-1 tables of the monitor's area, by what they translate, and the frames that they took. */
  #areaTables: { low: number; table: Hpa }[] = [];
  #areaFrames: Hpa[] = [];
  /** Guest pages whose writes somebody wants to see. */
  readonly #watched = new Set<number>();
  #root: Hpa;

  constructor(parts: PagerParts) {
    this.#parts = parts;
    this.#guestTables = new BusTables(parts.machine.bus);
    this.#tables = new BusTables(parts.bus);
    this.#root = this.#take();
    this.control();
  }

  control(): void {
    const { machine, processor } = this.#parts;
    const { cr0, cr4, efer } = machine.cpu;
    processor.cr0 = cr0 | CR0.PE | CR0.PG | CR0.WP;
    processor.cr4 = cr4 & ~(CR4.PGE | CR4.PCIDE);
    processor.efer = efer;
    this.#empty();
    processor.memory.setControl(processor.cr0, processor.cr4, processor.efer);
    this.#fillArea();
    this.#load();
  }

  loadCr3(): void {
    this.#parts.ledger.pay("addressSpace");
    this.#flush();
  }

  invalidate(at: Gva): void {
    const { processor, mmu } = this.#parts;
    const { format } = mmu.translation.paging;
    const entry = this.#find(at | 0, this.#highOf(at));
    if (entry !== undefined) {
      this.#tables.writeEntry(entry, 0);
      if (format.entryBytes === 8) this.#tables.writeEntry(entry + 4, 0);
      this.#parts.ledger.pay("shadowDrop");
    }
    processor.memory.invalidate(at);
  }

  fault(at: Gva, error: number): PageFaultVerdict {
    const { machine, ledger } = this.#parts;
    const { paging } = machine.mmu.translation;
    const low = at | 0;
    const high = this.#highOf(at);
    const access = this.#access(error);
    const without = error & ~(ERROR_PRESENT | ERROR_RESERVED);
    let rights = EVERYTHING;
    let page = (low & -PAGE) >>> 0;
    if (paging.enabled) {
      const root = paging.rootOf(low);
      if (root < 0) return { kind: "reflect", error: without };
      const walk = this.#walk;
      const outcome = walk.run(paging.format, this.#guestTables, root, low, high, true);
      ledger.pay("guestWalk", 0, walk.references);
      if (outcome === RESERVED) return { kind: "reflect", error: without | ERROR_PRESENT | ERROR_RESERVED };
      if (outcome !== LEAF) return { kind: "reflect", error: without };
      rights = walk.rights(paging.format);
      if (!permits(rights, access, paging)) return { kind: "reflect", error: without | ERROR_PRESENT };
      walk.markLeaf(paging.format, this.#guestTables, (error & ERROR_WRITE) !== 0);
      if ((error & ERROR_WRITE) !== 0) rights |= RIGHT_DIRTY;
      const shift = paging.format.shifts[walk.level] as number;
      page = walk.base(paging.format) + (low & ((1 << shift) - 1) & -PAGE);
    }
    const gpa = (page + (low & (PAGE - 1))) as Gpa;
    const flags = machine.bus.flags(gpa);
    const write = (error & ERROR_WRITE) !== 0;
    const fixed = (flags & PAGE_ROM) !== 0 || this.#watched.has(page);
    if (this.#inArea(low) || (flags & PAGE_MMIO) !== 0 || (write && fixed)) return { kind: "emulate", gpa };
    this.#fill(low, high, page, this.#leaf(rights, access, fixed), rights);
    return RETRY;
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
        if ((entry & (P | RW)) !== (P | RW) || (entry & -PAGE) !== frame) continue;
        this.#tables.writeEntry(at, entry & ~RW);
        found = true;
      }
    if (found) processor.memory.loadCr3(this.#root, 0);
  }

  /** Low half of a shadow entry, without its frame. */
  #leaf(rights: number, access: number, fixed: boolean): number {
    const { writeProtect } = this.#parts.machine.mmu.translation.paging;
    const dirty = (rights & RIGHT_DIRTY) !== 0;
    // A write that only a supervisor without WP may do: the user loses the page until its next fault.
    if (!writeProtect && (rights & RIGHT_WRITE) === 0 && (access === SYSTEM_WRITE || access === SMAP_WRITE))
      return P | RW | A | D;
    const write = (rights & RIGHT_WRITE) !== 0 && dirty && !fixed ? RW | D : 0;
    return P | A | write | ((rights & RIGHT_USER) !== 0 ? US : 0);
  }

  #fill(low: number, high: number, page: number, leaf: number, rights: number): void {
    const { mmu, frames, base, ledger } = this.#parts;
    const { format } = mmu.translation.paging;
    for (;;) {
      const entry = leafEntry(format, this.#tables, this.#rootOf(low), low, high, frames, this.#taken);
      if (entry === undefined) {
        this.#flush();
        continue;
      }
      const frame = page + base;
      this.#tables.writeEntry(entry, (frame % TWO32) | leaf | 0);
      if (format.entryBytes === 8) {
        const xd = (rights & RIGHT_EXECUTE) === 0 ? XD : 0;
        this.#tables.writeEntry(entry + 4, Math.floor(frame / TWO32) | xd);
      }
      break;
    }
    ledger.pay("shadowFill");
  }

  /** Kind of access (rights.ts) of an error code. */
  #access(error: number): number {
    const { machine } = this.#parts;
    const user = (error & ERROR_USER) !== 0;
    const write = (error & ERROR_WRITE) !== 0;
    if ((error & ERROR_FETCH) !== 0) return user ? USER_FETCH : SYSTEM_FETCH;
    if (user) return write ? USER_WRITE : USER_READ;
    const lifted = machine.mmu.translation.paging.smap && (machine.cpu.flags.eflags & AC) !== 0;
    if (lifted) return write ? SMAP_WRITE : SMAP_READ;
    return write ? SYSTEM_WRITE : SYSTEM_READ;
  }

  /** Upper half of an address; 0 outside of 64-bit mode (address.ts). */
  #highOf(at: Gva): number {
    return this.#parts.processor.wide ? Math.floor(at / TWO32) : 0;
  }

  #inArea(low: number): boolean {
    const page = low & -PAGE;
    return (this.#parts.area ?? []).some(({ at }) => at === page);
  }

  /** Address of the shadow's level-1 entry, if the way down is there. */
  #find(low: number, high: number): number | undefined {
    const { format } = this.#parts.mmu.translation.paging;
    let table = this.#rootOf(low);
    for (let level = format.depth; ; level--) {
      const at = table + indexOf(format, level, low, high) * format.entryBytes;
      const entry = this.#tables.readEntry(at);
      if ((entry & P) === 0 || this.#inArea(low)) return undefined;
      if (level === 1) return at;
      table = (entry & -PAGE) >>> 0;
    }
  }

  /** PAE's roots are four, in the PDPT. */
  #rootOf(low: number): number {
    if (!this.#parts.mmu.translation.paging.usesPdptes) return this.#root;
    return (this.#tables.readEntry(this.#root + 8 * (low >>> 30)) & -PAGE) >>> 0;
  }

  #flush(): void {
    this.#empty();
    this.#linkArea();
    this.#load();
  }

  /** Gives all tables but the area's back. */
  #empty(): void {
    const { frames, ledger, bus } = this.#parts;
    if (this.#taken.length > 0) ledger.pay("shadowDrop", 0, this.#taken.length);
    for (const frame of this.#taken) frames.give(frame);
    this.#taken = [];
    bus.dmaWrite(this.#root as never, new Uint8Array(PAGE));
  }

  /** Writes the area's level-1 tables in the format that is now P's. */
  #fillArea(): void {
    const { frames, area = [], mmu } = this.#parts;
    const { format, usesPdptes } = mmu.translation.paging;
    for (const frame of this.#areaFrames) frames.give(frame);
    this.#areaFrames = [];
    this.#areaTables = [];
    if (usesPdptes) this.#makePdpt();
    for (const { at, frame, writable } of area) {
      const low = at & -(1 << (format.shifts[2] as number));
      let known = this.#areaTables.find((one) => one.low === low);
      if (known === undefined) {
        known = { low, table: this.#take() };
        this.#areaFrames.push(known.table);
        this.#areaTables.push(known);
      }
      const entry = known.table + indexOf(format, 1, at, this.#highOf(at)) * format.entryBytes;
      this.#tables.writeEntry(entry, frame | P | A | (writable ? RW | D : 0));
    }
    this.#linkArea(true);
  }

  #linkArea(fresh = false): void {
    const { mmu, frames } = this.#parts;
    const { format, usesPdptes } = mmu.translation.paging;
    if (usesPdptes && !fresh) this.#makePdpt();
    for (const { low, table } of this.#areaTables) {
      const high = low < 0 && format.depth > 2 ? -1 : 0;
      if (!linkTable(format, this.#tables, this.#rootOf(low), low, high, table, frames, this.#taken))
        throw new Error("invariant: the monitor has no frames left for its own area");
    }
  }

  /** SDM Vol. 3, 4.4.1: R/W and U/S of a PDPTE are reserved. */
  #makePdpt(): void {
    for (let i = 0; i < PDPTES; i++) {
      const frame = this.#take();
      this.#taken.push(frame);
      this.#tables.writeEntry(this.#root + 8 * i, frame | P);
    }
  }

  #load(): void {
    const { processor } = this.#parts;
    processor.cr3 = this.#root;
    processor.cr3High = 0;
    processor.memory.loadCr3(this.#root, 0);
  }

  #take(): Hpa {
    const frame = this.#parts.frames.take();
    if (frame === undefined) throw new Error("invariant: the monitor has no frames for page tables");
    return frame;
  }
}

export const shadow: PagerFactory = (parts) => new ShadowPager(parts);
