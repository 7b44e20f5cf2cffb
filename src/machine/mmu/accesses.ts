/**
 * The accesses to memory. One that the front (front.ts) knows goes straight to RAM; every other one is slow.ts's.
 *
 *     linear ──front──▶ RAM offset
 *        └─ miss ──▶ TLBs ──▶ walk ──▶ physical ──▶ RAM, ROM, device
 *
 * Addresses are int32 but in 64-bit mode, where they are doubles: the two paths part at the first test, so that the 32-bit
 * one stays in integers.
 */
import type { Gva } from "../address.ts";
import { FRONT_ADDEND, FRONT_HIGH, FRONT_MASK, FRONT_SHIFT, type Front, frontMask } from "./front.ts";
import { SYSTEM_READ, SYSTEM_WRITE } from "./rights.ts";
import type { SlowAccess } from "./slow.ts";

/** No RAM offset: RAM ends at 2 GiB, so that offsets are small integers. */
const MISS = -1;
const PAGE_MASK = -4096;
const TWO32 = 4294967296;
const SYSTEM_READ_MASK = frontMask(SYSTEM_READ);
const SYSTEM_WRITE_MASK = frontMask(SYSTEM_WRITE);
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time; that doubles a hit's price.
const SHIFT = FRONT_SHIFT;
const INDEX = FRONT_MASK;
const ADDEND = FRONT_ADDEND;
const HIGH = FRONT_HIGH;
const SYSTEM_READS = SYSTEM_READ;
const SYSTEM_WRITES = SYSTEM_WRITE;

/** What each method does is in memory.ts. */
export class Accesses {
  high = 0;
  /** 64-bit mode. */
  protected wideAddresses = false;
  /** Kinds of the processor's explicit accesses, and what they compare in the front. */
  protected readKind = SYSTEM_READ;
  protected writeKind = SYSTEM_WRITE;
  protected readMask = SYSTEM_READ_MASK;
  protected writeMask = SYSTEM_WRITE_MASK;
  // `declare`: a plain declaration would store undefined first, and V8 would then check what it loads.
  declare private readonly view: DataView;
  declare readonly front: Front;
  declare protected readonly slow: SlowAccess;

  constructor(view: DataView, front: Front, slow: SlowAccess) {
    this.view = view;
    this.front = front;
    this.slow = slow;
  }

  read8(at: Gva): number {
    const offset = this.locate(at, 0, this.readMask);
    if (offset !== MISS) return this.view.getUint8(offset);
    return this.slow.read(at | 0, this.highOf(at), 1, this.readKind);
  }

  read16(at: Gva): number {
    const offset = this.locate(at, 1, this.readMask);
    if (offset !== MISS) return this.view.getUint16(offset, true);
    return this.slow.read(at | 0, this.highOf(at), 2, this.readKind);
  }

  read32(at: Gva): number {
    const offset = this.locate(at, 3, this.readMask);
    if (offset !== MISS) return this.view.getInt32(offset, true);
    return this.slow.read(at | 0, this.highOf(at), 4, this.readKind) | 0;
  }

  read64(at: Gva): number {
    const offset = this.locate(at, 7, this.readMask);
    if (offset !== MISS) {
      this.high = this.view.getInt32(offset + 4, true);
      return this.view.getInt32(offset, true);
    }
    const low = this.slow.read64(at | 0, this.highOf(at), this.readKind);
    this.high = this.slow.high;
    return low;
  }

  write8(at: Gva, value: number): void {
    const offset = this.locate(at, 0, this.writeMask);
    if (offset !== MISS) this.view.setUint8(offset, value);
    else this.slow.write(at | 0, this.highOf(at), value, 1, this.writeKind);
  }

  write16(at: Gva, value: number): void {
    const offset = this.locate(at, 1, this.writeMask);
    if (offset !== MISS) this.view.setUint16(offset, value, true);
    else this.slow.write(at | 0, this.highOf(at), value, 2, this.writeKind);
  }

  write32(at: Gva, value: number): void {
    const offset = this.locate(at, 3, this.writeMask);
    if (offset !== MISS) this.view.setInt32(offset, value, true);
    else this.slow.write(at | 0, this.highOf(at), value, 4, this.writeKind);
  }

  write64(at: Gva, low: number, high: number): void {
    const offset = this.locate(at, 7, this.writeMask);
    if (offset !== MISS) {
      this.view.setInt32(offset, low, true);
      this.view.setInt32(offset + 4, high, true);
    } else this.slow.write64(at | 0, this.highOf(at), low, high, this.writeKind);
  }

  tryRead32(at: Gva): number {
    const offset = this.locate(at, 3, this.readMask);
    if (offset !== MISS) return this.view.getInt32(offset, true);
    return this.slow.tryRead32(at | 0, this.highOf(at), this.readKind);
  }

  get faulted(): boolean {
    return this.slow.faulted;
  }

  set faulted(value: boolean) {
    this.slow.faulted = value;
  }

