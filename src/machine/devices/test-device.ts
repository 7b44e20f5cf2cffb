/**
 * What test suites for processors want of a board (QEMU's pc-testdev, docs/specs: a device of its own; kvm-unit-tests look for it):
 *
 *     port 00E0          keeps what was written, 8, 16 or 32 bits
 *     port 2000 + n      drives interrupt wire n: 1 high, 0 low
 *     FF000000, 64 KiB   memory that is a device: each access is emulated
 */
import type { MmioDevice, PortDevice } from "../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqLine, IrqWires } from "./irq.ts";

export const TEST_PORT = 0xe0;
export const TEST_IRQ_PORT = 0x2000;
export const TEST_IRQS = 24;
export const TEST_MEMORY = 0xff000000;
export const TEST_MEMORY_SIZE = 0x10000;

export class TestDevice implements PortDevice, MmioDevice, Stateful {
  readonly #lines: IrqLine[];
  readonly #memory = new Uint8Array(TEST_MEMORY_SIZE);
  readonly #view = new DataView(this.#memory.buffer);
  #kept = 0;

  constructor(wires: IrqWires) {
    this.#lines = Array.from({ length: TEST_IRQS }, (_, irq) => wires.source(irq));
  }

  in(port: number, size: number): number {
    return port === TEST_PORT ? (this.#kept & sizeMask(size)) >>> 0 : 0;
  }

  out(port: number, value: number, size: number): void {
    if (port >= TEST_IRQ_PORT) {
      this.#lines[port - TEST_IRQ_PORT]?.set(value !== 0);
      return;
    }
    const mask = sizeMask(size);
    this.#kept = (this.#kept & ~mask) | (value & mask);
  }

  read(offset: number, size: number): number {
    if (size === 1) return this.#view.getUint8(offset);
    return size === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true);
  }

  write(offset: number, value: number, size: number): void {
    if (size === 1) this.#view.setUint8(offset, value);
    else if (size === 2) this.#view.setUint16(offset, value, true);
    else this.#view.setUint32(offset, value, true);
  }

  save(out: StateWriter): void {
    out.section("test device");
    out.int(this.#kept);
    out.array(this.#memory);
  }

  load(from: StateReader): void {
    from.section("test device");
    this.#kept = from.int();
    from.array(this.#memory);
  }
}

function sizeMask(size: number): number {
  return size === 4 ? -1 : (1 << (8 * size)) - 1;
}
