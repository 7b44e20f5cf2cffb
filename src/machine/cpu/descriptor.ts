/**
 * Segment and gate descriptors in the GDT, the LDT and the IDT (SDM Vol. 3, 3.4.5 and 6.11).
 *
 *     31        24 23 22 21 20 19   16 15 14 13 12 11   8 7         0
 *     ┌───────────┬──┬──┬──┬──┬───────┬──┬─────┬──┬──────┬───────────┐
 *     │ base 31:24│G │DB│L │AV│ limit │P │ DPL │S │ type │ base 23:16│  high
 *     ├───────────┴──┴──┴──┴──┴───────┼──┴─────┴──┴──────┴───────────┤
 *     │ base 15:0                     │ limit 15:0                   │  low
 *     └───────────────────────────────┴──────────────────────────────┘
 */
import type { Gva } from "../address.ts";
import { type Cpu, LDTR } from "./cpu.ts";

/** Bits of a descriptor's second dword. `access` of cpu.segments keeps them in the same places. */
export const ACCESSED = 1 << 8;
/** Data: writable. Code: readable. */
export const WRITABLE = 1 << 9;
/** Data: expand-down. Code: conforming. */
export const CONFORMING = 1 << 10;
export const CODE = 1 << 11;
/** S: a code or data segment, not a system descriptor. */
export const SEGMENT = 1 << 12;
export const PRESENT = 1 << 15;
export const LONG = 1 << 21;
export const BIG = 1 << 22;
export const GRANULAR = 1 << 23;

/** What a segment register keeps of it. */
export const ACCESS = 0x00f0ff00;

/** Types of system descriptors (SDM Vol. 3, 3.5, Table 3-2). In IA-32e mode the 32-bit ones are 64 bits wide. */
export const TSS16 = 1;
export const LDT = 2;
export const TSS16_BUSY = 3;
export const CALL_GATE16 = 4;
export const TASK_GATE = 5;
export const INTERRUPT_GATE16 = 6;
export const TRAP_GATE16 = 7;
export const TSS32 = 9;
export const TSS32_BUSY = 11;
export const CALL_GATE32 = 12;
export const INTERRUPT_GATE32 = 14;
export const TRAP_GATE32 = 15;

const TWO32 = 4294967296;
const PAGE_MASK = 4095;
/** The last place in a page where 8 bytes fit. */
const LAST_PAIR = 4088;

/** A descriptor just read. There are a few of them in all, one for each role, so that reading one allocates nothing. */
export class Descriptor {
  low = 0;
  high = 0;
  /** Where it stands, for writing its accessed or busy bit. */
  address: Gva = 0 as Gva;

  get type(): number {
    return (this.high >> 8) & 15;
  }

  get dpl(): number {
    return (this.high >> 13) & 3;
  }

  get base(): number {
    return (this.low >>> 16) | ((this.high & 0xff) << 16) | (this.high & 0xff000000);
  }

  /** In bytes: the last valid offset, as int32 (4 GiB − 1 is −1), to be compared as `>>> 0`. */
  get limit(): number {
    const limit = (this.low & 0xffff) | (this.high & 0xf0000);
    return (this.high & GRANULAR) === 0 ? limit : (limit << 12) | 0xfff;
  }

  get present(): boolean {
    return (this.high & PRESENT) !== 0;
  }

  /** A code segment, conforming or not. */
  get code(): boolean {
    return (this.high & (SEGMENT | CODE)) === (SEGMENT | CODE);
  }

  get conforming(): boolean {
    return (this.high & CONFORMING) !== 0;
  }

  get writableData(): boolean {
    return (this.high & (SEGMENT | CODE | WRITABLE)) === (SEGMENT | WRITABLE);
  }

  /** Data, or code that may be read. */
  get readable(): boolean {
    return (this.high & SEGMENT) !== 0 && (this.high & (CODE | WRITABLE)) !== CODE;
  }

  /** Of a gate: selector and offset of where it leads. */
  get gateSelector(): number {
    return this.low >>> 16;
  }

  get gateOffset(): number {
    return (this.low & 0xffff) | (this.high & 0xffff0000);
  }
}

/** Linear address of a byte of a system table: 64 bits in IA-32e mode, compatibility mode included. */
export function systemAddress(cpu: Cpu, base: number, baseHigh: number, offset: number): Gva {
  if (cpu.longMode) return (baseHigh * TWO32 + (base >>> 0) + offset) as Gva;
  return ((base + offset) | 0) as Gva;
}