  tryWrite32(at: Gva, value: number): boolean {
    const offset = this.locate(at, 3, this.writeMask);
    if (offset !== MISS) {
      this.view.setInt32(offset, value, true);
      return true;
    }
    return this.slow.tryWrite32(at | 0, this.highOf(at), value, this.writeKind);
  }

  readForWrite8(at: Gva): number {
    const offset = this.locate(at, 0, this.writeMask);
    if (offset !== MISS) return this.view.getUint8(offset);
    return this.slow.read(at | 0, this.highOf(at), 1, this.writeKind);
  }

  readForWrite16(at: Gva): number {
    const offset = this.locate(at, 1, this.writeMask);
    if (offset !== MISS) return this.view.getUint16(offset, true);
    return this.slow.read(at | 0, this.highOf(at), 2, this.writeKind);
  }

  readForWrite32(at: Gva): number {
    const offset = this.locate(at, 3, this.writeMask);
    if (offset !== MISS) return this.view.getInt32(offset, true);
    return this.slow.read(at | 0, this.highOf(at), 4, this.writeKind) | 0;
  }

  readForWrite64(at: Gva): number {
    const offset = this.locate(at, 7, this.writeMask);
    if (offset !== MISS) {
      this.high = this.view.getInt32(offset + 4, true);
      return this.view.getInt32(offset, true);
    }
    const low = this.slow.read64(at | 0, this.highOf(at), this.writeKind);
    this.high = this.slow.high;
    return low;
  }

  probe(at: Gva, size: number, write: boolean): void {
    this.slow.probe(at | 0, this.highOf(at), size, write ? this.writeKind : this.readKind);
  }

  direct(at: Gva, write: boolean): number {
    const mask = write ? this.writeMask : this.readMask;
    const offset = this.locate(at, 0, mask);
    if (offset !== MISS) return offset;
    // Another page took its place in the front, which is no miss of the TLB.
    this.slow.refill(at | 0, this.highOf(at), write ? this.writeKind : this.readKind);
    return this.locate(at, 0, mask);
  }

  systemDirect(at: Gva, write: boolean): number {
    return this.locate(at, 0, write ? SYSTEM_WRITE_MASK : SYSTEM_READ_MASK);
  }

  systemRead8(at: Gva): number {
    const offset = this.locate(at, 0, SYSTEM_READ_MASK);
    if (offset !== MISS) return this.view.getUint8(offset);
    return this.slow.read(at | 0, this.highOf(at), 1, SYSTEM_READS);
  }

  systemRead16(at: Gva): number {
    const offset = this.locate(at, 1, SYSTEM_READ_MASK);
    if (offset !== MISS) return this.view.getUint16(offset, true);
    return this.slow.read(at | 0, this.highOf(at), 2, SYSTEM_READS);
  }

  systemRead32(at: Gva): number {
    const offset = this.locate(at, 3, SYSTEM_READ_MASK);
    if (offset !== MISS) return this.view.getInt32(offset, true);
    return this.slow.read(at | 0, this.highOf(at), 4, SYSTEM_READS) | 0;
  }

  systemWrite8(at: Gva, value: number): void {
    const offset = this.locate(at, 0, SYSTEM_WRITE_MASK);
    if (offset !== MISS) this.view.setUint8(offset, value);
    else this.slow.write(at | 0, this.highOf(at), value, 1, SYSTEM_WRITES);
  }

  systemWrite16(at: Gva, value: number): void {
    const offset = this.locate(at, 1, SYSTEM_WRITE_MASK);
    if (offset !== MISS) this.view.setUint16(offset, value, true);
    else this.slow.write(at | 0, this.highOf(at), value, 2, SYSTEM_WRITES);
  }

  systemWrite32(at: Gva, value: number): void {
    const offset = this.locate(at, 3, SYSTEM_WRITE_MASK);
    if (offset !== MISS) this.view.setInt32(offset, value, true);
    else this.slow.write(at | 0, this.highOf(at), value, 4, SYSTEM_WRITES);
  }

  /** RAM offset of the bytes at … at + last if the front allows the access to all of them, else MISS. */
  private locate(at: number, last: number, mask: number): number {
    if (this.wideAddresses) return this.locateWide(at, last, mask);
    const { entries, key } = this.front;
    const entry = (at >>> SHIFT) & INDEX;
    // The last byte's page: an access over a page's end never matches.
    if (((((at + last) & PAGE_MASK) | key) ^ (entries[entry] as number)) & mask) return MISS;
    return ((entries[entry + ADDEND] as number) + at) | 0;
  }

  private locateWide(at: number, last: number, mask: number): number {
    const low = at | 0;
    const { entries, key } = this.front;
    const entry = (low >>> SHIFT) & INDEX;
    if (((((low + last) & PAGE_MASK) | key) ^ (entries[entry] as number)) & mask) return MISS;
    if (entries[entry + HIGH] !== Math.floor(at / TWO32)) return MISS;
    return ((entries[entry + ADDEND] as number) + low) | 0;
  }

  /** Upper half of a linear address: outside of 64-bit mode addresses are zero-extended. */
  protected highOf(at: number): number {
    return this.wideAddresses ? Math.floor(at / TWO32) : 0;
  }
}
