/**
 * Memory operands: offset, then segmentation, then (in Memory) paging.
 *
 *     base + index·2^scale + disp ──▶ offset ──limit, type──▶ + segment base ──▶ linear address
 */
import type { Gva } from "../address.ts";
import { RIP, SS } from "../isa/instruction.ts";
import { limitForbids, typeForbids } from "../mmu/segment.ts";
import type { Cpu } from "./cpu.ts";
import { GP, raise, SS_FAULT } from "./fault.ts";
import type { Op } from "./op.ts";

const TWO32 = 4294967296;

/** Effective address outside of 64-bit mode: int32, of 16-bit addresses 0 … 65535. */
export function offset32(cpu: Cpu, op: Op): number {
  const { r32 } = cpu;
  const sum = ((r32[op.base] as number) + ((r32[op.index] as number) << op.scale) + op.disp) | 0;
  return op.addressSize === 2 ? sum & 0xffff : sum;
}

/** Effective address in 64-bit mode: low half; the high half is left in cpu.high. */
export function offset64(cpu: Cpu, op: Op): number {
  const { r32 } = cpu;
  let low = op.disp;
  let high = op.dispHigh;
  if (op.base === RIP) {
    // Within a run ip stands at the run's end (run.ts).
    const sum = (cpu.ip >>> 0) + (low >>> 0) - (op.runBytes - op.length);
    high = (high + cpu.ipHigh + Math.floor(sum / TWO32)) | 0;
    low = sum | 0;
  } else {
    const sum = (low >>> 0) + ((r32[op.base] as number) >>> 0);
    high = (high + (r32[op.base + 1] as number) + (sum >= TWO32 ? 1 : 0)) | 0;
    low = sum | 0;
  }
  const index = r32[op.index] as number;
  const scaled = index << op.scale;
  const scaledHigh =
    op.scale === 0
      ? (r32[op.index + 1] as number)
      : ((r32[op.index + 1] as number) << op.scale) | (index >>> (32 - op.scale));
  const sum = (low >>> 0) + (scaled >>> 0);
  high = (high + scaledHigh + (sum >= TWO32 ? 1 : 0)) | 0;
  cpu.high = op.addressSize === 4 ? 0 : high;
  return sum | 0;
}

/** Linear address of a memory operand that is read; #GP(0), or #SS(0) through SS, where segmentation forbids it. */
export function readAddress(cpu: Cpu, op: Op, size: number): Gva {
  if (cpu.wide) return linear64(cpu, op.seg, offset64(cpu, op), cpu.high);
  const offset = offset32(cpu, op);
  if ((cpu.flatRead >> op.seg) & 1) return offset as Gva;
  return checkedAddress(cpu, op.seg, offset, size, false);
}

/** Linear address of a memory operand that is written, or read and then written. */
export function writeAddress(cpu: Cpu, op: Op, size: number): Gva {
  if (cpu.wide) return linear64(cpu, op.seg, offset64(cpu, op), cpu.high);
  const offset = offset32(cpu, op);
  if ((cpu.flatWrite >> op.seg) & 1) return offset as Gva;
  return checkedAddress(cpu, op.seg, offset, size, true);
}

/**
 * Linear address of what lies `distance` bytes (int32 halves) from a memory operand: the second part of a pair, the operand of a bit
 * test. The sum has the address size: with 16 bits FFFE + 2 is 0.
 */
export function distantAddress(
  cpu: Cpu,
  op: Op,
  distance: number,
  distanceHigh: number,
  size: number,
  write: boolean,
): Gva {
  if (cpu.wide) {
    const sum = (offset64(cpu, op) >>> 0) + (distance >>> 0);
    const high = (cpu.high + distanceHigh + (sum >= TWO32 ? 1 : 0)) | 0;
    return linear64(cpu, op.seg, sum | 0, op.addressSize === 4 ? 0 : high);
  }
  const sum = (offset32(cpu, op) + distance) | 0;
  const offset = op.addressSize === 2 ? sum & 0xffff : sum;
  if (((write ? cpu.flatWrite : cpu.flatRead) >> op.seg) & 1) return offset as Gva;
  return checkedAddress(cpu, op.seg, offset, size, write);
}

/** 64-bit mode: only FS and GS have a base, there are no limits, and the address must be canonical (SDM Vol. 3, 3.3.7.1). */
export function linear64(cpu: Cpu, seg: number, low: number, high: number): Gva {
  if (seg >= 4) {
    const { base, baseHigh } = cpu.segments;
    const sum = (low >>> 0) + ((base[seg] as number) >>> 0);
    high = (high + (baseHigh[seg] as number) + (sum >= TWO32 ? 1 : 0)) | 0;
    low = sum | 0;
  }
  const top = high >> 15;
  if (top !== 0 && top !== -1) raise(seg === SS ? SS_FAULT : GP);
  return (high * TWO32 + (low >>> 0)) as Gva;
}

/** Segmentation for every segment that is not flat (SDM Vol. 3, 5.3 and 5.4). In compatibility mode the base is still 32 bits. */
export function checkedAddress(cpu: Cpu, seg: number, offset: number, size: number, write: boolean): Gva {
  if (cpu.wide) return linear64(cpu, seg, offset, cpu.high);
  const { access, base, limit } = cpu.segments;
  const type = access[seg] as number;
  const vector = seg === SS ? SS_FAULT : GP;
  // Not present stands for a null selector: its hidden part is cleared when it is loaded.
  if ((type & 0x8000) === 0) raise(GP);
  if (cpu.protectedMode && !cpu.v86 && typeForbids(type, write)) raise(vector);
  if (limitForbids(type, limit[seg] as number, offset >>> 0, size)) raise(vector);
  return (((base[seg] as number) + offset) | 0) as Gva;
}
