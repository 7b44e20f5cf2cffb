/**
 * Puts the processor straight into a mode, as if a boot loader had been there: for images that bring none.
 *
 *     real        CS:IP = entry, other segments 0, SP below the image
 *     protected   32 bits, flat segments 08h (code) and 10h (data), no paging, ESP below the image
 *     long        64 bits, the first 4 GiB mapped one to one by 2-MiB pages, RSP below the image
 *
 * Descriptor and page tables lie in base memory from 90000h on.
 */
import type { Gpa } from "../address.ts";
import { type Cpu, CR0, CR4, EFER } from "../cpu/cpu.ts";
import { ESP } from "../cpu/registers.ts";
import { setSegment, updateMode } from "../cpu/segments.ts";
import { u32 } from "../firmware/table-bytes.ts";
import { CS, ES, GS } from "../isa/instruction.ts";
import { LoadError } from "./error.ts";

export const MODES = ["real", "protected", "long"] as const;
export type Mode = (typeof MODES)[number];

const TABLES = 0x90000;
const PAGE = 4096;
/** Accessed code and data, as the second dword of a descriptor has them. */
const CODE_32 = 0xc09b00;
const CODE_64 = 0xa09b00;
const DATA = 0xc09300;
const CODE_16 = 0x009b00;
const DATA_16 = 0x009300;
/** The limit's bits in both dwords of a descriptor. */
const LIMIT_LOW = 0xffff;
const LIMIT_HIGH = 0xf0000;
const CODE_SELECTOR = 0x08;
const DATA_SELECTOR = 0x10;
const GIBIBYTES = 4;
const PRESENT_WRITABLE = 3;
const LARGE = 0x80;

/** Throws a LoadError when the mode cannot reach the entry. */
export function startIn(cpu: Cpu, mode: Mode, entry: number): void {
  if (mode === "real") startReal(cpu, entry);
  else {
    cpu.ip = entry | 0;
    startFlat(cpu, mode === "long");
  }
  cpu.r32[ESP] = entry < PAGE ? PAGE : entry;
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  cpu.memory.loadCr3(cpu.cr3, 0);
  updateMode(cpu);
}

/** CS is 0 while 16 bits of IP reach the entry, so that addresses in the image are those that it was assembled for. */
function startReal(cpu: Cpu, entry: number): void {
  if (entry > 0xfffff)
    throw new LoadError(`real mode reaches the first MiB only, not ${entry.toString(16)}h`);
  const selector = entry > 0xffff ? entry >>> 4 : 0;
  setSegment(cpu, CS, selector, selector << 4, 0xffff, CODE_16);
  for (let segment = ES; segment <= GS; segment++)
    if (segment !== CS) setSegment(cpu, segment, 0, 0, 0xffff, DATA_16);
  cpu.ip = entry - (selector << 4);
}

function startFlat(cpu: Cpu, long: boolean): void {
  const code = long ? CODE_64 : CODE_32;
  const table = u32(0, 0, LIMIT_LOW, code | LIMIT_HIGH, LIMIT_LOW, DATA | LIMIT_HIGH);
  cpu.bus.dmaWrite(TABLES as Gpa, table);
  Object.assign(cpu.gdtr, { base: TABLES, baseHigh: 0, limit: table.length - 1 });
  cpu.cr0 |= CR0.PE;
  if (long) {
    cpu.cr3 = TABLES + PAGE;
    mapOneToOne(cpu);
    cpu.cr4 |= CR4.PAE;
    cpu.efer |= EFER.LME | EFER.LMA;
    cpu.cr0 |= CR0.PG;
  }
  setSegment(cpu, CS, CODE_SELECTOR, 0, 0xffffffff, code);
  for (let segment = ES; segment <= GS; segment++)
    if (segment !== CS) setSegment(cpu, segment, DATA_SELECTOR, 0, 0xffffffff, DATA);
}

/** A top-level table, a directory pointer table, four directories of 2-MiB pages. */
function mapOneToOne({ bus, cr3 }: Cpu): void {
  const table = (number: number) => cr3 + number * PAGE;
  const put = (number: number, index: number, entry: number) =>
    bus.dmaWrite((table(number) + 8 * index) as Gpa, u32(entry | PRESENT_WRITABLE, 0));
  put(0, 0, table(1));
  for (let gib = 0; gib < GIBIBYTES; gib++) {
    put(1, gib, table(2 + gib));
    for (let i = 0; i < 512; i++) put(2 + gib, i, ((gib * 512 + i) << 21) | LARGE);
  }
}
