/** Page tables in the machine's own physical memory. */
import type { Gpa } from "../address.ts";
import { type Bus, PAGE_MMIO } from "../bus.ts";
import type { TableMemory } from "./walk.ts";

// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const MMIO = PAGE_MMIO;

export class BusTables implements TableMemory {
  declare private readonly bus: Bus;
  declare private readonly view: DataView;
  declare private readonly pages: Uint8Array;
  declare private readonly ram: number;

  constructor(bus: Bus) {
    this.bus = bus;
    this.view = bus.view;
    this.pages = bus.pages;
    this.ram = bus.ram.length;
  }

  readEntry(at: number): number {
    if (at < this.ram && ((this.pages[at >>> 12] as number) & MMIO) === 0)
      return this.view.getInt32(at, true);
    return this.bus.read(at as Gpa, 4) | 0;
  }

  writeEntry(at: number, value: number): void {
    this.bus.write(at as Gpa, value, 4);
  }
}
