/**
 * Page frames by type and count, for processors that walk tables which their guest wrote (direct paging): every table must be harmless,
 * always. Each of the guest's frames has at most one use that matters, as long as anything uses it so, and a frame becomes a table only
 * after all of it was checked:
 *
 *     writable    some entry maps it writable              ─┐
 *     l1          level-1 table: maps frames of the guest   │  one at a time, counted
 *     l2 … l4     points to tables of the level below       │
 *     segments    descriptors of the GDT                   ─┘
 *
 * So no table is writable, and none maps the monitor or another's memory. (Barham et al. 2003, sec. 3.3.3; the types are those of Xen's
 * xen/arch/x86/mm.c.)
 */
import type { Gpa } from "../address.ts";
import type { Bus } from "../bus.ts";
import type { Ledger } from "../ledger.ts";
import { G, P, PS, RW } from "./formats/bits.ts";
import { type EntryFormat, PLAN_RESERVED_LEAF, PLAN_RESERVED_TABLE, PLAN_STRIDE } from "./formats/format.ts";
import { PDPTES } from "./paging.ts";

export type TableUse = "l1" | "l2" | "l3" | "l4";
export type Use = "none" | "writable" | "segments" | TableUse;

const PAGE = 4096;
const FRAME = -PAGE;
const TWO32 = 4294967296;
/** PCD, PWT; PAT at level 1, PS above; G is the monitor's. */
const REFUSED = 0x18 | PS | G;
const TABLE_USES: readonly TableUse[] = ["l1", "l2", "l3", "l4"];

interface Frame {
  use: Use;
  /** Entries, pins and registers that want this use. */
  count: number;
  pinned: boolean;
  /** Its use before, and the flush after which a processor could last know the frame so: a page to be written, a table to be walked. */
  last: Use;
  lastUntil: number;
}

export interface TypedFramesParts {
  readonly bus: Bus;
  readonly ledger: Ledger;
  readonly format: EntryFormat;
  /** Bits that a PDPTE must not have (SDM Vol. 3, 4.4.1), where roots are PDPTs: those are "l3" then. */
  readonly pdpteReserved?: readonly [low: number, high: number];
  /** Host-physical address of the guest's first frame, and how many there are. */
  readonly base: number;
  readonly count: number;
  /** Entries that the monitor has in every root, from index `first` to the end: low halves, the rest is empty. */
  readonly own: { readonly first: number; readonly entries: readonly number[] };
  /** Checks a page of descriptors, and mends it; without it no frame may be one. */
  segments?(machineFrame: number): boolean;
  /** Forgets every translation but the monitor's. */
  flush(): void;
}

export class TypedFrames {
  readonly #parts: TypedFramesParts;
  readonly #frames: Frame[];
  readonly #top: number;
  #flushes = 0;
  /** Entries of level-1 tables, by machine address, that hold another's frame. */
  readonly #foreign = new Set<number>();
  /** The monitor's own frames that the guest may map and write. */
  readonly #shared = new Set<number>();

