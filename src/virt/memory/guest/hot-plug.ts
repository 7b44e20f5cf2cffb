/**
 * Memory that comes and goes with its addresses, from the end, in blocks: what ACPI's memory devices and virtio-mem do. A balloon takes any
 * page that the guest can spare; here it must be these, so what is in them has to move first.
 */
import type { Host } from "../host.ts";
import type { Vm } from "../vm.ts";
import type { GuestOs } from "./os.ts";

export class HotPlug {
  readonly #host: Host;
  readonly #vm: Vm;
  readonly #os: GuestOs;
  readonly #block: number;

  /** `block`: pages that are plugged in or out together. */
  constructor(host: Host, vm: Vm, os: GuestOs, block: number) {
    this.#host = host;
    this.#vm = vm;
    this.#os = os;
    this.#block = block;
  }

  /** Goes towards a size in pages, by whole blocks, and says what it reached: not below the last block that the kernel is in. */
  resize(pages: number): number {
    const { pages: before, most } = this.#vm;
    while (this.#vm.pages + this.#block <= Math.min(pages, most)) {
      const from = this.#vm.pages;
      this.#host.ledger.pay("exit");
      this.#host.plug(this.#vm, this.#block);
      for (let gpn = from; gpn < this.#vm.pages; gpn++) this.#os.receive(gpn);
    }
    if (this.#vm.pages > before) return this.#vm.pages;
    while (this.#vm.pages - this.#block >= pages) {
      if (!this.#os.vacate(this.#vm.pages - this.#block, this.#vm.pages)) break;
      this.#host.ledger.pay("exit");
      this.#host.unplug(this.#vm, this.#block);
    }
    return this.#vm.pages;
  }
}
