/**
 * MOVS STOS LODS CMPS SCAS. The long ones, MOVS, STOS and CMPS with REP going upwards, work on whole stretches of memory where both
 * sides are plain RAM whose translations are at hand: same effect, same cycles, as one after the other.
 */
import { ES } from "../../isa/instruction.ts";
import { readMemory, readRegister, writeMemory, writeRegister } from "../access.ts";
import { CMP } from "../arith.ts";
import type { Cpu } from "../cpu.ts";
import { FAULT } from "../fault.ts";
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
  REPE,
  repeat,
  repeatWhile,
  sourceAddress,
} from "../repeat.ts";
import { compute } from "./alu.ts";

function movsOnce(cpu: Cpu, op: Op): void {
  const { size } = op;
  const value = readMemory(cpu, sourceAddress(cpu, op), size);
  const { high } = cpu;
  writeMemory(cpu, destinationAddress(cpu, op, true), size, value, high);
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
  const a = readMemory(cpu, sourceAddress(cpu, op), op.size);
  const aHigh = cpu.high;
  const b = readMemory(cpu, destinationAddress(cpu, op, false), op.size);
  compute(cpu.flags, op, a, aHigh, b, cpu.high);
  advanceSource(cpu, op);
  advanceDestination(cpu, op);
}

/** REPE CMPS: goes over what is equal, up to the last iteration, which is left to set the flags. */
function cmpsStretch(cpu: Cpu, op: Op): void {
  const most = Math.min(affordable(cpu, op), counter(cpu, op) - 1);
  if (most < LEAST) return;
  const from = directSource(cpu, op);
  const to = directDestination(cpu, op, false);
  if (from < 0 || to < 0) return;
  const n = room(cpu, op, ES, EDI, to, room(cpu, op, op.seg, ESI, from, most));
  const { ram } = cpu.bus;
  const { size } = op;
  let same = 0;
  while (same < n * size && ram[from + same] === ram[to + same]) same++;
  const iterations = Math.floor(same / size);
  if (iterations === 0) return;
  advance(cpu, op, ESI, iterations * size);
  advance(cpu, op, EDI, iterations * size);
  settle(cpu, op, iterations);
}

function cmpsRepeated(cpu: Cpu, op: Op): void {
  if (counterIsZero(cpu, op)) return;
  do {
    cmpsOnce(cpu, op);
    advance(cpu, op, ECX, -1);
    if (!cpu.flags.zf) return;
    cmpsStretch(cpu, op);
  } while (!pauses(cpu, op));
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

/** Iterations that may still run before the clock stops them: `pauses` pays for each and lets the last one overdraw. */
function affordable(cpu: Cpu, op: Op): number {
  if ((cpu.flags.eflags & (DF | TF)) !== 0) return 0;
  return Math.min(counter(cpu, op), Math.ceil(cpu.clock.left / op.cost));
}

/** Where a pointer points to in RAM; −1 if it must go the slow way, which will also raise what there is to raise. */
function directSource(cpu: Cpu, op: Op): number {
  try {
    return cpu.memory.direct(sourceAddress(cpu, op), false);
  } catch (error) {
    if (error !== FAULT) throw error;
    return -1;
  }
}

function directDestination(cpu: Cpu, op: Op, write: boolean): number {
  try {
    return cpu.memory.direct(destinationAddress(cpu, op, write), write);
  } catch (error) {
    if (error !== FAULT) throw error;
    return -1;
  }
}

/** How many elements, `most` at most, lie upwards of a pointer within its page, its segment and its address size. */
function room(cpu: Cpu, op: Op, seg: number, register: number, at: number, most: number): number {
  const inPage = 4096 - (at & 4095);
  if (cpu.wide && op.addressSize === 8) return Math.min(most, Math.floor(inPage / op.size));
  const { access, limit } = cpu.segments;
  // Of an expand-down segment the limit says nothing about the upper end: let that go the slow way.
  if (!cpu.wide && ((access[seg] as number) & 0x0c00) === 0x0400) return 0;
  const last = cpu.wide ? 0xffffffff : (limit[seg] as number);
  const low = cpu.r32[register] as number;
  const inSegment = op.addressSize === 2 ? Math.min(last, 0xffff) - (low & 0xffff) : last - (low >>> 0);
  return Math.min(most, Math.floor(Math.min(inPage, inSegment + 1) / op.size));
}

function settle(cpu: Cpu, op: Op, iterations: number): void {
  advance(cpu, op, ECX, -iterations);
  cpu.clock.charge(iterations * op.cost);
}

/** Does as many iterations at once as it can: none, most often. */
function movsStretch(cpu: Cpu, op: Op): void {
  const most = affordable(cpu, op);
  if (most < LEAST) return;
  const from = directSource(cpu, op);
  const to = directDestination(cpu, op, true);
  if (from < 0 || to < 0) return;
  const n = room(cpu, op, ES, EDI, to, room(cpu, op, op.seg, ESI, from, most));
  const distance = to - from;
  // An element must not overlap its own copy; what was copied may be copied again.
  if (n < LEAST || (distance > 0 && distance < op.size)) return;
  const { ram } = cpu.bus;
  const bytes = n * op.size;
  if (distance > 0 && distance < bytes) for (let i = 0; i < bytes; i++) ram[to + i] = ram[from + i] as number;
  else ram.copyWithin(to, from, from + bytes);
  advance(cpu, op, ESI, bytes);
  advance(cpu, op, EDI, bytes);
  settle(cpu, op, n);
}

function stosStretch(cpu: Cpu, op: Op): void {
  const most = affordable(cpu, op);
  if (most < LEAST) return;
  const to = directDestination(cpu, op, true);
  if (to < 0) return;
  const { size } = op;
  const n = room(cpu, op, ES, EDI, to, most);
  if (n < LEAST) return;
  const { ram } = cpu.bus;
  const end = to + n * size;
  if (size === 1) ram.fill(cpu.r8[0] as number, to, end);
  else {
    // One element, then as much again, and again.
    ram.set(cpu.r8.subarray(0, size), to);
    for (let done = size; to + done < end; done *= 2)
      ram.copyWithin(to + done, to, Math.min(to + done, end - done));
  }
  advance(cpu, op, EDI, end - to);
  settle(cpu, op, n);
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
    return op.rep === REPE ? cmpsRepeated : cmps;
  },
  scas: (op) => {
    op.kind = CMP;
    return scas;
  },
};