  constructor(parts: TypedFramesParts) {
    this.#parts = parts;
    this.#top = parts.format.depth + (parts.pdpteReserved === undefined ? 0 : 1);
    this.#frames = Array.from({ length: parts.count }, () => ({
      use: "none",
      count: 0,
      pinned: false,
      last: "none",
      lastUntil: -1,
    }));
  }

  /** What CR3 may point to. */
  get rootUse(): TableUse {
    return TABLE_USES[this.#top - 1] as TableUse;
  }

  use(machineFrame: number): Use {
    return this.#at(machineFrame)?.use ?? "none";
  }

  /** The processor has forgotten the guest's translations. */
  flushed(): void {
    this.#flushes++;
  }

  owns(machineFrame: number): boolean {
    return this.#at(machineFrame) !== undefined;
  }

  /** A frame of the monitor's that entries may map from now on, and that is no table, nor ever will be. */
  share(machineFrame: number): void {
    if (this.owns(machineFrame))
      throw new Error(
        `invariant: frame ${machineFrame.toString(16)} is the guest's own, and was to be shared`,
      );
    this.#shared.add(machineFrame);
  }

  /** One more that uses the frame so; false when it is another's, used otherwise, or may not be used so. */
  take(machineFrame: number, use: Exclude<Use, "none">): boolean {
    const frame = this.#at(machineFrame);
    if (frame === undefined) return use === "writable" && this.#shared.has(machineFrame);
    if (frame.count > 0) {
      if (frame.use !== use) return false;
      frame.count++;
      return true;
    }
    if (use !== frame.last && frame.lastUntil >= this.#flushes) this.#parts.flush();
    frame.use = use;
    // What it may become while it is looked at: a table that maps itself writable is refused by this.
    frame.count = 1;
    if (this.#validate(machineFrame, use)) return true;
    frame.count = 0;
    frame.use = "none";
    return false;
  }

  /** One fewer. */
  drop(machineFrame: number): void {
    const frame = this.#at(machineFrame);
    if (frame === undefined && this.#shared.has(machineFrame)) return;
    if (frame === undefined || frame.count === 0)
      throw new Error(`invariant: frame ${machineFrame.toString(16)} is dropped by nobody who has it`);
    if (--frame.count > 0) return;
    const { use } = frame;
    frame.use = "none";
    frame.last = use;
    frame.lastUntil = this.#flushes;
    const level = levelOf(use);
    for (let index = 0; index < this.#entries(level); index++) this.#dropEntry(machineFrame, index, level);
  }

  pin(machineFrame: number, use: TableUse): boolean {
    const frame = this.#at(machineFrame);
    if (frame === undefined || frame.pinned || !this.take(machineFrame, use)) return false;
    frame.pinned = true;
    return true;
  }

  unpin(machineFrame: number): boolean {
    const frame = this.#at(machineFrame);
    if (frame === undefined || !frame.pinned) return false;
    frame.pinned = false;
    this.drop(machineFrame);
    return true;
  }

  /** Writes an entry of a table, or as many bytes of a page that the guest could write itself. False when it may not be. */
  write(machineAddress: number, low: number, high = 0): boolean {
    const number = Math.floor(machineAddress / PAGE);
    const frame = this.#at(number);
    const { bus, ledger, format } = this.#parts;
    const { entryBytes } = format;
    if (frame === undefined || machineAddress % entryBytes !== 0) return false;
    ledger.pay("validate");
    if (frame.use === "segments" || this.#foreign.has(machineAddress)) return false;
    const level = levelOf(frame.use);
    const index = (machineAddress % PAGE) / entryBytes;
    if (level > 0 && (index >= this.#entries(level) || !this.#takeEntry(low, high, level))) return false;
    const before = bus.view.getInt32(machineAddress, true);
    bus.write(machineAddress as Gpa, low >>> 0, 4);
    if (entryBytes === 8) bus.write((machineAddress + 4) as Gpa, high >>> 0, 4);
    if (level > 0) this.#dropTarget(before, level);
    return true;
  }

  /**
   * Makes an entry of a level-1 table hold a frame that is not the guest's: what it held is dropped. Whoever asks answers for the frame's
   * owner. The entry stays so until dropForeign, or until the table is none any more. False when the address is no such entry, or is taken.
   */
  writeForeign(machineAddress: number, machineFrame: number, bits: number): boolean {
    if (this.owns(machineFrame))
      throw new Error(
        `invariant: frame ${machineFrame.toString(16)} is the guest's own, and was to be foreign`,
      );
    const isEntry = this.use(Math.floor(machineAddress / PAGE)) === "l1";
    if (!isEntry || !this.write(machineAddress, 0)) return false;
    this.#parts.bus.write(machineAddress as Gpa, ((machineFrame * PAGE) | bits) >>> 0, 4);
    this.#foreign.add(machineAddress);
    return true;
  }

  /** Empties an entry of writeForeign, if it still is one. The processor may know the translation until it is flushed. */
  dropForeign(machineAddress: number): void {
    if (!this.#foreign.delete(machineAddress)) return;
    const { bus, format } = this.#parts;
    bus.write(machineAddress as Gpa, 0, 4);
    if (format.entryBytes === 8) bus.write((machineAddress + 4) as Gpa, 0, 4);
  }

  #at(machineFrame: number): Frame | undefined {
    return this.#frames[machineFrame - this.#parts.base / PAGE];
  }

  /** How many entries of a table are the guest's; 0 for what is none. */
  #entries(level: number): number {
    if (level === 0) return 0;
    const { format, own, pdpteReserved } = this.#parts;
    if (level === this.#top) return pdpteReserved === undefined ? own.first : PDPTES;
    return format.indexMask + 1;
  }

  #validate(machineFrame: number, use: Use): boolean {
    if (use === "segments") return this.#parts.segments?.(machineFrame) ?? false;
    const level = levelOf(use);
    if (level > this.#top) return false;
    if (!this.#takeAll(machineFrame, level)) return false;
    if (level === this.#top) this.#addOwn(machineFrame);
    return true;
  }

  /** Takes what every entry refers to, or nothing. */
  #takeAll(machineFrame: number, level: number): boolean {
    const { bus, ledger, format } = this.#parts;
    const count = this.#entries(level);
    for (let index = 0; index < count; index++) {
      const at = machineFrame * PAGE + format.entryBytes * index;
      const low = bus.view.getInt32(at, true);
      if ((low & P) === 0) continue;
      ledger.pay("validate");
      const high = format.entryBytes === 8 ? bus.view.getInt32(at + 4, true) : 0;
      if (this.#takeEntry(low, high, level)) continue;
      for (let undone = 0; undone < index; undone++) this.#dropEntry(machineFrame, undone, level);
      return false;
    }
    return true;
  }

  /** Takes what an entry refers to: nothing for a hole. */
  #takeEntry(low: number, high: number, level: number): boolean {
    if ((low & P) === 0) return true;
    const { format, pdpteReserved } = this.#parts;
    const [reservedLow, reservedHigh] = this.#reserved(level, pdpteReserved);
    const wrong = (low & (REFUSED | reservedLow)) | (high & reservedHigh);
    if (wrong !== 0) return false;
    const frame = ((high & format.addressHigh) * TWO32 + ((low & FRAME) >>> 0)) / PAGE;
    if (level > 1) return this.take(frame, TABLE_USES[level - 2] as TableUse);
    if ((low & RW) !== 0) return this.take(frame, "writable");
    return this.owns(frame) || this.#shared.has(frame);
  }

  #reserved(level: number, pdpte: readonly [number, number] | undefined): readonly [number, number] {
    const { depth, plan } = this.#parts.format;
    if (level > depth && pdpte !== undefined) return pdpte;
    const row = level * PLAN_STRIDE + (level === 1 ? PLAN_RESERVED_LEAF : PLAN_RESERVED_TABLE);
    return [plan[row] as number, plan[row + 1] as number];
  }

  #dropEntry(machineFrame: number, index: number, level: number): void {
    const { bus, format } = this.#parts;
    const at = machineFrame * PAGE + format.entryBytes * index;
    this.dropForeign(at);
    this.#dropTarget(bus.view.getInt32(at, true), level);
  }

  /** Drops what the entry of a table referred to. */
  #dropTarget(low: number, level: number): void {
    if ((low & P) !== 0 && (level > 1 || (low & RW) !== 0)) this.drop((low & FRAME) >>> 12);
  }

  #addOwn(machineFrame: number): void {
    const { bus, own, format, pdpteReserved } = this.#parts;
    if (pdpteReserved !== undefined) return;
    for (let index = own.first; index <= format.indexMask; index++) {
      const at = machineFrame * PAGE + format.entryBytes * index;
      bus.write(at as Gpa, (own.entries[index - own.first] ?? 0) >>> 0, 4);
      if (format.entryBytes === 8) bus.write((at + 4) as Gpa, 0, 4);
    }
  }
}

/** 1 … 4, and 0 for what is no table. */
function levelOf(use: Use): number {
  return TABLE_USES.indexOf(use as TableUse) + 1;
}
