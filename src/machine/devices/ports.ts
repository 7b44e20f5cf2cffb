/** What an I/O bus does with accesses that a device does not know. */
import type { PortDevice } from "../bus.ts";

/** What is read where nobody drives the bus: all ones. */
export function floating(size: number): number {
  return size === 4 ? 0xffff_ffff : (1 << (8 * size)) - 1;
}

/** A device with registers of one byte: a wider access becomes one for each port, lowest first. */
export class BytePorts implements PortDevice {
  readonly #read: (port: number) => number;
  readonly #write: (port: number, value: number) => void;

  constructor(read: (port: number) => number, write: (port: number, value: number) => void) {
    this.#read = read;
    this.#write = write;
  }

  in(port: number, size: number): number {
    let value = this.#read(port);
    for (let i = 1; i < size; i++) value += this.#read(port + i) * 2 ** (8 * i);
    return value;
  }

  out(port: number, value: number, size: number): void {
    for (let i = 0; i < size; i++) this.#write(port + i, (value >>> (8 * i)) & 0xff);
  }
}
