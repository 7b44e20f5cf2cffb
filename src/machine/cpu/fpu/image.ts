/**
 * The images of FNSTENV and FNSAVE (SDM Vol. 1, 8.1.10). Words of the operand size; in 32-bit images the unused upper halves
 * are ones.
 *
 *                  protected mode            real-address and virtual-8086 mode
 *     0  control
 *     1  status
 *     2  tags
 *     3  instruction offset                  its bits 0 … 15
 *     4  selector │ opcode (32-bit only)     opcode │ offset's bits 16 …, from bit 12 on
 *     5  operand offset                      its bits 0 … 15
 *     6  selector                            offset's bits 16 …, from bit 12 on
 *     then, of FNSAVE, eight registers of 10 bytes from ST(0) on
 */
import type { Gva } from "../../address.ts";
import type { Cpu } from "../cpu.ts";
import { PARTS } from "./extended.ts";

const OPCODE = 0x7ff;

export const environmentSize = (size: number) => (size === 2 ? 14 : 28);

function hasSelectors(cpu: Cpu): boolean {
  return cpu.protectedMode && !cpu.v86;
}

/** That the place can be written has been made sure of. */
export function writeEnvironment(cpu: Cpu, at: Gva, size: number): void {
  const { fpu, memory } = cpu;
  const words = [fpu.control, fpu.status, fpu.tags, fpu.ip, 0, fpu.dp, 0];
  const upper = size === 2 ? 0 : 0xffff0000;
  if (hasSelectors(cpu)) {
    words[4] = size === 2 ? fpu.cs : fpu.cs | ((fpu.opcode & OPCODE) << 16);
    words[6] = fpu.ds | upper;
  } else {
    // In real-address mode offsets are linear addresses.
    const ip = (fpu.cs << 4) + fpu.ip;
    const dp = (fpu.ds << 4) + fpu.dp;
    words[3] = (ip & 0xffff) | upper;
    words[4] = ((ip >>> 16) << 12) | (fpu.opcode & OPCODE);
    words[5] = (dp & 0xffff) | upper;
    words[6] = (dp >>> 16) << 12;
  }
  for (const [i, word] of words.entries()) {
    const place = (at + i * (size === 2 ? 2 : 4)) as Gva;
    if (size === 2) memory.write16(place, word);
    else memory.write32(place, i < 3 ? word | upper : word);
  }
}

/** That the place can be read has been made sure of. */
export function readEnvironment(cpu: Cpu, at: Gva, size: number): void {
  const { fpu, memory } = cpu;
  const words = Array.from({ length: 7 }, (_, i) =>
    size === 2 ? memory.read16((at + 2 * i) as Gva) : memory.read32((at + 4 * i) as Gva),
  ) as [number, number, number, number, number, number, number];
  fpu.control = controlWord(words[0]);
  fpu.tags = words[2];
  fpu.status = words[1];
  if (hasSelectors(cpu)) {
    fpu.ip = words[3];
    fpu.cs = words[4] & 0xffff;
    if (size !== 2) fpu.opcode = (words[4] >>> 16) & OPCODE;
    fpu.dp = words[5];
    fpu.ds = words[6] & 0xffff;
  } else {
    fpu.ip = (words[3] & 0xffff) | ((words[4] >>> 12) << 16);
    fpu.opcode = words[4] & OPCODE;
    fpu.dp = (words[5] & 0xffff) | ((words[6] >>> 12) << 16);
    fpu.cs = fpu.ds = 0;
  }
  fpu.ipHigh = fpu.dpHigh = 0;
}

/** Bit 6 is always one; 13 … 15 and 7 are not there. */
export const controlWord = (value: number) => (value & 0x1f3f) | 0x40;

export function writeRegisters(cpu: Cpu, at: Gva, stride: number): void {
  for (let i = 0; i < 8; i++) {
    cpu.fpu.partsOf(cpu.fpu.physical(i));
    const place = (at + i * stride) as Gva;
    cpu.memory.write64(place, PARTS.low, PARTS.high);
    cpu.memory.write16((place + 8) as Gva, PARTS.exponent);
  }
}

export function readRegisters(cpu: Cpu, at: Gva, stride: number): void {
  const { fpu, memory } = cpu;
  for (let i = 0; i < 8; i++) {
    const place = (at + i * stride) as Gva;
    const low = memory.read64(place);
    const { high } = memory;
    fpu.setPhysical(fpu.physical(i), low, high, memory.read16((place + 8) as Gva));
  }
}
