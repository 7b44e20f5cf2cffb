/**
 * Direct paging: the processor walks the guest's own tables, so every table must be harmless, always. Each of the guest's frames has at
 * most one use that matters, as long as anything uses it so, and a frame becomes a table only after all of it was checked:
 *
 *     writable    some entry maps it writable            ─┐
 *     table       level-1 table: maps frames of the guest │  one at a time, counted
 *     directory   level-2 table: points to tables         │
 *     segments    descriptors of the GDT                 ─┘
 *
 * So no table is writable, and none maps the monitor or another's memory. (Barham et al. 2003, sec. 3.3.3; the types are those of Xen's
 * xen/arch/x86/mm.c.)
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import type { Ledger } from "../../../machine/ledger.ts";
import { A, D, G, P, PS, RW, US } from "../../../machine/mmu/formats/bits.ts";
import { checkedDescriptor } from "./descriptors.ts";
import { FIRST_MONITOR_ENTRY } from "./interface.ts";

export type Use = "none" | "writable" | "table" | "directory" | "segments";

const PAGE = 4096;
const ENTRIES = 1024;
const FRAME = -PAGE;
/** PCD, PWT; PAT at level 1, PS at level 2; G is the monitor's. */
const REFUSED = 0x18 | PS | G;

interface Frame {
  use: Use;
  /** Entries, pins and registers that want this use. */
  count: number;
  pinned: boolean;
  /** The flush after which a translation as a writable page was last possible. */
  writableUntil: number;
}

export interface FramesParts {
  readonly bus: Bus;
  readonly ledger: Ledger;
  /** Host-physical address of the guest's first frame, and how many there are. */
  readonly base: number;
  readonly count: number;
  /** Directory entries that the monitor has in every directory, from FIRST_MONITOR_ENTRY on. */
  readonly monitorEntries: readonly number[];
  /** Forgets every translation but the monitor's. */
  flush(): void;
}

export class GuestFrames {
  readonly #parts: FramesParts;
  readonly #frames: Frame[];
  #flushes = 0;