/** Reads the descriptor that a selector names; false where the selector is outside of its table, or there is no LDT. */
export function readDescriptor(cpu: Cpu, selector: number, into: Descriptor): boolean {
  const offset = selector & 0xfff8;
  if ((selector & 4) === 0) {
    const { gdtr } = cpu;
    if (offset + 7 > gdtr.limit) return false;
    into.address = systemAddress(cpu, gdtr.base, gdtr.baseHigh, offset);
  } else {
    const { base, baseHigh, limit, access } = cpu.segments;
    if (((access[LDTR] as number) & PRESENT) === 0 || offset + 7 > (limit[LDTR] as number)) return false;
    into.address = systemAddress(cpu, base[LDTR] as number, baseHigh[LDTR] as number, offset);
  }
  readPair(cpu, into);
  return true;
}

/** Reads the 8 bytes at `into.address`. */
export function readPair(cpu: Cpu, into: Descriptor): void {
  const { address } = into;
  const direct =
    cpu.compatibility || (address & PAGE_MASK) > LAST_PAIR ? -1 : cpu.memory.systemDirect(address, false);
  if (direct >= 0) {
    const { view } = cpu.bus;
    into.low = view.getInt32(direct, true);
    into.high = view.getInt32(direct + 4, true);
  } else {
    into.low = systemRead32(cpu, address);
    into.high = systemRead32(cpu, (address + 4) as Gva);
  }
}

/** Bits 63:32 of the base or offset of a 16-byte descriptor; `upper` gets its second half. False outside of the table. */
export function readUpperHalf(cpu: Cpu, selector: number, of: Descriptor, upper: Descriptor): boolean {
  const last = (selector & 0xfff8) + 15;
  if (last > ((selector & 4) === 0 ? cpu.gdtr.limit : (cpu.segments.limit[LDTR] as number))) return false;
  upper.address = (of.address + 8) as Gva;
  readPair(cpu, upper);
  return true;
}

/** Writes bits of the type field back: accessed, busy. */
export function writeType(cpu: Cpu, descriptor: Descriptor): void {
  systemWrite8(cpu, (descriptor.address + 5) as Gva, (descriptor.high >> 8) & 0xff);
}

/** Sets the accessed bit of a segment that is being loaded. */
export function markAccessed(cpu: Cpu, descriptor: Descriptor): void {
  if ((descriptor.high & ACCESSED) !== 0) return;
  descriptor.high |= ACCESSED;
  writeType(cpu, descriptor);
}

/*
 * In compatibility mode linear addresses of programs have 32 bits, those of system tables 64. The memory is told which
 * kind comes; everywhere else both are of one kind.
 */

export function systemRead16(cpu: Cpu, at: Gva): number {
  if (cpu.memory.wide === cpu.longMode) return cpu.memory.systemRead16(at);
  return wideRead(cpu, at, 2);
}

export function systemRead32(cpu: Cpu, at: Gva): number {
  if (cpu.memory.wide === cpu.longMode) return cpu.memory.systemRead32(at);
  return wideRead(cpu, at, 4);
}

export function systemWrite8(cpu: Cpu, at: Gva, value: number): void {
  if (cpu.memory.wide === cpu.longMode) cpu.memory.systemWrite8(at, value);
  else wideWrite(cpu, at, 1, value);
}

export function systemWrite16(cpu: Cpu, at: Gva, value: number): void {
  if (cpu.memory.wide === cpu.longMode) cpu.memory.systemWrite16(at, value);
  else wideWrite(cpu, at, 2, value);
}

export function systemWrite32(cpu: Cpu, at: Gva, value: number): void {
  if (cpu.memory.wide === cpu.longMode) cpu.memory.systemWrite32(at, value);
  else wideWrite(cpu, at, 4, value);
}

function wideRead(cpu: Cpu, at: Gva, size: number): number {
  const { memory } = cpu;
  memory.wide = true;
  try {
    return size === 4 ? memory.systemRead32(at) : memory.systemRead16(at);
  } finally {
    memory.wide = false;
  }
}

function wideWrite(cpu: Cpu, at: Gva, size: number, value: number): void {
  const { memory } = cpu;
  memory.wide = true;
  try {
    if (size === 4) memory.systemWrite32(at, value);
    else if (size === 2) memory.systemWrite16(at, value);
    else memory.systemWrite8(at, value);
  } finally {
    memory.wide = false;
  }
}
