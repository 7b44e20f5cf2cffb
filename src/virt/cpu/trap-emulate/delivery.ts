/**
 * A component's injection, carried out on V: the frame onto the guest's stack, then CS:EIP of its handler. Only the way that every
 * kernel goes is the component's: a 32-bit interrupt or trap gate into ring 0, flat segments, a stack that is there. All else
 * (task gates, 16 bits, faults on the way, which become other faults) is left to V's own delivery.
 */
import type { Gva } from "../../../machine/address.ts";
import { type Cpu, TR } from "../../../machine/cpu/cpu.ts";
import {
  BIG,
  Descriptor,
  INTERRUPT_GATE32,
  readDescriptor,
  readPair,
  SEGMENT,
  systemAddress,
  systemRead16,
  systemRead32,
  TRAP_GATE32,
} from "../../../machine/cpu/descriptor.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { flagsWritten } from "../../../machine/cpu/flag-write.ts";
import { ALL_FLAGS, VM } from "../../../machine/cpu/flags.ts";
import { ESP } from "../../../machine/cpu/registers.ts";
import { enterCode, setFromDescriptor } from "../../../machine/cpu/segments.ts";
import { SS } from "../../../machine/isa/instruction.ts";
import type { Delivery, Gate } from "./component.ts";

const TSS32 = 0x0800;
const LAST_OF_RING_0 = 11;
const EVERYTHING = 0xffffffff;
/** More than any frame: SS, ESP, EFLAGS, CS, EIP, error code. */
const MOST_WORDS = 6;

const gate = new Descriptor();
const code = new Descriptor();
const stack = new Descriptor();

/** What the component has to know of a vector; undefined where the way is another one. */
export function gateOf(cpu: Cpu, vector: number): Gate | undefined {
  const { cr2 } = cpu;
  try {
    return readGate(cpu, vector);
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    cpu.cr2 = cr2;
    return undefined;
  }
}

/** The ring from which a vector's gate may be used by INT n; −1 where there is none. */
export function gateRing(cpu: Cpu, vector: number): number {
  const { cr2 } = cpu;
  try {
    return readEntry(cpu, vector) ? gate.dpl : -1;
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    cpu.cr2 = cr2;
    return -1;
  }
}

function readEntry(cpu: Cpu, vector: number): boolean {
  const { idtr } = cpu;
  if (8 * vector + 7 > idtr.limit) return false;
  gate.address = systemAddress(cpu, idtr.base, idtr.baseHigh, 8 * vector);
  readPair(cpu, gate);
  return (gate.high & SEGMENT) === 0;
}

function readGate(cpu: Cpu, vector: number): Gate | undefined {
  if (!readEntry(cpu, vector) || !gate.present) return undefined;
  const { type } = gate;
  if (type !== INTERRUPT_GATE32 && type !== TRAP_GATE32) return undefined;
  const cs = gate.gateSelector;
  if ((cs & 0xfffc) === 0 || !readDescriptor(cpu, cs, code)) return undefined;
  if (!flat(code) || !code.code || code.conforming || code.dpl !== 0) return undefined;
  const { base, limit, access } = cpu.segments;
  let ss0 = 0;
  let esp0 = 0;
  if (cpu.cpl === 0) {
    if ((cpu.flatWrite & (1 << SS)) === 0 || cpu.stackMask !== -1) return undefined;
  } else {
    if (((access[TR] as number) & TSS32) === 0 || (limit[TR] as number) < LAST_OF_RING_0) return undefined;
    const at = systemAddress(cpu, base[TR] as number, 0, 4);
    esp0 = systemRead32(cpu, at);
    ss0 = systemRead16(cpu, (at + 4) as Gva);
    if ((ss0 & 0xfffc) === 0 || (ss0 & 3) !== 0 || !readDescriptor(cpu, ss0, stack)) return undefined;
    if (!flat(stack) || !stack.writableData || stack.dpl !== 0) return undefined;
  }
  return {
    type: type === INTERRUPT_GATE32 ? "interrupt" : "trap",
    cs: cs & 0xfffc,
    eip: gate.gateOffset >>> 0,
    ss0,
    esp0: esp0 >>> 0,
  };
}

function problemOf(cpu: Cpu, { frame, cs, ss }: Delivery, changesStack: boolean): string | undefined {
  if (frame.length > MOST_WORDS) return `a frame of ${frame.length} words`;
  if (!readDescriptor(cpu, cs & 0xffff, code) || !code.code || !code.present)
    return `CS = ${cs.toString(16)} is no code segment of the guest's`;
  if (changesStack && (!readDescriptor(cpu, ss & 0xffff, stack) || !stack.writableData || !stack.present))
    return `SS = ${ss.toString(16)} is no stack segment of the guest's`;
  return undefined;
}

function flat(found: Descriptor): boolean {
  return found.present && found.base === 0 && found.limit >>> 0 === EVERYTHING && (found.high & BIG) !== 0;
}

/**
 * False when the stack cannot take the frame, which V's own delivery turns into the right fault; nothing has changed then. A delivery that no
 * processor could make shuts V down.
 */
export function take(cpu: Cpu, delivery: Delivery): boolean {
  const { frame, esp, ss, cs, eip, eflags } = delivery;
  const changesStack = ss !== cpu.segments.selector[SS];
  const { cr2 } = cpu;
  const { memory } = cpu;
  const { user } = memory;
  try {
    const problem = problemOf(cpu, delivery, changesStack);
    if (problem !== undefined) {
      cpu.stop = { reason: "shutdown", detail: `inject: ${problem}` };
      return true;
    }
    memory.user = false;
    if (frame.length > 0) memory.probe((esp | 0) as Gva, 4 * frame.length, true);
    for (const [n, word] of frame.entries()) memory.write32(((esp + 4 * n) | 0) as Gva, word | 0);
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    cpu.cr2 = cr2;
    return false;
  } finally {
    memory.user = user;
  }
  if (changesStack) setFromDescriptor(cpu, SS, ss & 0xffff, stack);
  enterCode(cpu, cs & 0xffff, code, cs & 3);
  cpu.r32[ESP] = esp;
  cpu.ip = eip | 0;
  const before = cpu.flags.value;
  cpu.flags.value = eflags & ALL_FLAGS & ~VM;
  flagsWritten(cpu, before);
  cpu.shadow = cpu.halted = false;
  return true;
}
