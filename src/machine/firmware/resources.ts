/** Resource descriptors: what a bus hands on (ACPI 6.5, 6.4.2 and 6.4.3). */
import { concat, u8, u16, u32 } from "./table-bytes.ts";

const BUS_NUMBERS = 2;
const PORTS = 1;
const MEMORY = 0;
/** The range is fixed at both ends and the device produces it. */
const FIXED = 0x0c;
/** Ports: all of them, not only ISA's. Memory: writable, not cached. */
const ENTIRE = 3;
const WRITABLE = 1;

/** A fixed block of ports. */
export function ports(first: number, count: number): Uint8Array {
  return concat(u8(0x47, 1), u16(first, first), u8(1, count));
}

export function busNumbers(first: number, last: number): Uint8Array {
  return words(BUS_NUMBERS, 0, first, last);
}

export function portRange(first: number, last: number): Uint8Array {
  return words(PORTS, ENTIRE, first, last);
}

export function memoryRange(first: number, last: number): Uint8Array {
  return concat(u8(0x87), u16(23), u8(MEMORY, FIXED, WRITABLE), u32(0, first, last, 0, last - first + 1));
}

function words(kind: number, flags: number, first: number, last: number): Uint8Array {
  return concat(u8(0x88), u16(13), u8(kind, FIXED, flags), u16(0, first, last, 0, last - first + 1));
}

export function resources(...descriptors: Uint8Array[]): Uint8Array {
  return concat(...descriptors, u8(0x79, 0));
}
