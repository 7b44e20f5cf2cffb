/**
 * MOVS STOS LODS CMPS SCAS. The long ones, MOVS and STOS with REP going upwards, work on whole stretches of memory where both
 * sides are plain RAM whose translations are at hand: same effect, same cycles, as one after the other.
 */
import { readMemory, readRegister, writeMemory, writeRegister } from "../access.ts";
import { CMP } from "../arith.ts";
import type { Cpu } from "../cpu.ts";
import { DF, TF } from "../flags.ts";
import type { Op, Semantics } from "../op.ts";
import { EAX, ECX, EDI, ESI } from "../registers.ts";
import {
  advance,
  advanceDestination,
  advanceSource,
  counter,
  counterIsZero,
  destinationAddress,
  pauses,
  repeat,
  repeatWhile,
  sourceAddress,
} from "../repeat.ts";
import { compute } from "./alu.ts";

function movsOnce(cpu: Cpu, op: Op): void {
  const { size } = op;
  const from = sourceAddress(cpu, op);
  const to = destinationAddress(cpu, op, true);
  const value = readMemory(cpu, from, size);
  writeMemory(cpu, to, size, value, cpu.high);
  advanceSource(cpu, op);
  advanceDestination(cpu, op);
}

function stosOnce(cpu: Cpu, op: Op): void {
  const to = destinationAddress(cpu, op, true);
  const value = readRegister(cpu, EAX, op.size);
  writeMemory(cpu, to, op.size, value, cpu.high);
  advanceDestination(cpu, op);
}

function lodsOnce(cpu: Cpu, op: Op): void {
  const value = readMemory(cpu, sourceAddress(cpu, op), op.size);
  writeRegister(cpu, EAX, op.size, value, cpu.high);
  advanceSource(cpu, op);
}

function cmpsOnce(cpu: Cpu, op: Op): void {
  const from = sourceAddress(cpu, op);
  const to = destinationAddress(cpu, op, false);
  const a = readMemory(cpu, from, op.size);
  const aHigh = cpu.high;
  const b = readMemory(cpu, to, op.size);
  compute(cpu.flags, op, a, aHigh, b, cpu.high);
  advanceSource(cpu, op);
  advanceDestination(cpu, op);
}

function scasOnce(cpu: Cpu, op: Op): void {
  const b = readMemory(cpu, destinationAddress(cpu, op, false), op.size);
  const bHigh = cpu.high;
  const a = readRegister(cpu, EAX, op.size);
  compute(cpu.flags, op, a, cpu.high, b, bHigh);
  advanceDestination(cpu, op);
}

function lods(cpu: Cpu, op: Op): void {
  repeat(cpu, op, lodsOnce);
}

function cmps(cpu: Cpu, op: Op): void {
  repeatWhile(cpu, op, cmpsOnce);
}

function scas(cpu: Cpu, op: Op): void {
  repeatWhile(cpu, op, scasOnce);
}

function movsRepeated(cpu: Cpu, op: Op): void {
  if (counterIsZero(cpu, op)) return;
  do {
    movsOnce(cpu, op);
    advance(cpu, op, ECX, -1);
    movsStretch(cpu, op);
  } while (!pauses(cpu, op));
}

function stosRepeated(cpu: Cpu, op: Op): void {
  if (counterIsZero(cpu, op)) return;
  do {
    stosOnce(cpu, op);
    advance(cpu, op, ECX, -1);
    stosStretch(cpu, op);
  } while (!pauses(cpu, op));
}

/** Fewer iterations than this are not worth the preparation. */
const LEAST = 4;

/** How many iterations the counter, the clock and a pointer's page and address size allow, the pointer standing at a RAM offset. */
function stretch(cpu: Cpu, op: Op, most: number, register: number, at: number): number {
  const room = Math.floor((4096 - (at & 4095)) / op.size);
  if (op.addressSize !== 2) return Math.min(most, room);
  return Math.min(most, room, Math.floor((0x10000 - (cpu.r16[2 * register] as number)) / op.size));
}

/** Iterations that may still run before the clock stops them: `pauses` pays for each and lets the last one overdraw. */
function affordable(cpu: Cpu, op: Op): number {
  if ((cpu.flags.eflags & (DF | TF)) !== 0) return 0;
  return Math.min(counter(cpu, op), Math.ceil(cpu.clock.left / op.cost));
}

function settle(cpu: Cpu, op: Op, iterations: number): void {
  advance(cpu, op, ECX, -iterations);
  cpu.clock.charge(iterations * op.cost);
}

/** Does as many iterations at once as it can: none, most often. */
function movsStretch(cpu: Cpu, op: Op): void {
  let n = affordable(cpu, op);
  if (n < LEAST) return;
  const { memory, bus } = cpu;
  const { size } = op;
  const from = memory.direct(sourceAddress(cpu, op), false);
  const to = memory.direct(destinationAddress(cpu, op, true), true);
  if (from < 0 || to < 0) return;
  n = stretch(cpu, op, stretch(cpu, op, n, ESI, from), EDI, to);
  if (!within(cpu, op, op.seg, ESI, n) || !within(cpu, op, 0, EDI, n)) return;
  const distance = to - from;
  // An element must not overlap its own copy; what was copied may be copied again.
  if (n < LEAST || (distance > 0 && distance < size)) return;
  const { ram } = bus;
  const bytes = n * size;
  if (distance > 0 && distance < bytes) for (let i = 0; i < bytes; i++) ram[to + i] = ram[from + i] as number;
  else ram.copyWithin(to, from, from + bytes);
  advance(cpu, op, ESI, bytes);
  advance(cpu, op, EDI, bytes);
  settle(cpu, op, n);
}

function stosStretch(cpu: Cpu, op: Op): void {
  let n = affordable(cpu, op);
  if (n < LEAST) return;
  const { size } = op;
  const to = cpu.memory.direct(destinationAddress(cpu, op, true), true);
  if (to < 0) return;
  n = stretch(cpu, op, n, EDI, to);
  if (n < LEAST || !within(cpu, op, 0, EDI, n)) return;
  const { ram } = cpu.bus;
  const bytes = n * size;
  if (size === 1) ram.fill(cpu.r8[0] as number, to, to + bytes);
  else {
    // One element, then that twice, four times …
    ram.set(cpu.r8.subarray(0, size), to);
    for (let done = size; done < bytes; done *= 2) ram.copyWithin(to + done, to, to + Math.min(done, bytes - done));
  }
  advance(cpu, op, EDI, bytes);
  settle(cpu, op, n);
}

/** The segment's limit allows n elements upwards. Expand-down segments take the slow way. */
function within(cpu: Cpu, op: Op, seg: number, register: number, n: number): boolean {
  if (cpu.wide || ((cpu.flatWrite >> seg) & 1) === 1) return true;
  const { access, limit } = cpu.segments;
  if (((access[seg] as number) & 0x0c00) === 0x0400) return false;
  const low = cpu.r32[register] as number;
  const offset = op.addressSize === 2 ? low & 0xffff : low >>> 0;
  return offset + n * op.size - 1 <= (limit[seg] as number);
}

function movs(cpu: Cpu, op: Op): void {
  movsOnce(cpu, op);
}

function stos(cpu: Cpu, op: Op): void {
  stosOnce(cpu, op);
}

export const STRING: Semantics = {
  movs: (op) => (op.rep === 0 ? movs : movsRepeated),
  stos: (op) => (op.rep === 0 ? stos : stosRepeated),
  lods: () => lods,
  cmps: (op) => {
    op.kind = CMP;
    return cmps;
  },
  scas: (op) => {
    op.kind = CMP;
    return scas;
  },
};
