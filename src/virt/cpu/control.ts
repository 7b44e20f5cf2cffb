/** What V did to the registers that decide about translation since P was last entered, told to the pager; the rest of CR0 becomes P's. */
import type { Pager } from "../mmu/pager.ts";
import type { Host } from "./host.ts";

export class ControlFollower {
  readonly #host: Host;
  readonly #pager: Pager;
  readonly #plain: number;
  #cr0 = 0;
  #cr4 = 0;
  #efer = 0;
  #cr3Writes = 0;
  /** V may be another one altogether: interpreted, loaded, through a task switch. */
  strange = true;

  /** `plain`: bits of CR0 that say nothing of paging, and are V's on P too. */
  constructor(host: Host, pager: Pager, plain: number) {
    this.#host = host;
    this.#pager = pager;
    this.#plain = plain;
  }

  follow(): void {
    const { machine, cpu: physical } = this.#host;
    const { cpu } = machine;
    const writes = cpu.trace.count("cr3Write");
    const changed = (cpu.cr0 ^ this.#cr0) & ~this.#plain;
    if (this.strange || changed !== 0 || cpu.cr4 !== this.#cr4 || cpu.efer !== this.#efer)
      this.#pager.control();
    else if (writes !== this.#cr3Writes) this.#pager.loadCr3();
    physical.cr0 = (physical.cr0 & ~this.#plain) | (cpu.cr0 & this.#plain);
    this.#cr0 = cpu.cr0;
    this.#cr4 = cpu.cr4;
    this.#efer = cpu.efer;
    this.#cr3Writes = writes;
    this.strange = false;
  }
}
