/** What the processor asks of its memory. Mmu in mmu.ts is it; a plain interface keeps the interpreter free of how. */
import type { Gpa, Gva } from "../address.ts";

/**
 * Accesses to linear addresses. 8- and 16-bit reads are zero-extended, 32-bit reads are int32; of 64-bit reads the low half
 * is returned and the high half left in `high`. All raise #PF, with CR2 set, before anything was written; an access over a
 * page's end checks both pages first (SDM Vol. 3, 4.7).
 */
export interface Memory {
  /** CPL is 3: the U/S bit of the page tables applies. */
  user: boolean;
  /** In 64-bit mode linear addresses are signed doubles, otherwise int32 (address.ts). */
  wide: boolean;
  high: number;
  read8(at: Gva): number;
  read16(at: Gva): number;
  read32(at: Gva): number;
  read64(at: Gva): number;
  write8(at: Gva, value: number): void;
  write16(at: Gva, value: number): void;
  write32(at: Gva, value: number): void;
  write64(at: Gva, low: number, high: number): void;
  /** Reads that a write to the same place will follow: write permission is checked now. */
  readForWrite8(at: Gva): number;
  readForWrite16(at: Gva): number;
  readForWrite32(at: Gva): number;
  readForWrite64(at: Gva): number;
  /** Raises what an access to `size` bytes would raise; changes nothing but accessed and dirty bits. */
  probe(at: Gva, size: number, write: boolean): void;
  /** Accesses of the processor itself to descriptor tables and task states: supervisor whatever CPL is (SDM Vol. 3, 4.6.1). */
  systemRead8(at: Gva): number;
  systemRead16(at: Gva): number;
  systemRead32(at: Gva): number;
  systemWrite8(at: Gva, value: number): void;
  systemWrite16(at: Gva, value: number): void;
  systemWrite32(at: Gva, value: number): void;
  /** Physical address of an instruction's byte; #PF with the I/D bit when it may not be fetched. */
  fetch(at: Gva): Gpa;
  /** Drops what MOV CR3 drops: all but global pages (`global`: those too). */
  flush(global: boolean): void;
  /** INVLPG. */
  invalidate(at: Gva): void;
}
