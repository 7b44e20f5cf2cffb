/** Page tables in the machine's own physical memory. */
import type { Gpa } from "../address.ts";
import type { Bus } from "../bus.ts";
import type { TableMemory } from "./walk.ts";

export class BusTables implements TableMemory {
  readonly #bus: Bus;
  readonly #view: DataView;
  readonly #pages: Uint8Array;

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#view = bus.view;
    this.#pages = bus.pages;
  }

  readEntry(at: number): number {
    const page = at / 4096;
    // Plain RAM, ROM and code pages are read the same way; flag 4 is PAGE_MMIO, and undefined is outside of RAM.
    if (at < this.#view.byteLength && ((this.#pages[Math.floor(page)] as number) & 4) === 0)
      return this.#view.getInt32(at, true);
    return this.#bus.read(at as Gpa, 4) | 0;
  }

  writeEntry(at: number, value: number): void {
    this.#bus.write(at as Gpa, value, 4);
  }
}
