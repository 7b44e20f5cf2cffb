/**
 * The bounce frame: an exception or an event makes the guest's kernel run on ring 1, with the frame that the processor itself would have
 * left there, but for the interrupt flag, which is the virtual one:
 *
 *     from ring 3            from ring 1
 *     SS, ESP                                  on the stack of stack_switch; on the kernel's own
 *     EFLAGS  CS  EIP        EFLAGS  CS  EIP   CS: the mask that was, in bits 16 … 23
 *     (error code)           (error code)
 *
 * A guest that has no stack, or no code segment, for its handler is at its end, as after a triple fault.
 */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { Descriptor, readDescriptor } from "../../../machine/cpu/descriptor.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { IF, NT, RF, TF, VM } from "../../../machine/cpu/flags.ts";
import { ESP } from "../../../machine/cpu/registers.ts";
import { checkStack, enterCode, setFromDescriptor } from "../../../machine/cpu/segments.ts";
import { CS, SS } from "../../../machine/isa/instruction.ts";
import type { Area } from "./area.ts";
import { BadPointer, type GuestMemory } from "./guest-memory.ts";
import { HYPERVISOR_START } from "./interface.ts";
import type { SharedVcpu } from "./vcpu.ts";

export interface Target {
  readonly selector: number;
  readonly address: number;
  /** The handler begins with the mask set: an interrupt gate. */
  readonly masks: boolean;
}

const KERNEL_RING = 1;
const code = new Descriptor();
const stack = new Descriptor();

export interface BounceParts {
  readonly cpu: Cpu;
  readonly area: Area;
  readonly memory: GuestMemory;
  readonly vcpu: SharedVcpu;
}

/** `error`: undefined where none is pushed. False: the guest is at its end; P is as it was. */
export function bounce({ cpu, area, memory, vcpu }: BounceParts, target: Target, error?: number): boolean {
  const { segments, flags, r32 } = cpu;
  const outer = cpu.cpl > KERNEL_RING;
  const { mask } = vcpu;
  const frame: number[] = [];
  if (error !== undefined) frame.push(error);
  frame.push(cpu.ip, (segments.selector[CS] as number) | (mask ? 1 << 16 : 0));
  frame.push(mask ? flags.value & ~IF : flags.value | IF);
  const selector = target.selector | KERNEL_RING;
  try {
    if (!readDescriptor(cpu, selector, code) || !code.code || !code.present || code.conforming) return false;
    if (code.dpl !== KERNEL_RING || target.address >>> 0 > code.limit >>> 0) return false;
    const inner = area.stack;
    const stackSelector = outer ? inner.selector : (segments.selector[SS] as number);
    if (!readDescriptor(cpu, stackSelector, stack)) return false;
    checkStack(stackSelector, stack, KERNEL_RING, 0);
    if (outer) frame.push(r32[ESP] as number, segments.selector[SS] as number);
    const sp = ((outer ? inner.pointer : (r32[ESP] as number)) - 4 * frame.length) | 0;
    const linear = (stack.base + sp) >>> 0;
    if (linear + 4 * frame.length > HYPERVISOR_START) return false;
    for (let n = frame.length - 1; n >= 0; n--) memory.write32(linear + 4 * n, frame[n] as number);
    r32[ESP] = sp;
    if (outer) setFromDescriptor(cpu, SS, stackSelector, stack);
  } catch (failure) {
    if (failure !== FAULT && !(failure instanceof BadPointer)) throw failure;
    return false;
  }
  enterCode(cpu, selector, code, KERNEL_RING);
  flags.eflags &= ~(TF | NT | RF | VM);
  cpu.ip = target.address | 0;
  cpu.halted = false;
  if (target.masks) vcpu.mask = true;
  return true;
}
