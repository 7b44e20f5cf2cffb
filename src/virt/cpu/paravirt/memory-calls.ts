/** Hypercalls about page tables and descriptors (xen.h: mmu_update, mmuext_op, update_va_mapping, set_gdt, update_descriptor). */
import type { Gpa, Gva } from "../../../machine/address.ts";
import { P } from "../../../machine/mmu/formats/bits.ts";
import type { TypedFrames } from "../../../machine/mmu/typed-frames.ts";
import type { Host } from "../host.ts";
import type { Area } from "./area.ts";
import { checkedDescriptor } from "./descriptors.ts";
import type { GuestMemory } from "./guest-memory.ts";
import {
  DOMID_SELF,
  EFAULT,
  EINVAL,
  EPERM,
  GUEST_GDT_PAGES,
  HYPERVISOR_START,
  MACHPHYS_UPDATE,
  MMUEXT,
  NORMAL_UPDATE,
  UVMF,
} from "./interface.ts";

const PAGE = 4096;
const TWO32 = 4294967296;
const DESCRIPTORS_A_PAGE = 512;
/** In the order of the hypercall's registers, unsigned. */
export type Arguments = readonly [number, number, number, number, number, number];

export interface MemoryCallsParts {
  readonly host: Host;
  readonly area: Area;
  readonly frames: TypedFrames;
  readonly memory: GuestMemory;
}

export class MemoryCalls {
  readonly #parts: MemoryCallsParts;
  #gdt: number[] = [];

  constructor(parts: MemoryCallsParts) {
    this.#parts = parts;
  }

  /** (requests, count, how many were done, domain). Stops at the first that may not be. */
  mmuUpdate([requests, count, done, domain]: Arguments): number {
    if (domain !== DOMID_SELF) return EPERM;
    const { frames, memory } = this.#parts;
    let result = 0;
    let n = 0;
    for (; n < count && result === 0; n++) {
      const at = requests + 16 * n;
      const pointer = memory.read32(at);
      const value = memory.read32(at + 8);
      if (memory.read32(at + 4) !== 0 || memory.read32(at + 12) !== 0) result = EINVAL;
      else if ((pointer & 3) === NORMAL_UPDATE) result = frames.write(pointer >>> 0, value) ? 0 : EINVAL;
      // The map of a guest that moves its frames about: this one keeps them.
      else result = (pointer & 3) === MACHPHYS_UPDATE ? EPERM : EINVAL;
    }
    if (done !== 0) memory.write32(done, result === 0 ? n : n - 1);
    return result;
  }

  /** (operations, count, how many were done, domain). */
  mmuExtended([operations, count, done, domain]: Arguments): number {
    if (domain !== DOMID_SELF) return EPERM;
    const { memory } = this.#parts;
    let result = 0;
    let n = 0;
    for (; n < count && result === 0; n++) {
      const at = operations + 12 * n;
      result = this.#extended(memory.read32(at), memory.read32(at + 4) >>> 0);
    }
    if (done !== 0) memory.write32(done, result === 0 ? n : n - 1);
    return result;
  }

  /** (linear address, value, its upper half, flags): the entry that maps the address, in the tables of now. */
  updateVaMapping([at, value, high, flags]: Arguments): number {
    if (high !== 0 || at >= HYPERVISOR_START) return EINVAL;
    const { host, frames } = this.#parts;
    const { cpu, bus } = host;
    const entry = bus.view.getInt32((cpu.cr3 & -PAGE) + 4 * (at >>> 22), true);
    if ((entry & P) === 0) return EINVAL;
    if (!frames.write(((entry & -PAGE) >>> 0) + 4 * ((at >>> 12) & 0x3ff), value | 0)) return EINVAL;
    if ((flags & UVMF.TLB_FLUSH) !== 0) this.flush();
    else if ((flags & UVMF.INVLPG) !== 0) cpu.memory.invalidate((at | 0) as Gva);
    return 0;
  }

  /** (list of machine frames, number of descriptors). */
  setGdt([list, descriptors]: Arguments): number {
    const { area, frames, memory } = this.#parts;
    const count = Math.ceil(descriptors / DESCRIPTORS_A_PAGE);
    if (count > GUEST_GDT_PAGES) return EINVAL;
    const wanted = Array.from({ length: count }, (_, n) => memory.read32(list + 4 * n) >>> 0);
    for (const [n, frame] of wanted.entries()) {
      if (frames.take(frame, "segments")) continue;
      for (const taken of wanted.slice(0, n)) frames.drop(taken);
      return EINVAL;
    }
    area.setGdt(wanted);
    this.#parts.host.cpu.memory.flush(true);
    frames.flushed();
    for (const frame of this.#gdt) frames.drop(frame);
    this.#gdt = wanted;
    return 0;
  }

  /** (machine address, its upper half, descriptor, its upper half). */
  updateDescriptor([address, high, low, upper]: Arguments): number {
    const { host, frames } = this.#parts;
    if (high !== 0 || address % 8 !== 0) return EINVAL;
    const frame = Math.floor(address / PAGE);
    const use = frames.use(frame);
    const checked = checkedDescriptor(low | 0, upper | 0);
    host.ledger.pay("validate");
    if (checked === undefined || !frames.owns(frame) || use === "l1" || use === "l2") return EINVAL;
    host.bus.write(address as Gpa, checked.low >>> 0, 4);
    host.bus.write((address + 4) as Gpa, checked.high >>> 0, 4);
    return 0;
  }

  /** The first directory, and every later one: the processor uses it from now on. */
  loadDirectory(frame: number): number {
    const { host, frames } = this.#parts;
    const { cpu } = host;
    if (!frames.take(frame, "l2")) return EINVAL;
    const before = cpu.cr3 >>> 12;
    cpu.cr3 = (frame * PAGE) | 0;
    cpu.memory.loadCr3(cpu.cr3, 0);
    host.ledger.pay("addressSpace");
    frames.flushed();
    if (before !== 0) frames.drop(before);
    return 0;
  }

  /** Every translation but the monitor's. */
  flush(): void {
    this.#parts.host.cpu.memory.flush(false);
    this.#parts.frames.flushed();
  }

  #extended(operation: number, argument: number): number {
    const { frames, host } = this.#parts;
    switch (operation) {
      case MMUEXT.PIN_L1:
        return frames.pin(argument, "l1") ? 0 : EINVAL;
      case MMUEXT.PIN_L2:
        return frames.pin(argument, "l2") ? 0 : EINVAL;
      case MMUEXT.UNPIN:
        return frames.unpin(argument) ? 0 : EINVAL;
      case MMUEXT.NEW_BASEPTR:
        return argument < TWO32 / PAGE ? this.loadDirectory(argument) : EINVAL;
      case MMUEXT.TLB_FLUSH_LOCAL:
        this.flush();
        return 0;
      case MMUEXT.INVLPG_LOCAL:
        if (argument >= HYPERVISOR_START) return EFAULT;
        host.cpu.memory.invalidate((argument | 0) as Gva);
        return 0;
      default:
        return EINVAL;
    }
  }
}
