/**
 * Call gates: 16- and 32-bit ones copy parameters to the inner stack, the 64-bit ones of IA-32e mode do not
 * (SDM Vol. 3, 5.8.3 – 5.8.5).
 *
 *     outer stack  │ … parameter 2 │ parameter 1 │◀ ESP
 *     inner stack  │ SS │ ESP │ … parameter 2 │ parameter 1 │ CS │ EIP │◀ ESP
 */
import type { Gva } from "../../address.ts";
import { CS, SS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import {
  BIG,
  CALL_GATE32,
  Descriptor,
  LONG,
  markAccessed,
  readDescriptor,
  readUpperHalf,
} from "../descriptor.ts";
import { GP, NP, raise } from "../fault.ts";
import { enterInner, innerPush, openInner } from "../inner-stack.ts";
import { currentSp, setLongSp, stackFromTss, writeLong } from "../long-stack.ts";
import { ESP } from "../registers.ts";
import { enterCode, setNullStack } from "../segments.ts";
import { moveSp, peek, poke } from "../stack.ts";
import { checkOffset, setIp } from "./target.ts";

const RSP0 = 4;
const upper = new Descriptor();
const code = new Descriptor();

/** Goes through a gate that the transfer's selector named and that passed its own DPL check. */
export function throughGate(cpu: Cpu, selector: number, gate: Descriptor, call: boolean): void {
  let offsetHigh = 0;
  if (cpu.longMode) {
    if (!readUpperHalf(cpu, selector, gate, upper) || (upper.high & 0x1f00) !== 0)
      raise(GP, selector & 0xfffc);
    offsetHigh = upper.low;
  }
  if (!gate.present) raise(NP, selector & 0xfffc);

  const target = gate.gateSelector;
  const error = target & 0xfffc;
  const { cpl } = cpu;
  if (error === 0) raise(GP);
  if (!readDescriptor(cpu, target, code) || !code.code) raise(GP, error);
  const inner = call && !code.conforming && code.dpl < cpl;
  if (code.dpl > cpl || (!inner && !code.conforming && code.dpl !== cpl)) raise(GP, error);
  if (cpu.longMode && (code.high & (LONG | BIG)) !== LONG) raise(GP, error);
  if (!code.present) raise(NP, error);
  const wide32 = gate.type === CALL_GATE32;
  const offset = wide32 ? gate.gateOffset : gate.low & 0xffff;
  checkOffset(cpu, code, offset, offsetHigh);

  const level = inner ? code.dpl : cpl;
  if (cpu.longMode) longGate(cpu, target, level, call);
  else if (inner) innerGate(cpu, target, level, wide32 ? 4 : 2, gate.high & 31);
  else {
    if (call) {
      const size = wide32 ? 4 : 2;
      poke(cpu, size, -size, cpu.segments.selector[CS] as number, 0);
      poke(cpu, size, -2 * size, cpu.ip, 0);
      markAccessed(cpu, code);
      moveSp(cpu, -2 * size);
    }
    enterCode(cpu, target, code, level);
  }
  setIp(cpu, offset, offsetHigh);
}

function innerGate(cpu: Cpu, target: number, level: number, size: number, count: number): void {
  const { selector } = cpu.segments;
  const oldSs = selector[SS] as number;
  const oldSp = cpu.r32[ESP] as number;
  openInner(cpu, level);
  innerPush(cpu, size, oldSs);
  innerPush(cpu, size, oldSp);
  for (let n = count - 1; n >= 0; n--) innerPush(cpu, size, peek(cpu, size, n * size));
  innerPush(cpu, size, selector[CS] as number);
  innerPush(cpu, size, cpu.ip);
  markAccessed(cpu, code);
  enterInner(cpu);
  enterCode(cpu, target, code, level);
}

function longGate(cpu: Cpu, target: number, level: number, call: boolean): void {
  const { memory, segments, r32 } = cpu;
  const { wide } = memory;
  memory.wide = true;
  try {
    const inner = level < cpu.cpl;
    const top = inner ? stackFromTss(cpu, RSP0 + 8 * level) : currentSp(cpu);
    let at = top;
    if (inner) {
      at -= 16;
      writeLong(cpu, false, (at + 8) as Gva, segments.selector[SS] as number, 0);
      writeLong(cpu, false, at as Gva, r32[ESP] as number, r32[ESP + 1] as number);
    }
    if (call) {
      at -= 16;
      writeLong(cpu, level === 3, (at + 8) as Gva, segments.selector[CS] as number, 0);
      writeLong(cpu, level === 3, at as Gva, cpu.ip, cpu.ipHigh);
    }
    markAccessed(cpu, code);
    if (inner) setNullStack(cpu, level);
    enterCode(cpu, target, code, level);
    setLongSp(cpu, at);
  } catch (fault) {
    memory.wide = wide;
    throw fault;
  }
}
