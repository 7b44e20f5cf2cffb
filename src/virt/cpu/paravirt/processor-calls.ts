/** Hypercalls about traps, stacks and time on the processor (xen.h, vcpu.h, sched.h). */

import type { TypedFrames } from "../../../machine/mmu/typed-frames.ts";
import type { Area } from "./area.ts";
import type { Target } from "./bounce.ts";
import type { GuestMemory } from "./guest-memory.ts";
import {
  EINVAL,
  ENOSYS,
  EPERM,
  FAST_VECTOR,
  FIRST_MONITOR_SELECTOR,
  HYPERVISOR_START,
  SELECTOR,
  VCPU_INFO,
} from "./interface.ts";
import type { Arguments } from "./memory-calls.ts";
import type { Channels } from "./neighbours.ts";
import type { SharedVcpu } from "./vcpu.ts";

const PAGE = 4096;
const KERNEL_RING = 1;
/** trap_info: flags. */
const TRAP_DPL = 3;
const TRAP_MASKS = 4;
const VCPUOP_REGISTER_VCPU_INFO = 10;
const SCHEDOP = { YIELD: 0, BLOCK: 1, SHUTDOWN: 2 } as const;

const isGuestCode = (selector: number): boolean =>
  (selector & 4) === 0 && ((selector & 0xfff8) < FIRST_MONITOR_SELECTOR || selector === SELECTOR.ring1Code);

export interface Trap extends Target {
  /** INT n may lead here from rings up to it. */
  readonly dpl: number;
}

/** What a guest may want of the scheduler. */
export interface Scheduler {
  /** Until an event is pending. */
  block(): void;
  shutdown(reason: number): void;
}

export interface ProcessorCallsParts {
  readonly area: Area;
  readonly frames: TypedFrames;
  readonly memory: GuestMemory;
  readonly vcpu: SharedVcpu;
  readonly scheduler: Scheduler;
  readonly channels: Channels;
}

export class ProcessorCalls {
  readonly #parts: ProcessorCallsParts;
  /** The virtual IDT. */
  readonly traps = new Map<number, Trap>();
  /** Where events are announced. */
  upcall: Target | undefined;
  /** The frame that vcpu_info has been moved to. */
  #infoFrame: number | undefined;

  constructor(parts: ProcessorCallsParts) {
    this.#parts = parts;
  }

  /** (traps): vector, DPL and 4 for one that sets the mask, selector, address; an address of 0 ends it. */
  setTrapTable([list]: Arguments): number {
    const { memory, area } = this.#parts;
    if (list === 0) {
      this.traps.clear();
      area.setFast();
      return 0;
    }
    for (let n = 0; n <= 256; n++) {
      const head = memory.read32(list + 8 * n);
      const address = memory.read32(list + 8 * n + 4);
      if (address === 0) return 0;
      const vector = head & 0xff;
      const flags = (head >> 8) & 0xff;
      const selector = (head >>> 16) | KERNEL_RING;
      // The processor takes a gate's selector as it is, and the monitor's own code segment would be ring 0.
      if (!isGuestCode(selector)) return EPERM;
      const trap = { selector, address, masks: (flags & TRAP_MASKS) !== 0, dpl: flags & TRAP_DPL };
      this.traps.set(vector, trap);
      if (vector !== FAST_VECTOR) continue;
      // The processor would not set the mask.
      const fast = !trap.masks && trap.dpl === 3 && address >>> 0 < HYPERVISOR_START;
      area.setFast(fast ? trap : undefined);
    }
    return EINVAL;
  }

  /** (selector, pointer): the kernel's stack for the next entry from ring 3. */
  stackSwitch([selector, pointer]: Arguments): number {
    this.#parts.area.setStack((selector & 0xffff) | KERNEL_RING, pointer);
    return 0;
  }

  /** (selector and address of the upcall, selector and address of the failsafe one). */
  setCallbacks([selector, address]: Arguments): number {
    this.upcall = { selector: (selector & 0xffff) | KERNEL_RING, address, masks: true };
    return 0;
  }

  /** (operation, processor, argument). */
  vcpuOp([operation, processor, argument]: Arguments): number {
    if (operation !== VCPUOP_REGISTER_VCPU_INFO) return ENOSYS;
    const { memory, frames, vcpu } = this.#parts;
    const frame = memory.read32(argument) >>> 0;
    const high = memory.read32(argument + 4);
    const offset = memory.read32(argument + 8) >>> 0;
    if (processor !== 0 || this.#infoFrame !== undefined || high !== 0) return EINVAL;
    if (offset % 4 !== 0 || offset > PAGE - VCPU_INFO.size || !frames.take(frame, "writable")) return EINVAL;
    // The monitor writes there from now on: the frame never becomes a table again.
    this.#infoFrame = frame;
    vcpu.move(frame * PAGE + offset);
    this.#parts.channels.moved(frame * PAGE + offset);
    return 0;
  }

  /** (operation, argument). */
  schedOp([operation, argument]: Arguments): number {
    const { scheduler, vcpu, memory } = this.#parts;
    switch (operation) {
      case SCHEDOP.YIELD:
        return 0;
      case SCHEDOP.BLOCK:
        vcpu.mask = false;
        if (!vcpu.pending) scheduler.block();
        return 0;
      case SCHEDOP.SHUTDOWN:
        scheduler.shutdown(memory.read32(argument) >>> 0);
        return 0;
      default:
        return ENOSYS;
    }
  }
}
