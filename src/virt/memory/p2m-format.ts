/**
 * Entries of a p2m ("physical to machine") in a format of the one walker. An entry that the processor takes for a hole tells
 * the host why; hardware ignores all its other bits (SDM Vol. 3, 28.2.2: bits 2:0 are zero; 4.5: P is zero).
 *
 *     leaf   31 ───── 12 11 ── 3 2 1 0        hole   31 ──────── 12 11 ─ 6 5 ── 3 2 1 0
 *            frame      │ format │x│w│r              frame or slot │ 0    │ Why  │ 0 0 0
 */

import { P, RW, US } from "../../machine/mmu/formats/bits.ts";
import { EPT_EXECUTE, EPT_READ, EPT_WRITE, EPT_WRITE_BACK, ept } from "../../machine/mmu/formats/ept.ts";
import type { EntryFormat } from "../../machine/mmu/formats/format.ts";
import { ia32e } from "../../machine/mmu/formats/ia32e.ts";

export interface P2mFormat {
  readonly format: EntryFormat;
  /** Low-half bits of an entry that leads to a table, … */
  readonly table: number;
  /** … of a page that may be written, and of one that may only be read. */
  readonly writable: number;
  readonly readable: number;
}

/** W in every format here. */
export const MAY_WRITE = 2;

/** Why there is no leaf. */
export const ABSENT = 0;
/** In the host's swap file, in that slot. */
export const SWAPPED = 1;
/** Given to the balloon. */
export const BALLOONED = 2;
/** In memory, in that frame, and invalid until it is touched. */
export const SAMPLED = 3;
/** As SAMPLED, of a shared frame. */
export const SAMPLED_SHARED = 4;
/** Not plugged in (any more). */
export const UNPLUGGED = 5;

export const whyOf = (entry: number): number => (entry >>> 3) & 7;
export const numberOf = (entry: number): number => entry >>> 12;
export const hole = (why: number, number = 0): number => (number << 12) | (why << 3);

const SIZES = { physicalBits: 40, gigabytePages: true };
const EPT_ALL = EPT_READ | EPT_WRITE | EPT_EXECUTE;

export const EPT_P2M: P2mFormat = {
  format: ept({ ...SIZES, marks: false }),
  table: EPT_ALL,
  writable: EPT_ALL | EPT_WRITE_BACK,
  readable: EPT_READ | EPT_EXECUTE | EPT_WRITE_BACK,
};

/** AMD's nested tables are the processor's own: P, R/W, U/S. */
export const NPT_P2M: P2mFormat = {
  format: ia32e({ ...SIZES, pse: true, pge: false, nxe: false }),
  ...{ table: P | RW | US, writable: P | RW | US, readable: P | US },
};
