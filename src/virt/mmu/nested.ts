/**
 * Nested paging: the guest's own tables are in force on P, and the pager keeps one more set under them, from guest-physical to
 * host-physical. It is filled as pages are touched for the first time:
 *
 *     guest virtual ──guest's tables, P walks them──▶ guest physical ──EPT or NPT, P walks it too──▶ host physical
 *                                                          │ hole
 *                                     EPT violation ───────▼──── RAM ─▶ entry written ─▶ retry
 *                                                            device, ROM to be written, watched page ─▶ emulate
 *
 * So nothing that the guest does to its page tables leaves it. What it pays are the references of a walk in two dimensions, and the larger
 * the pages on either side, the fewer these are. (SDM Vol. 3, 28.2; AMD APM Vol. 2, 15.25; Bhargava et al., ASPLOS 2008.)
 */
import type { Gpa, Hpa } from "../../machine/address.ts";
import { PAGE_MMIO, PAGE_ROM } from "../../machine/bus.ts";
import { BusTables } from "../../machine/mmu/bus-tables.ts";
import { A, D, P, PS, RW, US } from "../../machine/mmu/formats/bits.ts";
import {
  EPT_EXECUTE,
  EPT_LEAF,
  EPT_READ,
  EPT_WRITE,
  EPT_WRITE_BACK,
  ept,
  isMisconfigured,
} from "../../machine/mmu/formats/ept.ts";
import type { EntryFormat } from "../../machine/mmu/formats/format.ts";
import { ia32e } from "../../machine/mmu/formats/ia32e.ts";
import type { NestedTables, PageFaultVerdict, Pager, PagerFactory, PagerParts, Violation } from "./pager.ts";
import { indexOf } from "./tables.ts";

const TWO32 = 4294967296;
const PAGE = 4096;
const PAGE_MASK = -PAGE;
/** PWT and PCD: uncached, as PATs come out of reset. */
const UNCACHED = 0x18;

export interface NestedOptions {
  /** Intel's format unless said. */
  readonly format?: "ept" | "npt";
  /** Largest page of the second dimension, as a power of two: 12, 21 or 30. 21 unless said; smaller where memory is not aligned so. */
  readonly largest?: 12 | 21 | 30;
  /** EPT: accessed and dirty flags (Haswell and later). */
  readonly marks?: boolean;
}

/** What the two formats call the same. */
interface Bits {
  readonly table: number;
  readonly page: number;
  readonly writable: number;
  readonly large: number;
}

const EPT_BITS: Bits = {
  table: EPT_READ | EPT_WRITE | EPT_EXECUTE,
  page: EPT_READ | EPT_EXECUTE | EPT_WRITE_BACK,
  writable: EPT_WRITE,
  large: EPT_LEAF,
};
/** Guests' accesses are user accesses there (15.25.5). */
const NPT_BITS: Bits = { table: P | RW | US | A, page: P | US | A, writable: RW | D, large: PS };

export class NestedPager implements Pager {
  readonly nested: NestedTables;
  readonly #parts: PagerParts;
  readonly #tables: BusTables;
  readonly #format: EntryFormat;
  readonly #bits: Bits;
  readonly #largest: number;
  #taken: Hpa[] = [];
  readonly #watched = new Set<number>();

