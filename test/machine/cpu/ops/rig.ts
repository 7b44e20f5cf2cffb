/**
 * A processor with 1 MiB of RAM, without paging, for one instruction at a time; and what a naive second model of it needs:
 * registers, flags and memory as BigInt.
 */
import { expect } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import { Clock } from "../../../../src/machine/clock.ts";
import { bind } from "../../../../src/machine/cpu/bind.ts";
import { Cpu } from "../../../../src/machine/cpu/cpu.ts";
import { FAULT } from "../../../../src/machine/cpu/fault.ts";
import { RINGLAB } from "../../../../src/machine/cpu/model.ts";
import { Op } from "../../../../src/machine/cpu/op.ts";
import { decode } from "../../../../src/machine/isa/index.ts";
import { ROWS } from "../../../../src/machine/isa/table/index.ts";
import { Mmu } from "../../../../src/machine/mmu/mmu.ts";
import { PENTIUM_4 } from "../../../../src/machine/profiles/pentium4.ts";
import { Trace } from "../../../../src/machine/trace.ts";
import type { Random } from "../../../oracle/random.ts";

export type Bits = 16 | 32 | 64;
export type Size = 1 | 2 | 4 | 8;

/** Where code would stand, and where memory operands and the stack do. */
export const CODE = 0x1000;
export const DATA = 0x4000;
export const STACK = 0x8000;

export const CF = 1n;
export const PF = 4n;
export const AF = 16n;
export const ZF = 64n;
export const SF = 128n;
export const DF = 1024n;
export const OF = 2048n;
export const ARITHMETIC = CF | PF | AF | ZF | SF | OF;

/** Present, writable, accessed data; 32-bit when `big`. As Segments.access holds it. */
const dataAccess = (big: boolean) => 0x9300 | (big ? 0xc00000 : 0);

/** A model with every feature that the ISA table knows. */
const EVERYTHING = {
  ...RINGLAB,
  features: new Set(ROWS.map((row) => row.feature).filter((feature) => feature !== undefined)),
};

export class Rig {
  readonly bus = new Bus(1 << 20);
  readonly clock = new Clock();
  readonly cpu: Cpu;
  readonly bits: Bits;

  constructor(bits: Bits) {
    this.bits = bits;
    const trace = new Trace(this.clock);
    const memory = new Mmu({ bus: this.bus, clock: this.clock, trace, profile: PENTIUM_4 });
    const cpu = new Cpu({
      bus: this.bus,
      clock: this.clock,
      trace,
      memory,
      prices: PENTIUM_4,
      model: EVERYTHING,
    });
    memory.faultRegister = cpu;
    this.cpu = cpu;
    cpu.bits = bits;
    cpu.wide = bits === 64;
    memory.wide = cpu.wide;
    cpu.stackMask = bits === 16 ? 0xffff : -1;
    for (let segment = 0; segment < 6; segment++) {
      cpu.segments.limit[segment] = bits === 16 ? 0xffff : 0xffffffff;
      cpu.segments.access[segment] = dataAccess(bits !== 16);
    }
    if (bits !== 16) {
      cpu.cr0 |= 1;
      cpu.flatRead = 0x3f;
      cpu.flatWrite = 0x3d;
    }
    this.clock.left = 1_000_000;
  }

  /** General registers, unsigned 64 bits each. */
  get registers(): bigint[] {
    return [...this.cpu.registers.r64.subarray(0, 16)];
  }

  set registers(values: readonly bigint[]) {
    for (const [n, value] of values.entries()) this.cpu.registers.r64[n] = value;
  }

  get flags(): bigint {
    return BigInt(this.cpu.flags.value);
  }

  set flags(value: bigint) {
    this.cpu.flags.value = Number(value);
  }

  get ip(): bigint {
    return (BigInt(this.cpu.ipHigh >>> 0) << 32n) | BigInt(this.cpu.ip >>> 0);
  }

