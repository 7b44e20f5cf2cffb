/**
 * Stack frames of interrupts: several words that are pushed or popped together. Where the frame lies in one page of plain RAM
 * they are moved at once; elsewhere one by one, from the top, as the processor would.
 */
import type { Gva } from "../address.ts";
import { SS } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";
import { systemWrite16, systemWrite32 } from "./descriptor.ts";
import { canonical } from "./long-stack.ts";
import { ESP } from "./registers.ts";
import { peek, poke } from "./stack.ts";

/** The frame's words, the lowest address first. In 64-bit frames a low and a high half take turns. */
export const FRAME = new Int32Array(16);

const PAGE = 4096;
const TWO32 = 4294967296;

/** Offset in RAM of `bytes` bytes at a linear address when they may be accessed directly, or −1. */
function place(cpu: Cpu, at: Gva, bytes: number, write: boolean, system: boolean): number {
  if ((at & (PAGE - 1)) + bytes > PAGE) return -1;
  if (!system) return cpu.memory.direct(at, write);
  return cpu.compatibility && !cpu.memory.wide ? -1 : cpu.memory.systemDirect(at, write);
}

function store(cpu: Cpu, offset: number, count: number): void {
  const { view } = cpu.bus;
  for (let n = 0; n < count; n++) view.setInt32(offset + 4 * n, FRAME[n] as number, true);
}

/** Writes words of 2 or 4 bytes below the stack pointer, which stays. */
export function pokeFrame(cpu: Cpu, size: number, count: number): void {
  if (size === 4 && ((cpu.flatWrite >> SS) & 1) !== 0 && cpu.stackMask === -1) {
    const at = ((cpu.r32[ESP] as number) - 4 * count) | 0;
    const offset = place(cpu, at as Gva, 4 * count, true, false);
    if (offset >= 0) {
      store(cpu, offset, count);
      return;
    }
  }
  for (let n = count - 1; n >= 0; n--) poke(cpu, size, -size * (count - n), FRAME[n] as number, 0);
}

/** Reads words of 2, 4 or 8 bytes at the stack pointer, which stays. Those of 8 come in halves, those of 2 zero-extended. */
export function peekFrame(cpu: Cpu, size: number, count: number): void {
  const offset = stackPlace(cpu, size, count);
  if (offset >= 0) {
    const { view } = cpu.bus;
    const words = size === 8 ? 2 * count : count;
    for (let n = 0; n < words; n++) FRAME[n] = view.getInt32(offset + 4 * n, true);
  } else if (size === 8) {
    for (let n = 0; n < count; n++) {
      FRAME[2 * n] = peek(cpu, 8, 8 * n);
      FRAME[2 * n + 1] = cpu.high;
    }
  } else for (let n = 0; n < count; n++) FRAME[n] = peek(cpu, size, size * n);
}

/** Offset in RAM of words at the stack pointer when they can be read at once, or −1. */
function stackPlace(cpu: Cpu, size: number, count: number): number {
  const sp = cpu.r32[ESP] as number;
  if (cpu.wide) {
    const high = cpu.r32[ESP + 1] as number;
    if (size !== 8 || !canonical(high)) return -1;
    return place(cpu, (high * TWO32 + (sp >>> 0)) as Gva, 8 * count, false, false);
  }
  if (size !== 4 || ((cpu.flatRead >> SS) & 1) === 0 || cpu.stackMask !== -1) return -1;
  return place(cpu, sp as Gva, 4 * count, false, false);
}

/** Writes words of 2 or 4 bytes at a linear address as the processor itself. */
export function writeFrame(cpu: Cpu, at: Gva, size: number, count: number): void {
  const offset = size === 4 ? place(cpu, at, 4 * count, true, true) : -1;
  if (offset >= 0) store(cpu, offset, count);
  else
    for (let n = count - 1; n >= 0; n--)
      if (size === 4) systemWrite32(cpu, (at + 4 * n) as Gva, FRAME[n] as number);
      else systemWrite16(cpu, (at + 2 * n) as Gva, FRAME[n] as number);
}

/** Writes `count` words of 8 bytes at a linear address. `own`: with the rights of the running code, whose ring stays. */
export function writeLongFrame(cpu: Cpu, at: Gva, count: number, own: boolean): void {
  const offset = place(cpu, at, 8 * count, true, !own);
  if (offset >= 0) store(cpu, offset, 2 * count);
  else
    for (let n = count - 1; n >= 0; n--) {
      const low = FRAME[2 * n] as number;
      const high = FRAME[2 * n + 1] as number;
      if (own) cpu.memory.write64((at + 8 * n) as Gva, low, high);
      else {
        systemWrite32(cpu, (at + 8 * n) as Gva, low);
        systemWrite32(cpu, (at + 8 * n + 4) as Gva, high);
      }
    }
}
