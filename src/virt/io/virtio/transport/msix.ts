/**
 * Interrupts as messages (PCI Local Bus 3.0, 6.8.2). One memory window:
 *
 *     000 table: address, address high, data, control (bit 0: masked), 16 bytes a vector │ 800 pending bits
 */
import type { MmioDevice } from "../../../../machine/bus.ts";
import { BUS_MASTER, type PciFunction } from "../../../../machine/devices/pci/function.ts";
import type { Slot } from "../../../../machine/devices/pci/slot.ts";
import type { Stateful, StateReader, StateWriter } from "../../../../machine/state.ts";

const CAPABILITY = 0x11;
const PENDING = 0x800;
/** In the upper byte of message control. */
const ENABLE = 0x80;
const MASK = 0x40;
const ENTRY = 4;

const dword = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

export class Msix implements MmioDevice, Stateful {
  readonly vectors: number;
  readonly #table: Int32Array;
  readonly #pending: Int32Array;
  readonly #fn: PciFunction;
  readonly #at: number;
  readonly #message: Slot["message"];

  /** Vectors 0 … n − 1 of a function, with their window at one of its BARs. Throws a RangeError when there is no room for so many. */
  constructor(fn: PciFunction, bar: number, vectors: number, message: Slot["message"]) {
    if (vectors < 1 || vectors * 16 > PENDING) throw new RangeError(`${vectors} vectors: from 1 to 128 fit`);
    this.vectors = vectors;
    this.#fn = fn;
    this.#message = message;
    this.#table = new Int32Array(vectors * ENTRY);
    this.#pending = new Int32Array(Math.ceil(vectors / 32));
    // 6.8.2.9: masked after a reset.
    for (let vector = 0; vector < vectors; vector++) this.#table[vector * ENTRY + 3] = 1;
    fn.window(bar, { kind: "memory", size: 4096, device: this });
    this.#at = fn.capability(CAPABILITY, [vectors - 1, 0, ...dword(bar), ...dword(PENDING | bar)]);
    fn.writable(this.#at + 3, [ENABLE | MASK]);
  }

  get #control(): number {
    return this.#fn.config[this.#at + 3] as number;
  }

  get enabled(): boolean {
    return (this.#control & ENABLE) !== 0;
  }

  raise(vector: number): void {
    const words = this.#pending;
    words[vector >> 5] = (words[vector >> 5] as number) | (1 << (vector & 31));
    this.deliver();
  }

  /** Sends what is pending and not masked; after each change of the configuration. */
  deliver(): void {
    // A message is a write to memory, which only a bus master does.
    if ((this.#control & (ENABLE | MASK)) !== ENABLE || !(this.#fn.command & BUS_MASTER)) return;
    const [table, pending] = [this.#table, this.#pending];
    for (let vector = 0; vector < this.vectors; vector++) {
      const bit = 1 << (vector & 31);
      const word = pending[vector >> 5] as number;
      const at = vector * ENTRY;
      if ((word & bit) === 0 || ((table[at + 3] as number) & 1) !== 0) continue;
      pending[vector >> 5] = word & ~bit;
      // An address beyond 4 GB is no local APIC's.
      if (table[at + 1] === 0) this.#message((table[at] as number) >>> 0, (table[at + 2] as number) >>> 0);
    }
  }

  /** 6.8.2: aligned dwords; whatever else is asked gives zero. */
  read(offset: number, size: number): number {
    if (size !== 4 || offset & 3) return 0;
    const words = offset < PENDING ? this.#table : this.#pending;
    return (words[(offset % PENDING) >> 2] ?? 0) >>> 0;
  }

  write(offset: number, value: number, size: number): void {
    if (size !== 4 || offset & 3 || offset >= PENDING) return;
    const at = offset >> 2;
    if (at >= this.#table.length) return;
    this.#table[at] = at % ENTRY === 3 ? value & 1 : value;
    this.deliver();
  }

  save(out: StateWriter): void {
    out.array(this.#table);
    out.array(this.#pending);
  }

  load(from: StateReader): void {
    from.array(this.#table);
    from.array(this.#pending);
  }
}
