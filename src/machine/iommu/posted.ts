/**
 * A posted-interrupt descriptor (SDM Vol. 3, 29.6; Intel VT-d 3.3, 9.11): 64 bytes where interrupts for a virtual processor wait, so that
 * its real one need not leave the guest to get them.
 *
 *     0 … 255 PIR, a bit for each vector │ 256 ON │ 257 SN │ 279 … 272 NV │ 319 … 288 NDST
 */
import type { TableMemory } from "../mmu/walk.ts";

export const DESCRIPTOR_BYTES = 64;
const PIR_WORDS = 8;
const CONTROL = 32;
const DESTINATION = 36;
const ON = 1;
const SN = 2;

export class PostedDescriptor {
  readonly #memory: TableMemory;
  readonly #at: number;

  /** `at`: its physical address, a multiple of 64. */
  constructor(memory: TableMemory, at: number) {
    this.#memory = memory;
    this.#at = at;
  }

  /** The hypervisor's part: which vector wakes which local APIC (xAPIC ID), with nothing posted. */
  prepare(notification: number, destination: number): void {
    for (let word = 0; word < PIR_WORDS; word++) this.#memory.writeEntry(this.#at + 4 * word, 0);
    this.#control = notification << 16;
    this.#memory.writeEntry(this.#at + DESTINATION, destination << 8);
  }

  get notification(): number {
    return (this.#control >>> 16) & 0xff;
  }

  get destination(): number {
    return (this.#memory.readEntry(this.#at + DESTINATION) >>> 8) & 0xff;
  }

  get outstanding(): boolean {
    return (this.#control & ON) !== 0;
  }

  /** No notification for what is not urgent: the virtual processor does not run. */
  set suppress(on: boolean) {
    this.#control = on ? this.#control | SN : this.#control & ~SN;
  }

  /** The hardware's update. True: a notification is to be sent. */
  post(vector: number, urgent = false): boolean {
    const at = this.#at + 4 * (vector >> 5);
    this.#memory.writeEntry(at, this.#memory.readEntry(at) | (1 << (vector & 31)));
    const control = this.#control;
    if ((control & ON) !== 0 || ((control & SN) !== 0 && !urgent)) return false;
    this.#control = control | ON;
    return true;
  }

  /** What the processor does when the notification vector arrives in the guest (29.6): clears ON, then takes PIR into the virtual IRR. */
  sync(request: (vector: number) => void): void {
    this.#control = this.#control & ~ON;
    for (let word = 0; word < PIR_WORDS; word++) {
      const at = this.#at + 4 * word;
      const bits = this.#memory.readEntry(at);
      if (bits === 0) continue;
      this.#memory.writeEntry(at, 0);
      for (let bit = 0; bit < 32; bit++) if (bits & (1 << bit)) request(32 * word + bit);
    }
  }

  get #control(): number {
    return this.#memory.readEntry(this.#at + CONTROL);
  }

  set #control(value: number) {
    this.#memory.writeEntry(this.#at + CONTROL, value);
  }
}
