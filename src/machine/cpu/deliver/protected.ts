/**
 * Protected and virtual-8086 mode: interrupt, trap and task gates of the IDT (SDM Vol. 3, 6.11 – 6.13 and 20.3).
 *
 *     same ring             inner ring              from virtual-8086 mode
 *     EFLAGS                SS                      GS FS DS ES
 *     CS                    ESP                     SS ESP
 *     EIP                   EFLAGS CS EIP           EFLAGS CS EIP
 *     (error code)          (error code)            (error code)        ◀ the new stack pointer
 */
import { CS, DS, ES, FS, GS, SS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import {
  Descriptor,
  INTERRUPT_GATE16,
  INTERRUPT_GATE32,
  markAccessed,
  readDescriptor,
  readPair,
  SEGMENT,
  systemAddress,
  TASK_GATE,
  TRAP_GATE16,
  TRAP_GATE32,
} from "../descriptor.ts";
import { DB, GP, NP, raise } from "../fault.ts";
import { IF, NT, RF, TF, VM } from "../flags.ts";
import { FRAME, pokeFrame } from "../frame.ts";
import { enterInner, innerFrame, openInner } from "../inner-stack.ts";
import { ESP } from "../registers.ts";
import { enterCode, setNull } from "../segments.ts";
import { moveSp } from "../stack.ts";
import { taskInterrupt } from "../task.ts";
import { checksGate, EXCEPTION } from "./event.ts";

const gate = new Descriptor();
const code = new Descriptor();

/** `error` is −1 for vectors without an error code. Raises what the delivery itself meets; nothing is changed then. */
export function deliverProtected(cpu: Cpu, kind: number, vector: number, error: number): void {
  const { idtr, flags, segments } = cpu;
  const gateError = (vector << 3) | 2;
  if (8 * vector + 7 > idtr.limit) raise(GP, gateError);
  gate.address = systemAddress(cpu, idtr.base, idtr.baseHigh, 8 * vector);
  readPair(cpu, gate);
  const { type } = gate;
  const interrupt = type === INTERRUPT_GATE32 || type === INTERRUPT_GATE16;
  if ((gate.high & SEGMENT) !== 0) raise(GP, gateError);
  if (!interrupt && type !== TRAP_GATE32 && type !== TRAP_GATE16 && type !== TASK_GATE) raise(GP, gateError);
  if (checksGate(kind) && gate.dpl < cpu.cpl) raise(GP, gateError);
  if (!gate.present) raise(NP, gateError);
  if (type === TASK_GATE) {
    taskInterrupt(cpu, gate.gateSelector, error);
    return;
  }

  const selector = gate.gateSelector;
  const selectorError = selector & 0xfffc;
  if (selectorError === 0 || !readDescriptor(cpu, selector, code)) raise(GP, selectorError);
  const { dpl } = code;
  const { cpl, v86 } = cpu;
  if (!code.code || dpl > cpl) raise(GP, selectorError);
  if (!code.present) raise(NP, selectorError);
  const inner = !code.conforming && dpl < cpl;
  if (v86 && (!inner || dpl !== 0)) raise(GP, selectorError);

  const size = (type & 8) !== 0 ? 4 : 2;
  const target = size === 4 ? gate.gateOffset : gate.low & 0xffff;
  // The words of the frame, from its bottom.
  let count = 0;
  if (error >= 0) FRAME[count++] = error;
  FRAME[count++] = cpu.ip;
  FRAME[count++] = segments.selector[CS] as number;
  FRAME[count++] = pushedFlags(flags.value, kind, vector);
  if (inner) {
    FRAME[count++] = cpu.r32[ESP] as number;
    FRAME[count++] = segments.selector[SS] as number;
    if (v86) {
      FRAME[count++] = segments.selector[ES] as number;
      FRAME[count++] = segments.selector[DS] as number;
      FRAME[count++] = segments.selector[FS] as number;
      FRAME[count++] = segments.selector[GS] as number;
    }
    openInner(cpu, dpl);
    innerFrame(cpu, size, count);
    if (target >>> 0 > code.limit >>> 0) raise(GP);
    markAccessed(cpu, code);
    enterInner(cpu);
    flags.eflags &= ~(TF | NT | RF | VM);
    if (v86) {
      setNull(cpu, GS, 0);
      setNull(cpu, FS, 0);
      setNull(cpu, DS, 0);
      setNull(cpu, ES, 0);
    }
    enterCode(cpu, selector, code, dpl);
  } else {
    pokeFrame(cpu, size, count);
    if (target >>> 0 > code.limit >>> 0) raise(GP);
    markAccessed(cpu, code);
    moveSp(cpu, -count * size);
    flags.eflags &= ~(TF | NT | RF | VM);
    enterCode(cpu, selector, code, cpl);
  }
  cpu.ip = target;
  if (interrupt) flags.eflags &= ~IF;
}

/** RF is set for faults, so that the instruction is not caught by its breakpoint again (SDM Vol. 3, 17.3.1.1). */
export function pushedFlags(flags: number, kind: number, vector: number): number {
  return kind === EXCEPTION && vector !== DB ? flags | RF : flags;
}
