/**
 * IA-32e mode: 64-bit interrupt and trap gates, the interrupt stack table (SDM Vol. 3, 6.14).
 *
 *     old SS │ old RSP │ RFLAGS │ CS │ RIP │ (error code)     8 bytes each, below a 16-byte boundary, in every case
 */
import type { Gva } from "../../address.ts";
import { CS, SS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import {
  BIG,
  Descriptor,
  INTERRUPT_GATE32,
  LONG,
  markAccessed,
  readDescriptor,
  readPair,
  SEGMENT,
  systemAddress,
  systemRead32,
  TRAP_GATE32,
} from "../descriptor.ts";
import { GP, NP, raise } from "../fault.ts";
import { IF, NT, RF, TF, VM } from "../flags.ts";
import { FRAME, writeLongFrame } from "../frame.ts";
import { canonical, currentSp, setLongSp, stackFromTss } from "../long-stack.ts";
import { ESP } from "../registers.ts";
import { enterCode, setNullStack } from "../segments.ts";
import { checksGate } from "./event.ts";
import { pushedFlags } from "./protected.ts";

/** Offsets in a 64-bit TSS. */
const RSP0 = 4;
const IST1 = 36;

const gate = new Descriptor();
const code = new Descriptor();

/** As deliverProtected. */
export function deliverLong(cpu: Cpu, kind: number, vector: number, error: number): void {
  const { idtr, flags, segments, memory } = cpu;
  const { wide } = memory;
  // The handler is 64-bit code and so is all that delivery touches.
  memory.wide = true;
  try {
    const gateError = (vector << 3) | 2;
    if (16 * vector + 15 > idtr.limit) raise(GP, gateError);
    const entry = systemAddress(cpu, idtr.base, idtr.baseHigh, 16 * vector);
    gate.address = entry;
    readPair(cpu, gate);
    const { type } = gate;
    if ((gate.high & SEGMENT) !== 0 || (type !== INTERRUPT_GATE32 && type !== TRAP_GATE32))
      raise(GP, gateError);
    if (checksGate(kind) && gate.dpl < cpu.cpl) raise(GP, gateError);
    if (!gate.present) raise(NP, gateError);
    const targetHigh = systemRead32(cpu, (entry + 8) as Gva);

    const selector = gate.gateSelector;
    const selectorError = selector & 0xfffc;
    if (selectorError === 0 || !readDescriptor(cpu, selector, code)) raise(GP, selectorError);
    if (!code.code || code.dpl > cpu.cpl || (code.high & (LONG | BIG)) !== LONG) raise(GP, selectorError);
    if (!code.present) raise(NP, selectorError);

    const { cpl } = cpu;
    const level = code.conforming ? cpl : code.dpl;
    const ist = gate.high & 7;
    const sp =
      ist !== 0
        ? stackFromTss(cpu, IST1 + 8 * (ist - 1))
        : level < cpl
          ? stackFromTss(cpu, RSP0 + 8 * level)
          : currentSp(cpu);
    const top = sp - (((sp % 16) + 16) % 16);
    let count = 0;
    if (error >= 0) count = word(count, error, 0);
    count = word(count, cpu.ip, cpu.ipHigh);
    count = word(count, segments.selector[CS] as number, 0);
    count = word(count, pushedFlags(flags.value, kind, vector), 0);
    count = word(count, cpu.r32[ESP] as number, cpu.r32[ESP + 1] as number);
    count = word(count, segments.selector[SS] as number, 0);
    const bottom = top - 8 * count;
    writeLongFrame(cpu, bottom as Gva, count, level === cpl);

    const ip = gate.gateOffset;
    if (!canonical(targetHigh)) raise(GP);
    markAccessed(cpu, code);
    // With a stack of its own comes a null SS (SDM Vol. 3, 6.14.5).
    if (level < cpl || ist !== 0) setNullStack(cpu, level);
    flags.eflags &= ~(TF | NT | RF | VM);
    enterCode(cpu, selector, code, level);
    setLongSp(cpu, bottom);
    cpu.ip = ip;
    cpu.ipHigh = targetHigh;
    if (type === INTERRUPT_GATE32) flags.eflags &= ~IF;
  } catch (fault) {
    memory.wide = wide;
    throw fault;
  }
}

/** Puts a word into the frame; returns the number of words. */
function word(count: number, low: number, high: number): number {
  FRAME[2 * count] = low;
  FRAME[2 * count + 1] = high;
  return count + 1;
}
