/**
 * BT BTS BTR BTC, BSF BSR, POPCNT TZCNT LZCNT. With a register as bit offset, memory is a string of bits in both directions: the
 * operand that is accessed lies (offset >> log2(width)) operands from the address (SDM Vol. 2, 3.1.1.9, "BitBase").
 */
import type { Gva } from "../../address.ts";
import { readE, readRegister, writeRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { ARITHMETIC, CF, ZF } from "../flags.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import { distantAddress } from "../operand.ts";

/** op.kind: what becomes of the bit. */
const TEST = 0;
const SET = 1;
const RESET = 2;
const COMPLEMENT = 3;

function changed(kind: number, value: number, mask: number): number {
  if (kind === SET) return value | mask;
  return kind === RESET ? value & ~mask : value ^ mask;
}

/** In a register, or in memory by an immediate: within the operand. The others of OSZAP, undefined, stay. */
function bitRegister(cpu: Cpu, op: Op, offset: number): void {
  const bit = offset & (8 * op.size - 1);
  const index = op.size === 2 ? op.dst >> 1 : bit >= 32 ? op.dst + 1 : op.dst;
  const value = cpu.r32[index] as number;
  const mask = 1 << (bit & 31);
  if (op.kind !== TEST) {
    cpu.r32[index] = changed(op.kind, value, mask);
    if (op.size === 4) cpu.r32[index + 1] = 0;
  }
  cpu.flags.assign(CF, (value >>> (bit & 31)) & 1);
}

function bitMemory(cpu: Cpu, op: Op, at: Gva, offset: number): void {
  const { memory } = cpu;
  const bit = offset & (8 * op.size - 1);
  const mask = 1 << (bit & 31);
  let low = 0;
  if (op.kind === TEST)
    low = op.size === 2 ? memory.read16(at) : op.size === 4 ? memory.read32(at) : memory.read64(at);
  else if (op.size === 2) {
    low = memory.readForWrite16(at);
    memory.write16(at, changed(op.kind, low, mask));
  } else if (op.size === 4) {
    low = memory.readForWrite32(at);
    memory.write32(at, changed(op.kind, low, mask));
  } else {
    low = memory.readForWrite64(at);
    const { high } = memory;
    if (bit < 32) memory.write64(at, changed(op.kind, low, mask), high);
    else {
      memory.write64(at, low, changed(op.kind, high, mask));
      low = high;
    }
    cpu.flags.assign(CF, (low >>> (bit & 31)) & 1);
    return;
  }
  if (bit >= 32) low = memory.high;
  cpu.flags.assign(CF, (low >>> (bit & 31)) & 1);
}

function bitString(cpu: Cpu, op: Op, distance: number, distanceHigh: number, offset: number): void {
  const at = distantAddress(cpu, op, distance, distanceHigh, op.size, op.kind !== TEST);
  bitMemory(cpu, op, at, offset);
}

function bitRI(cpu: Cpu, op: Op): void {
  bitRegister(cpu, op, op.imm);
}

function bitRG(cpu: Cpu, op: Op): void {
  bitRegister(cpu, op, readRegister(cpu, op.src, op.size));
}

function bitMI(cpu: Cpu, op: Op): void {
  bitString(cpu, op, 0, 0, op.imm);
}

function bitMG(cpu: Cpu, op: Op): void {
  const low = readRegister(cpu, op.src, op.size);
  if (op.size === 8) {
    const { high } = cpu;
    // The signed offset divided by 8, down to a multiple of 8 bytes.
    const distance = ((low >>> 3) | (high << 29)) & ~7;
    bitString(cpu, op, distance, high >> 3, low);
    return;
  }
  const offset = op.size === 2 ? (low << 16) >> 16 : low;
  const distance = (offset >> 3) & -op.size;
  bitString(cpu, op, distance, distance >> 31, low);
}

const bitTest =
  (kind: number): Binder =>
  (op) => {
    op.kind = kind;
    const immediate = op.row.operands[1] === "Ib";
    return op.rm >= 0 ? (immediate ? bitRI : bitRG) : immediate ? bitMI : bitMG;
  };

/** Number of the lowest bit that is set; the number of bits when there is none. */
function trailing(low: number, high: number, size: number): number {
  if (low !== 0) return 31 - Math.clz32(low & -low);
  if (size === 8 && high !== 0) return 63 - Math.clz32(high & -high);
  return 8 * size;
}

/** Zeros above the highest bit that is set. */
function leading(low: number, high: number, size: number): number {
  if (size < 8) return Math.clz32(low) - (32 - 8 * size);
  return high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low);
}

/** A source of 0 leaves the destination as it was, as processors do; of 32 bits the upper half is cleared nevertheless. */
function scan(cpu: Cpu, op: Op, reverse: boolean): void {
  const low = readE(cpu, op);
  const high = op.size === 8 ? cpu.high : 0;
  if ((low | high) !== 0) {
    const bit = reverse ? 8 * op.size - 1 - leading(low, high, op.size) : trailing(low, high, op.size);
    writeRegister(cpu, op.src, op.size, bit, 0);
    cpu.flags.logic(1);
  } else {
    if (op.size === 4) cpu.r32[op.src + 1] = 0;
    cpu.flags.logic(0);
  }
}

function bsf(cpu: Cpu, op: Op): void {
  scan(cpu, op, false);
}

function bsr(cpu: Cpu, op: Op): void {
  scan(cpu, op, true);
}

/** TZCNT, LZCNT: CF says that the source was 0, ZF that the result is. */
function count(cpu: Cpu, op: Op, counted: number): void {
  writeRegister(cpu, op.src, op.size, counted, 0);
  cpu.flags.logic(1);
  cpu.flags.assign(CF | ZF, (counted === 8 * op.size ? CF : 0) | (counted === 0 ? ZF : 0));
}

function tzcnt(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  count(cpu, op, trailing(low, cpu.high, op.size));
}

function lzcnt(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  count(cpu, op, leading(low, cpu.high, op.size));
}

/** Bits that are set in 32 (Warren, Hacker's Delight, 5-1). */
function population(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function popcnt(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  const bits = population(low) + (op.size === 8 ? population(cpu.high) : 0);
  writeRegister(cpu, op.src, op.size, bits, 0);
  cpu.flags.assign(ARITHMETIC, bits === 0 ? ZF : 0);
}

export const BITS: Semantics = {
  bt: bitTest(TEST),
  bts: bitTest(SET),
  btr: bitTest(RESET),
  btc: bitTest(COMPLEMENT),
  bsf: () => bsf,
  bsr: () => bsr,
  tzcnt: () => tzcnt,
  lzcnt: () => lzcnt,
  popcnt: () => popcnt,
};
