/** What an I/O bus does with accesses that a device does not know. */
import type { PortDevice } from "../bus.ts";

/** What is read where nobody drives the bus: all ones. */
export function floating(size: number): number {
  return size === 4 ? 0xffff_ffff : (1 << (8 * size)) - 1;
}

/** A device with registers of one byte. */
export class BytePorts implements PortDevice {
  readonly byteWide = true;
  readonly in: (port: number) => number;
  readonly out: (port: number, value: number) => void;

  constructor(read: (port: number) => number, write: (port: number, value: number) => void) {
    this.in = read;
    this.out = write;
  }
}