  read(at: number, size: number): bigint {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bus.ram[at + i] as number);
    return value;
  }

  write(at: number, size: number, value: bigint): void {
    for (let i = 0; i < size; i++) this.bus.ram[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }

  /** Decodes and executes one instruction standing at CODE. Returns the vector that it raised, or undefined. */
  run(bytes: readonly number[]): number | undefined {
    const op = this.decode(bytes);
    this.cpu.ip = CODE + op.length;
    this.cpu.ipHigh = 0;
    return this.execute(op);
  }

  decode(bytes: readonly number[]): Op {
    const op = new Op();
    let at = 0;
    decode(() => bytes[at++] ?? 0x90, this.bits, op);
    if (op.length !== bytes.length) expect.fail(`${op.row.mnemonic}: ${op.length} of ${bytes}`);
    op.runBytes = op.length;
    bind(op, this.cpu);
    return op;
  }

  execute(op: Op): number | undefined {
    try {
      op.run(this.cpu, op);
    } catch (error) {
      if (error !== FAULT) throw error;
      return FAULT.vector;
    }
    return undefined;
  }
}

export const mask = (size: number) => (1n << BigInt(8 * size)) - 1n;
export const signed = (value: bigint, size: number) => BigInt.asIntN(8 * size, value);
export const unsigned = (value: bigint, size: number) => BigInt.asUintN(8 * size, value);

/** Reads a general register as an instruction of that size does; `high`: AH, CH, DH, BH by numbers 4 … 7. */
export function readRegister(registers: readonly bigint[], n: number, size: Size, high: boolean): bigint {
  if (size === 1 && high && n >= 4 && n < 8) return ((registers[n - 4] as bigint) >> 8n) & 0xffn;
  return (registers[n] as bigint) & mask(size);
}

/** Writes it: 8 and 16 bits leave the rest, 32 bits clear the upper half. */
export function writeRegister(
  registers: bigint[],
  n: number,
  size: Size,
  high: boolean,
  value: bigint,
): void {
  const v = unsigned(value, size);
  if (size >= 4) registers[n] = v;
  else if (size === 1 && high && n >= 4 && n < 8)
    registers[n - 4] = ((registers[n - 4] as bigint) & ~0xff00n) | (v << 8n);
  else registers[n] = ((registers[n] as bigint) & ~mask(size)) | v;
}

/** SF, ZF, PF of a result. */
export function szp(result: bigint, size: number): bigint {
  const value = unsigned(result, size);
  let ones = 0;
  for (let bit = 0n; bit < 8n; bit++) if ((value >> bit) & 1n) ones++;
  return (
    (value === 0n ? ZF : 0n) | ((value >> BigInt(8 * size - 1)) & 1n ? SF : 0n) | (ones % 2 === 0 ? PF : 0n)
  );
}

/** Numbers at the edges more often than in between. */
export function operand(random: Random, size: number): bigint {
  const edges = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 1n << BigInt(8 * size - 1), mask(size), mask(size) >> 1n];
  const value = random.percent(40) ? random.one(edges) : random.wide() >> BigInt(random.below(64));
  return unsigned(random.percent(20) ? -value : value, size);
}

/** The sizes that code of this width can name. */
export const sizes = (bits: Bits): Size[] => (bits === 64 ? [1, 2, 4, 8] : [1, 2, 4]);

/** One operand in ModR/M.rm: a register's number, or memory at DATA. */
export type Place = number | "memory";

/** Prefixes, opcode, ModR/M (with an absolute address for memory) for an operand size; `opcode` is that of the byte form when size is 1. */
export function encode(
  bits: Bits,
  size: Size,
  opcode: readonly number[],
  reg: number,
  rm: Place,
  immediate: readonly number[] = [],
  address = DATA,
): number[] {
  const bytes: number[] = [];
  if ((size === 2 && bits !== 16) || (size === 4 && bits === 16)) bytes.push(0x66);
  const rex =
    (size === 8 ? 0x48 : 0) | (reg >= 8 ? 0x44 : 0) | (typeof rm === "number" && rm >= 8 ? 0x41 : 0);
  if (rex !== 0) bytes.push(rex);
  bytes.push(...opcode);
  const field = (reg & 7) << 3;
  if (typeof rm === "number") bytes.push(0xc0 | field | (rm & 7));
  else if (bits === 16) bytes.push(field | 6, ...little(BigInt(address), 2));
  else if (bits === 32) bytes.push(field | 5, ...little(BigInt(address), 4));
  else bytes.push(field | 4, 0x25, ...little(BigInt(address), 4));
  return [...bytes, ...immediate];
}

export function little(value: bigint, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
