/**
 * The ROM: the BIOS, what it has to know of this machine, and the tables that operating systems look for.
 *
 *     F0000 ──────── F8000 ──────────── F8200 ─── … ─────────────── FFFF0 ──────
 *     │ the BIOS     │ memory sizes     │ FACS    │ MP and ACPI     │ jump to the BIOS
 *     │              │ memory map       │ (copied)│ tables          │ date, model
 */
import { dmar, dsdt, facs, fadt, madt, type RemappingUnit, rsdp, rsdt } from "./acpi.ts";
import { INTERRUPTS } from "./interrupts.ts";
import { EBDA, e820, memoryMap, ROM } from "./memory-map.ts";
import { mpConfiguration, mpPointer, type Processor } from "./mp.ts";
import { ascii, concat, u8, u16 } from "./table-bytes.ts";

export const ROM_BYTES = 0x10000;
/** Offsets that the BIOS's source knows too (bios/layout.ts). */
const BOARD = 0x8000;
const FACS = 0x8200;
const TABLES = 0x8240;
const FACS_IN_EBDA = EBDA + 0x100;
const RESET_VECTOR = 0xfff0;

const KIB = 1024;
const MIB = 1024 * KIB;

export interface RomParts {
  /** The BIOS, assembled for offset 0 of the ROM. */
  readonly bios: Uint8Array;
  /** Bytes of memory. */
  readonly ram: number;
  readonly processor: Processor;
  readonly unit?: RemappingUnit | undefined;
}

/** 64 KiB. Throws an Error when something does not fit, which a test rules out. */
export function buildRom({ bios, ram, processor, unit }: RomParts): Uint8Array {
  const rom = new Uint8Array(ROM_BYTES).fill(0xff);
  const put = (at: number, bytes: Uint8Array, end: number) => {
    if (at + bytes.length > end)
      throw new Error(`invariant: the ROM has no room for ${bytes.length} bytes at ${at.toString(16)}h`);
    rom.set(bytes, at);
  };
  put(0, bios, BOARD);
  put(BOARD, board(ram), FACS);
  put(FACS, facs(), TABLES);

  let next = TABLES;
  const place = (bytes: Uint8Array): number => {
    const at = next;
    put(at, bytes, RESET_VECTOR);
    next = Math.ceil((at + bytes.length) / 16) * 16;
    return ROM + at;
  };
  place(mpPointer(place(mpConfiguration(processor, INTERRUPTS))));
  const tables = [place(fadt({ facs: FACS_IN_EBDA, dsdt: place(dsdt()) })), place(madt())];
  if (unit !== undefined) tables.push(place(dmar(unit)));
  place(rsdp(place(rsdt(tables))));

  put(RESET_VECTOR, concat(u8(0xea), u16(0, ROM >>> 4)), ROM_BYTES);
  put(0xfff5, ascii("01/01/26"), ROM_BYTES);
  put(0xfffe, u8(0xfc), ROM_BYTES); // a PC/AT
  return rom;
}

/** Memory sizes and map, as the BIOS hands them out. */
function board(ram: number): Uint8Array {
  const map = memoryMap(ram);
  const upTo16 = Math.max(0, Math.min(ram, 16 * MIB) - MIB);
  const above16 = Math.max(0, ram - 16 * MIB);
  return concat(u16(upTo16 / KIB, Math.floor(above16 / (64 * KIB)), map.length), e820(map));
}
