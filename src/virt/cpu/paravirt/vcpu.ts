/**
 * What guest and monitor share: whether an event waits, whether it may come now, CR2, and the events themselves. All of it is
 * memory of the guest's, so all of it may be a lie; believing it costs only the guest.
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import { SHARED_INFO, VCPU_INFO } from "./interface.ts";

export class SharedVcpu {
  readonly #bus: Bus;
  readonly #shared: number;
  /** Machine address of vcpu_info. */
  #info: number;

  /** `shared`: machine address of the shared page. Everything is masked at first. */
  constructor(bus: Bus, shared: number) {
    this.#bus = bus;
    this.#shared = shared;
    this.#info = shared;
    this.mask = true;
    bus.write((shared + SHARED_INFO.mask) as Gpa, 0xffffffff, 4);
  }

  /** vcpu_info has another place from now on. */
  move(to: number): void {
    const bytes = this.#bus.dmaRead(this.#info as Gpa, VCPU_INFO.size);
    this.#bus.dmaWrite(to as Gpa, bytes);
    this.#info = to;
  }

  get mask(): boolean {
    return this.#bus.read((this.#info + VCPU_INFO.mask) as Gpa, 1) !== 0;
  }

  set mask(on: boolean) {
    this.#bus.write((this.#info + VCPU_INFO.mask) as Gpa, on ? 1 : 0, 1);
  }

  get pending(): boolean {
    return this.#bus.read((this.#info + VCPU_INFO.pending) as Gpa, 1) !== 0;
  }

  set cr2(value: number) {
    this.#bus.write((this.#info + VCPU_INFO.cr2) as Gpa, value >>> 0, 4);
  }

  /** Events are numbered 0 … 31 here. */
  raise(event: number): void {
    const bit = 1 << event;
    this.#or(this.#shared + SHARED_INFO.pending, bit);
    if ((this.#bus.read((this.#shared + SHARED_INFO.mask) as Gpa, 4) & bit) !== 0) return;
    this.#or(this.#info + VCPU_INFO.selector, 1);
    this.#bus.write((this.#info + VCPU_INFO.pending) as Gpa, 1, 1);
  }

  /** Takes the mask off; an event that came meanwhile is raised again. */
  unmask(event: number): void {
    const bit = 1 << event;
    const at = (this.#shared + SHARED_INFO.mask) as Gpa;
    this.#bus.write(at, (this.#bus.read(at, 4) & ~bit) >>> 0, 4);
    if ((this.#bus.read((this.#shared + SHARED_INFO.pending) as Gpa, 4) & bit) !== 0) this.raise(event);
  }

  #or(at: number, bits: number): void {
    this.#bus.write(at as Gpa, (this.#bus.read(at as Gpa, 4) | bits) >>> 0, 4);
  }
}
