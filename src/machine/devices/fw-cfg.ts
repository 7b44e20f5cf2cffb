/**
 * QEMU's firmware configuration device: items that firmware and kernels read by number (QEMU, docs/specs/fw_cfg).
 *
 *     port 510  16 bits, write: selects an item and goes to its first byte
 *     port 511  8 bits, read: the item's next byte; zeros after its end
 *     port 514  DMA, big-endian: the high half of a request's address at 514, the low half at 518 starts it
 *
 * Items 20h and up are files, listed by name in item 19h. Written data (an old feature) are not taken.
 */
import type { Gpa } from "../address.ts";
import type { Bus } from "../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { BytePorts } from "./ports.ts";

/** Numbers of the items. */
export const ITEM = {
  SIGNATURE: 0x00,
  ID: 0x01,
  RAM_SIZE: 0x03,
  NB_CPUS: 0x05,
  INITRD_ADDR: 0x0a,
  MAX_CPUS: 0x0f,
  KERNEL_ENTRY: 0x10,
  FILE_DIR: 0x19,
} as const;
const FIRST_FILE = 0x20;
const NAME_LENGTH = 56;

/** The interface's version: the data port and DMA. */
const FEATURES = 3;
const DMA_SIGNATURE = "QEMU CFG";
const DMA = { ERROR: 1, READ: 2, SKIP: 4, SELECT: 8, WRITE: 16 } as const;

export class FwCfg implements Stateful {
  #selected = 0;
  #at = 0;
  #dmaHigh = 0;
  #dmaLow = 0;
  readonly #items = new Map<number, Uint8Array>();
  readonly #files: { name: string; item: number; length: number }[] = [];
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
    this.set(ITEM.SIGNATURE, ascii("QEMU"));
    this.setNumber(ITEM.ID, FEATURES, 4);
    this.#list();
    const device = new BytePorts(
      (port) => this.#in(port),
      (port, value) => this.#out(port, value),
    );
    // 510 is the low byte of the selector when it is written as a word and 511 then its high byte.
    bus.mapPorts(0x510, 0x511, {
      in: (port, size) => (port === 0x511 && size === 1 ? this.#next() : 0),
      out: (port, value, size) => {
        if (port === 0x510 && size === 2) this.#select(value);
      },
    });
    bus.mapPorts(0x514, 0x51b, device);
  }

  set(item: number, bytes: Uint8Array): void {
    this.#items.set(item, bytes);
  }

  /** A little-endian number of 2, 4 or 8 bytes. */
  setNumber(item: number, value: number, size: 2 | 4 | 8): void {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = (value / 2 ** (8 * i)) & 0xff;
    this.set(item, bytes);
  }

  /** Throws a RangeError when the name is longer than the directory can hold. */
  addFile(name: string, bytes: Uint8Array): void {
    if (name.length >= NAME_LENGTH)
      throw new RangeError(`a fw_cfg name has less than ${NAME_LENGTH} characters: ${name}`);
    const item = FIRST_FILE + this.#files.length;
    this.#files.push({ name, item, length: bytes.length });
    this.set(item, bytes);
    this.#list();
  }

  /** The directory: count, then size, item, reserved, name of each file, sorted by name; numbers are big-endian. */
  #list(): void {
    const directory = new DataView(new ArrayBuffer(4 + 64 * this.#files.length));
    directory.setUint32(0, this.#files.length);
    const sorted = [...this.#files].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const [i, { name, item, length }] of sorted.entries()) {
      const at = 4 + 64 * i;
      directory.setUint32(at, length);
      directory.setUint16(at + 4, item);
      new Uint8Array(directory.buffer).set(ascii(name), at + 8);
    }
    this.set(ITEM.FILE_DIR, new Uint8Array(directory.buffer));
  }

  #select(item: number): void {
    // Bit 14 asks for an old write channel; the item is the same.
    this.#selected = item & ~0x4000;
    this.#at = 0;
  }

  #next(): number {
    return this.#items.get(this.#selected)?.[this.#at++] ?? 0;
  }

  #in(port: number): number {
    return DMA_SIGNATURE.charCodeAt(port - 0x514);
  }

  #out(port: number, value: number): void {
    const shift = 8 * (3 - (port & 3));
    if (port < 0x518) this.#dmaHigh = (this.#dmaHigh & ~(0xff << shift)) | (value << shift);
    else this.#dmaLow = (this.#dmaLow & ~(0xff << shift)) | (value << shift);
    if (port === 0x51b) this.#dma((this.#dmaHigh >>> 0) * 2 ** 32 + (this.#dmaLow >>> 0));
  }

  /** A request: control (item in the high half), length, address, all big-endian; its control word becomes the result. */
  #dma(at: number): void {
    this.#dmaHigh = 0;
    this.#dmaLow = 0;
    const request = new DataView(this.#bus.dmaRead(at as Gpa, 16).buffer);
    const control = request.getUint32(0);
    const length = request.getUint32(4);
    const address = Number(request.getBigUint64(8));
    if (control & DMA.SELECT) this.#select(control >>> 16);
    if (control & DMA.READ) this.#copy(address, length);
    else if (control & DMA.SKIP) this.#at += length;
    request.setUint32(0, control & DMA.WRITE ? DMA.ERROR : 0);
    this.#bus.dmaWrite(at as Gpa, new Uint8Array(request.buffer, 0, 4));
  }

  #copy(address: number, length: number): void {
    const item = this.#items.get(this.#selected) ?? new Uint8Array(0);
    const fits = Math.max(0, Math.min(length, this.#bus.ram.length - address));
    const bytes = new Uint8Array(fits);
    bytes.set(item.subarray(this.#at, this.#at + fits));
    this.#bus.dmaWrite(address as Gpa, bytes);
    this.#at += length;
  }

  /** The items belong to the machine's configuration and are not in the snapshot. */
  save(out: StateWriter): void {
    out.section("fw_cfg");
    for (const value of [this.#selected, this.#at, this.#dmaHigh, this.#dmaLow]) out.int(value);
  }

  load(from: StateReader): void {
    from.section("fw_cfg");
    this.#selected = from.int();
    this.#at = from.int();
    this.#dmaHigh = from.int();
    this.#dmaLow = from.int();
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