  constructor(parts: FramesParts) {
    this.#parts = parts;
    this.#frames = Array.from({ length: parts.count }, () => ({
      use: "none",
      count: 0,
      pinned: false,
      writableUntil: -1,
    }));
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

  /** One more that uses the frame so; false when it is another's, used otherwise, or may not be used so. */
  take(machineFrame: number, use: Exclude<Use, "none">): boolean {
    const frame = this.#at(machineFrame);
    if (frame === undefined) return false;
    if (frame.count > 0) {
      if (frame.use !== use) return false;
      frame.count++;
      return true;
    }
    if (use !== "writable" && frame.writableUntil >= this.#flushes) this.#parts.flush();
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
    if (frame === undefined || frame.count === 0)
      throw new Error(`invariant: frame ${machineFrame.toString(16)} is dropped by nobody who has it`);
    if (--frame.count > 0) return;
    const { use } = frame;
    frame.use = "none";
    if (use === "writable") frame.writableUntil = this.#flushes;
    else if (use === "table") this.#eachEntry(machineFrame, ENTRIES, (entry) => this.#dropLeaf(entry));
    else if (use === "directory")
      this.#eachEntry(machineFrame, FIRST_MONITOR_ENTRY, (entry) => this.#dropTable(entry));
  }

  pin(machineFrame: number, use: "table" | "directory"): boolean {
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

  /** Writes an entry of a table or directory, or a dword of a page that the guest could write itself. */
  write(machineAddress: number, value: number): boolean {
    const number = Math.floor(machineAddress / PAGE);
    const frame = this.#at(number);
    if (frame === undefined || machineAddress % 4 !== 0) return false;
    const index = (machineAddress % PAGE) / 4;
    const { bus, ledger } = this.#parts;
    ledger.pay("validate");
    if (frame.use === "segments") return false;
    if (frame.use === "directory") {
      if (index >= FIRST_MONITOR_ENTRY || !this.#takeTable(value)) return false;
    } else if (frame.use === "table" && !this.#takeLeaf(value)) return false;
    const before = bus.view.getInt32(machineAddress, true);
    bus.write(machineAddress as Gpa, value >>> 0, 4);
    if (frame.use === "table") this.#dropLeaf(before);
    else if (frame.use === "directory") this.#dropTable(before);
    return true;
  }

  #at(machineFrame: number): Frame | undefined {
    return this.#frames[machineFrame - this.#parts.base / PAGE];
  }

  #validate(machineFrame: number, use: Use): boolean {
    switch (use) {
      case "table":
        return this.#takeAll(
          machineFrame,
          ENTRIES,
          (e) => this.#takeLeaf(e),
          (e) => this.#dropLeaf(e),
        );
      case "directory": {
        const all = this.#takeAll(
          machineFrame,
          FIRST_MONITOR_ENTRY,
          (e) => this.#takeTable(e),
          (e) => this.#dropTable(e),
        );
        if (all) this.#addMonitor(machineFrame);
        return all;
      }
      case "segments":
        return this.#checkSegments(machineFrame);
      default:
        return true;
    }
  }

  /** Takes what every entry refers to, or nothing. */
  #takeAll(
    machineFrame: number,
    count: number,
    take: (entry: number) => boolean,
    drop: (entry: number) => void,
  ): boolean {
    const { view } = this.#parts.bus;
    const entryAt = (index: number) => view.getInt32(machineFrame * PAGE + 4 * index, true);
    for (let index = 0; index < count; index++) {
      const entry = entryAt(index);
      if ((entry & P) === 0) continue;
      this.#parts.ledger.pay("validate");
      if (take(entry)) continue;
      for (let undone = 0; undone < index; undone++) drop(entryAt(undone));
      return false;
    }
    return true;
  }

  #eachEntry(machineFrame: number, count: number, drop: (entry: number) => void): void {
    const { view } = this.#parts.bus;
    for (let index = 0; index < count; index++) drop(view.getInt32(machineFrame * PAGE + 4 * index, true));
  }

  #takeLeaf(entry: number): boolean {
    if ((entry & P) === 0) return true;
    if ((entry & REFUSED) !== 0) return false;
    const frame = frameOf(entry);
    return (entry & RW) === 0 ? this.owns(frame) : this.take(frame, "writable");
  }

  #dropLeaf(entry: number): void {
    if ((entry & (P | RW)) === (P | RW)) this.drop(frameOf(entry));
  }

  #takeTable(entry: number): boolean {
    if ((entry & P) === 0) return true;
    return (entry & REFUSED) === 0 && this.take(frameOf(entry), "table");
  }

  #dropTable(entry: number): void {
    if ((entry & P) !== 0) this.drop(frameOf(entry));
  }

  #addMonitor(machineFrame: number): void {
    const { bus, monitorEntries } = this.#parts;
    for (let index = FIRST_MONITOR_ENTRY; index < ENTRIES; index++)
      bus.write(
        (machineFrame * PAGE + 4 * index) as Gpa,
        (monitorEntries[index - FIRST_MONITOR_ENTRY] ?? 0) >>> 0,
        4,
      );
  }

  #checkSegments(machineFrame: number): boolean {
    const { bus, ledger } = this.#parts;
    const { view } = bus;
    for (let at = machineFrame * PAGE; at < (machineFrame + 1) * PAGE; at += 8) {
      const checked = checkedDescriptor(view.getInt32(at, true), view.getInt32(at + 4, true));
      if (checked === undefined) return false;
      bus.write(at as Gpa, checked.low >>> 0, 4);
      bus.write((at + 4) as Gpa, checked.high >>> 0, 4);
    }
    ledger.pay("validate");
    return true;
  }
}

const frameOf = (entry: number): number => (entry & FRAME) >>> 12;

/** An entry of the monitor's own: supervisor only. */
export const monitorEntry = (address: number, writable: boolean): number =>
  address | P | A | G | (writable ? RW | D : 0);

/** A directory entry for a table, the monitor's or the first ones of a guest. */
export const tableEntry = (address: number, user: boolean): number => address | P | RW | A | (user ? US : 0);
