/**
 * What a hypercall reads and writes for the guest, through the guest's own page tables and with its kernel's rights: a pointer into the
 * monitor's part, to nothing, or to a page that the guest may not write is the guest's error, never a write.
 */
import type { Gva } from "../../../machine/address.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { HYPERVISOR_START } from "./interface.ts";

/** Thrown for a hostile pointer; the hypercall returns EFAULT. */
export class BadPointer extends Error {
  override name = "BadPointer";
}

export class GuestMemory {
  readonly #cpu: Cpu;

  /** `cpu` is P. */
  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  read32(at: number): number {
    return this.#access(at, 4, () => this.#cpu.memory.read32((at | 0) as Gva));
  }

  read8(at: number): number {
    return this.#access(at, 1, () => this.#cpu.memory.read8((at | 0) as Gva));
  }

  read16(at: number): number {
    return this.#access(at, 2, () => this.#cpu.memory.read16((at | 0) as Gva));
  }

  write32(at: number, value: number): void {
    this.#access(at, 4, () => {
      this.#cpu.memory.write32((at | 0) as Gva, value);
      return 0;
    });
  }

  /** Accesses of the kernel's, whoever was interrupted. */
  #access(at: number, size: number, access: () => number): number {
    const { memory } = this.#cpu;
    const { user } = memory;
    if ((at >>> 0) + size > HYPERVISOR_START) throw new BadPointer();
    memory.user = false;
    try {
      return access();
    } catch (error) {
      if (error !== FAULT) throw error;
      throw new BadPointer();
    } finally {
      memory.user = user;
    }
  }
}
