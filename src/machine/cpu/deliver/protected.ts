/**
 * Protected and virtual-8086 mode: interrupt, trap and task gates of the IDT (SDM Vol. 3, 6.11 – 6.13 and 20.3).
 *
 *     same ring             inner ring              from virtual-8086 mode
 *     EFLAGS                SS                      GS FS DS ES
 *     CS                    ESP                     SS ESP
 *     EIP                   EFLAGS CS EIP           EFLAGS CS EIP
 *     (error code)          (error code)            (error code)        ◀ the new stack pointer
 */
import type { Gva } from "../../address.ts";
import { CS, DS, ES, FS, GS, SS } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";
import {
  Descriptor,
  INTERRUPT_GATE16,
  INTERRUPT_GATE32,
  readDescriptor,
  SEGMENT,
  systemAddress,
  systemRead32,
  TASK_GATE,
  TRAP_GATE16,
  TRAP_GATE32,
} from "../descriptor.ts";
import { DB, GP, NP, raise } from "../fault.ts";
import { IF, NT, RF, TF, VM } from "../flags.ts";
import { enterInner, innerPush, openInner } from "../inner-stack.ts";
import { ESP } from "../registers.ts";
import { enterCode, setNull } from "../segments.ts";
import { moveSp, poke16, poke32 } from "../stack.ts";
import { taskInterrupt } from "../task.ts";
import { checksGate, EXCEPTION } from "./event.ts";

const gate = new Descriptor();
const code = new Descriptor();

/** `error` is −1 for vectors without an error code. Raises what the delivery itself meets; nothing is changed then. */
export function deliverProtected(cpu: Cpu, kind: number, vector: number, error: number): void {
  const { idtr, flags, segments } = cpu;
  const gateError = (vector << 3) | 2;
  if (8 * vector + 7 > idtr.limit) raise(GP, gateError);
  const entry = systemAddress(cpu, idtr.base, idtr.baseHigh, 8 * vector);
  gate.low = systemRead32(cpu, entry);
  gate.high = systemRead32(cpu, (entry + 4) as Gva);
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
  const image = pushedFlags(flags.value, kind, vector);
  const oldCs = segments.selector[CS] as number;
  const target = size === 4 ? gate.gateOffset : gate.low & 0xffff;
  if (inner) {
    const oldSs = segments.selector[SS] as number;
    const oldSp = cpu.r32[ESP] as number;
    openInner(cpu, dpl);
    if (v86) {
      innerPush(cpu, size, segments.selector[GS] as number);
      innerPush(cpu, size, segments.selector[FS] as number);
      innerPush(cpu, size, segments.selector[DS] as number);
      innerPush(cpu, size, segments.selector[ES] as number);
    }
    innerPush(cpu, size, oldSs);
    innerPush(cpu, size, oldSp);
    innerPush(cpu, size, image);
    innerPush(cpu, size, oldCs);
    innerPush(cpu, size, cpu.ip);
    if (error >= 0) innerPush(cpu, size, error);
    if (target >>> 0 > code.limit) raise(GP);
    flags.eflags &= ~(TF | NT | RF | VM);
    enterInner(cpu);
    if (v86) {
      setNull(cpu, GS, 0);
      setNull(cpu, FS, 0);
      setNull(cpu, DS, 0);
      setNull(cpu, ES, 0);
    }
    enterCode(cpu, selector, code, dpl);
  } else {
    if (size === 4) frame32(cpu, image, oldCs, error);
    else frame16(cpu, image, oldCs, error);
    if (target >>> 0 > code.limit) raise(GP);
    moveSp(cpu, error >= 0 ? -4 * size : -3 * size);
    flags.eflags &= ~(TF | NT | RF | VM);
    enterCode(cpu, selector, code, cpl);
  }
  cpu.ip = target;
  if (interrupt) flags.eflags &= ~IF;
}

function frame32(cpu: Cpu, image: number, cs: number, error: number): void {
  poke32(cpu, -4, image);
  poke32(cpu, -8, cs);
  poke32(cpu, -12, cpu.ip);
  if (error >= 0) poke32(cpu, -16, error);
}

function frame16(cpu: Cpu, image: number, cs: number, error: number): void {
  poke16(cpu, -2, image);
  poke16(cpu, -4, cs);
  poke16(cpu, -6, cpu.ip);
  if (error >= 0) poke16(cpu, -8, error);
}

/** RF is set for faults, so that the instruction is not caught by its breakpoint again (SDM Vol. 3, 17.3.1.1). */
export function pushedFlags(flags: number, kind: number, vector: number): number {
  return kind === EXCEPTION && vector !== DB ? flags | RF : flags;
}