  constructor(parts: PagerParts, { format = "ept", largest = 21, marks = false }: NestedOptions) {
    const { machine, bus, processor } = parts;
    const { physicalBits, gigabytePages } = processor.prices;
    this.#parts = parts;
    this.#tables = new BusTables(bus);
    this.#largest = largest;
    this.#bits = format === "ept" ? EPT_BITS : NPT_BITS;
    this.#format =
      format === "ept"
        ? ept({ physicalBits, marks, gigabytePages })
        : ia32e({ physicalBits, gigabytePages, pse: true, pge: false, nxe: true });
    this.nested = {
      ...{ kind: format, format: this.#format, marks, root: this.#take() },
      tablesAreWritten: marks || format === "npt",
      ...(format === "ept" && { misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, true) }),
      violation: (violation) => this.#violation(violation),
    };
    if (parts.assigned !== undefined) parts.assigned.onChange = (page) => this.#drop(page);
    const { onPageChange } = machine.bus;
    machine.bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      if ((changed & (PAGE_MMIO | PAGE_ROM)) !== 0) this.#drop((page * PAGE) as Gpa);
    };
  }

  /** The guest's registers are P's own. */
  control(): void {}

  loadCr3(): void {}

  invalidate(): void {}

  adopt(): void {
    this.#empty();
  }

  fault(): PageFaultVerdict {
    throw new Error("invariant: a page fault under nested paging is the guest's own, and goes to the guest");
  }

  watch(page: Gpa, on: boolean): void {
    if (on) this.#watched.add(page);
    else this.#watched.delete(page);
    this.#drop(page);
  }

  written(): void {
    // The guest's page tables are not watched.
  }

  /** The page is there, with all that it may have. */
  maps(gpa: Gpa): boolean {
    const format = this.#format;
    let table: number = this.nested.root;
    for (let level = format.depth; level > 0; level--) {
      const at = table + 8 * indexOf(format, level, gpa | 0, Math.floor(gpa / TWO32));
      const entry = this.#tables.readEntry(at);
      if ((entry & format.present) === 0) return false;
      if (level === 1 || (entry & (format.levels[level - 1]?.leaf ?? 0)) !== 0) return true;
      table = (entry & PAGE_MASK) >>> 0;
    }
    return false;
  }

  #violation({ gpa, write }: Violation): "retry" | "emulate" {
    const { assigned, machine } = this.#parts;
    const { bus } = machine;
    const page = (gpa - (gpa % PAGE)) as Gpa;
    const device = assigned?.at(page);
    if (device !== undefined) {
      this.#fillDevice(page, device);
      return "retry";
    }
    if (page >= bus.ram.length) return "emulate";
    const flags = bus.flags(page);
    const fixed = (flags & PAGE_ROM) !== 0 || this.#watched.has(page);
    if ((flags & PAGE_MMIO) !== 0 || (fixed && write)) return "emulate";
    this.#fill(page, !fixed);
    return "retry";
  }

  #fill(page: Gpa, writable: boolean): void {
    const { base, ledger } = this.#parts;
    const shift = this.#shiftFor(page);
    const bits = this.#bits;
    const gpa = page - (page % 2 ** shift);
    const slot = this.#slot(gpa, shift) ?? this.#slotAfterFlush(gpa, shift);
    const large = shift > 12 ? bits.large : 0;
    this.#write(slot, gpa + base, bits.page | large | (writable ? bits.writable : 0));
    ledger.pay("shadowFill");
  }

  /** A device's page: nobody caches it, or looks ahead. */
  #fillDevice(page: Gpa, at: Hpa): void {
    const { page: bits, writable } = this.#bits;
    const uncached = bits === EPT_BITS.page ? bits & ~(EPT_WRITE_BACK | EPT_EXECUTE) : bits | UNCACHED;
    const slot = this.#slot(page, 12) ?? this.#slotAfterFlush(page, 12);
    this.#write(slot, at, uncached | writable);
    this.#parts.ledger.pay("shadowFill");
  }

  /** The largest page that is the host's memory as a whole, and nothing else. */
  #shiftFor(page: Gpa): number {
    const { base, machine } = this.#parts;
    const { ram } = machine.bus;
    for (const shift of [30, 21]) {
      const bytes = 2 ** shift;
      const start = page - (page % bytes);
      if (shift > this.#largest || base % bytes !== 0 || start + bytes > ram.length) continue;
      if (shift === 30 && this.#format.levels[2]?.leaf === 0) continue;
      if (this.#isPlain(start, bytes)) return shift;
    }
    return 12;
  }

  #isPlain(start: number, bytes: number): boolean {
    const { bus } = this.#parts.machine;
    for (let at = start; at < start + bytes; at += PAGE)
      if ((bus.flags(at as Gpa) & (PAGE_MMIO | PAGE_ROM)) !== 0 || this.#watched.has(at)) return false;
    return true;
  }

  /** Address of the entry for a page of 2^shift bytes, tables being made on the way; a leaf in the way goes. undefined: no frames. */
  #slot(gpa: number, shift: number): number | undefined {
    const format = this.#format;
    let table: number = this.nested.root;
    for (let level = format.depth; ; level--) {
      const at = table + 8 * indexOf(format, level, gpa | 0, Math.floor(gpa / TWO32));
      if (format.shifts[level] === shift) return at;
      let entry = this.#tables.readEntry(at);
      if ((entry & format.present) === 0 || (entry & (format.levels[level - 1]?.leaf ?? 0)) !== 0) {
        const frame = this.#parts.frames.take();
        if (frame === undefined) return undefined;
        this.#taken.push(frame);
        entry = frame | this.#bits.table;
        this.#write(at, frame, this.#bits.table);
      }
      table = (entry & PAGE_MASK) >>> 0;
    }
  }

  #slotAfterFlush(gpa: number, shift: number): number {
    this.#empty();
    const slot = this.#slot(gpa, shift);
    if (slot === undefined) throw new Error("invariant: the monitor has no frames for nested page tables");
    return slot;
  }

  /** A page is not what it was: its entry goes, and what P knows of it (INVEPT). */
  #drop(page: Gpa): void {
    const { ledger, mmu } = this.#parts;
    const format = this.#format;
    let table: number = this.nested.root;
    for (let level = format.depth; level > 0; level--) {
      const at = table + 8 * indexOf(format, level, page | 0, Math.floor(page / TWO32));
      const entry = this.#tables.readEntry(at);
      if ((entry & format.present) === 0) return;
      if (level === 1 || (entry & (format.levels[level - 1]?.leaf ?? 0)) !== 0) {
        this.#write(at, 0, 0);
        ledger.pay("shadowDrop");
        mmu.tags.flushEpt(this.nested.root);
        return;
      }
      table = (entry & PAGE_MASK) >>> 0;
    }
  }

  #empty(): void {
    const { frames, bus, mmu } = this.#parts;
    for (const frame of this.#taken) frames.give(frame);
    this.#taken = [];
    const { root } = this.nested;
    bus.ram.fill(0, root, root + PAGE);
    mmu.tags.flushEpt(root);
  }

  #write(at: number, frame: number, bits: number): void {
    this.#tables.writeEntry(at, (frame % TWO32) | bits | 0);
    this.#tables.writeEntry(at + 4, Math.floor(frame / TWO32));
  }

  #take(): Hpa {
    const frame = this.#parts.frames.take();
    if (frame === undefined) throw new Error("invariant: the monitor has no frame for a nested root");
    return frame;
  }
}

export const nestedPager =
  (options: NestedOptions = {}): PagerFactory =>
  (parts) =>
    new NestedPager(parts, options);
