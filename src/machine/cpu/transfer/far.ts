/** Far JMP and CALL: to code segments, through call gates, to tasks (SDM Vol. 2, JMP and CALL; Vol. 3, 5.8). */
import { CS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import {
  CALL_GATE16,
  CALL_GATE32,
  Descriptor,
  markAccessed,
  readDescriptor,
  SEGMENT,
  TASK_GATE,
  TSS16,
  TSS32,
} from "../descriptor.ts";
import { GP, NP, raise } from "../fault.ts";
import { enterCode } from "../segments.ts";
import { moveSp, poke } from "../stack.ts";
import { CALL, JUMP, taskTransfer } from "../task.ts";
import { throughGate } from "./call-gate.ts";
import { checkDirect, checkOffset, checkRealOffset, enterReal, isLong, isReal, setIp } from "./target.ts";

const target = new Descriptor();

/** `size`: operand size of the instruction in bytes; offsets of 2 bytes come zero-extended. `cpu.ip` is the return address. */
export function farJump(cpu: Cpu, selector: number, offset: number, offsetHigh: number): void {
  if (isReal(cpu)) {
    checkRealOffset(cpu, offset);
    enterReal(cpu, selector, offset);
    return;
  }
  readTarget(cpu, selector);
  if ((target.high & SEGMENT) === 0) {
    throughSystem(cpu, selector, false);
    return;
  }
  checkDirect(cpu, selector, target);
  checkOffset(cpu, target, offset, offsetHigh);
  enterCode(cpu, selector, target, cpu.cpl);
  setIp(cpu, offset, offsetHigh);
}

export function farCall(cpu: Cpu, size: number, selector: number, offset: number, offsetHigh: number): void {
  if (isReal(cpu)) {
    checkRealOffset(cpu, offset);
    pokeReturn(cpu, size);
    moveSp(cpu, -2 * size);
    enterReal(cpu, selector, offset);
    return;
  }
  readTarget(cpu, selector);
  if ((target.high & SEGMENT) === 0) {
    throughSystem(cpu, selector, true);
    return;
  }
  checkDirect(cpu, selector, target);
  checkOffset(cpu, target, offset, isLong(cpu, target) ? offsetHigh : 0);
  pokeReturn(cpu, size);
  markAccessed(cpu, target);
  moveSp(cpu, -2 * size);
  enterCode(cpu, selector, target, cpu.cpl);
  setIp(cpu, offset, offsetHigh);
}

function pokeReturn(cpu: Cpu, size: number): void {
  poke(cpu, size, -size, cpu.segments.selector[CS] as number, 0);
  poke(cpu, size, -2 * size, cpu.ip, cpu.ipHigh);
}

function readTarget(cpu: Cpu, selector: number): void {
  const error = selector & 0xfffc;
  if (error === 0) raise(GP);
  if (!readDescriptor(cpu, selector, target)) raise(GP, error);
  if ((target.high & SEGMENT) !== 0 && !target.code) raise(GP, error);
}

/** Gates and task states. IA-32e mode has call gates only. */
function throughSystem(cpu: Cpu, selector: number, call: boolean): void {
  const error = selector & 0xfffc;
  const { type, dpl } = target;
  const callGate = type === CALL_GATE32 || (type === CALL_GATE16 && !cpu.longMode);
  const task = !cpu.longMode && (type === TASK_GATE || type === TSS16 || type === TSS32);
  if (!callGate && !task) raise(GP, error);
  if (dpl < cpu.cpl || dpl < (selector & 3)) raise(GP, error);
  if (callGate) {
    throughGate(cpu, selector, target, call);
    return;
  }
  if (!target.present) raise(NP, error);
  taskTransfer(cpu, type === TASK_GATE ? target.gateSelector : selector, call ? CALL : JUMP);
}
