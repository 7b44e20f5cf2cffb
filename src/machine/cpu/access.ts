/**
 * Operands of any size, for handlers that need not be the fastest: the ModR/M operand ("E") and the register ("G").
 * Values are zero-extended for 8 and 16 bits, int32 for 32; of 64 bits the low half, the high half in cpu.high.
 */
import type { Gva } from "../address.ts";
import type { Cpu } from "./cpu.ts";
import type { Op } from "./op.ts";
import { readAddress, writeAddress } from "./operand.ts";

/** A register by its index in the view of its size (op.dst, op.src). */
export function readRegister(cpu: Cpu, index: number, size: number): number {
  switch (size) {
    case 1:
      return cpu.r8[index] as number;
    case 2:
      return cpu.r16[index] as number;
    case 4:
      return cpu.r32[index] as number;
    default:
      cpu.high = cpu.r32[index + 1] as number;
      return cpu.r32[index] as number;
  }
}

/** A 32-bit write clears the register's upper half (SDM Vol. 1, 3.4.1.1); 8- and 16-bit writes leave the rest. */
export function writeRegister(cpu: Cpu, index: number, size: number, value: number, high: number): void {
  switch (size) {
    case 1:
      cpu.r8[index] = value;
      return;
    case 2:
      cpu.r16[index] = value;
      return;
    default:
      cpu.r32[index] = value;
      cpu.r32[index + 1] = size === 8 ? high : 0;
  }
}

export function readMemory(cpu: Cpu, at: Gva, size: number): number {
  const { memory } = cpu;
  switch (size) {
    case 1:
      return memory.read8(at);
    case 2:
      return memory.read16(at);
    case 4:
      return memory.read32(at);
    default: {
      const low = memory.read64(at);
      cpu.high = memory.high;
      return low;
    }
  }
}

export function writeMemory(cpu: Cpu, at: Gva, size: number, value: number, high: number): void {
  const { memory } = cpu;
  switch (size) {
    case 1:
      memory.write8(at, value);
      return;
    case 2:
      memory.write16(at, value);
      return;
    case 4:
      memory.write32(at, value);
      return;
    default:
      memory.write64(at, value, high);
  }
}

/** E, of op.size. */
export function readE(cpu: Cpu, op: Op): number {
  if (op.rm >= 0) return readRegister(cpu, op.dst, op.size);
  return readMemory(cpu, readAddress(cpu, op, op.size), op.size);
}

/** E, which updateE will write: write permission is checked now, so that updateE cannot fault. */
export function readEForUpdate(cpu: Cpu, op: Op): number {
  if (op.rm >= 0) return readRegister(cpu, op.dst, op.size);
  const { memory } = cpu;
  const at = writeAddress(cpu, op, op.size);
  cpu.operandAt = at;
  switch (op.size) {
    case 1:
      return memory.readForWrite8(at);
    case 2:
      return memory.readForWrite16(at);
    case 4:
      return memory.readForWrite32(at);
    default: {
      const low = memory.readForWrite64(at);
      cpu.high = memory.high;
      return low;
    }
  }
}

/** Writes E where readEForUpdate read it. */
export function updateE(cpu: Cpu, op: Op, value: number, high: number): void {
  if (op.rm >= 0) writeRegister(cpu, op.dst, op.size, value, high);
  else writeMemory(cpu, cpu.operandAt, op.size, value, high);
}

/** Writes E, unread. */
export function writeE(cpu: Cpu, op: Op, value: number, high: number): void {
  if (op.rm >= 0) writeRegister(cpu, op.dst, op.size, value, high);
  else writeMemory(cpu, writeAddress(cpu, op, op.size), op.size, value, high);
}

/** Raises what an access would raise; where the page is at hand nothing has to be asked. */
export function ensure(cpu: Cpu, at: Gva, size: number, write: boolean): void {
  const { memory } = cpu;
  if ((at & 0xfff) + size > 0x1000 || memory.direct(at, write) < 0) memory.probe(at, size, write);
}
