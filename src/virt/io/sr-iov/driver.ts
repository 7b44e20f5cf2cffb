/**
 * Who runs a card's physical function: finds its capability through configuration space in memory, gives the virtual functions their
 * windows and addresses, and switches them on (SR-IOV 1.1, 2.2 and 3.3).
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import { SR_IOV } from "../../../machine/devices/pci/sr-iov.ts";
import { ADMIN, ADMIN_BAR } from "./nic.ts";

const FIRST_EXTENDED = 0x100;
const COMMAND = 0x04;
const BAR0 = 0x10;
const BARS = 6;
/** Memory space and bus master. */
const ON = 6;

export interface SrIovDriverParts {
  readonly bus: Bus;
  /** Configuration space of bus 0 (machine/devices/pci/ecam.ts). */
  readonly ecam: number;
  readonly requester: number;
  /** A piece of the bus's address space that is nobody's, from which windows are cut: a multiple of 1 MiB. */
  readonly windows: number;
}

export class SrIovDriver {
  readonly #bus: Bus;
  readonly #config: number;
  readonly #capability: number;
  #next: number;

  /** Places and opens the physical function's own windows. Throws a RangeError when the function cannot do it. */
  constructor({ bus, ecam, requester, windows }: SrIovDriverParts) {
    this.#bus = bus;
    this.#config = ecam + requester * 4096;
    this.#next = windows;
    this.#capability = this.#find();
    if (this.#capability === 0)
      throw new RangeError(`function ${requester.toString(16)} has no virtual functions`);
    for (let bar = 0; bar < BARS; bar++) this.#place(BAR0 + 4 * bar, 1);
    this.#write(COMMAND, ON, 2);
  }

  /** Virtual functions that there can be. */
  get total(): number {
    return this.#read(this.#capability + SR_IOV.total, 2);
  }

  /** Switches so many on. Their requesters, in their order. Throws a RangeError for too many. */
  enable(number: number): number[] {
    if (number > this.total) throw new RangeError(`${number} virtual functions: the card has ${this.total}`);
    const at = this.#capability;
    this.#write(at + SR_IOV.control, 0, 2);
    this.#write(at + SR_IOV.pageSize, 1, 4);
    for (let bar = 0; bar < BARS; bar++) this.#place(at + SR_IOV.bars + 4 * bar, this.total);
    this.#write(at + SR_IOV.numVfs, number, 2);
    this.#write(at + SR_IOV.control, SR_IOV.enable | SR_IOV.memory, 2);
    const first = (this.#config >>> 12) & 0xff;
    const offset = this.#read(at + SR_IOV.offset, 2);
    const stride = this.#read(at + SR_IOV.stride, 2);
    return Array.from({ length: number }, (_, n) => first + offset + n * stride);
  }

  disable(): void {
    this.#write(this.#capability + SR_IOV.control, 0, 2);
  }

  /** The address that virtual function n has, and must send from unless `check` is false. */
  setAddress(n: number, mac: readonly number[], check = true): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
    const at = this.#read(BAR0 + 4 * ADMIN_BAR, 4) + n * ADMIN.stride;
    this.#bus.write((at + ADMIN.low) as Gpa, (a | (b << 8) | (c << 16) | (d << 24)) >>> 0, 4);
    this.#bus.write((at + ADMIN.high) as Gpa, e | (f << 8) | ADMIN.valid | (check ? ADMIN.check : 0), 4);
  }

  /** Frames of virtual function n's that had somebody else's address as their source. */
  spoofed(n: number): number {
    const at = this.#read(BAR0 + 4 * ADMIN_BAR, 4) + n * ADMIN.stride;
    return this.#bus.read((at + ADMIN.spoofed) as Gpa, 4);
  }

  #find(): number {
    for (let at = FIRST_EXTENDED; at !== 0; ) {
      const header = this.#read(at, 4);
      if ((header & 0xffff) === SR_IOV.id) return at;
      at = header === 0xffffffff ? 0 : header >>> 20;
    }
    return 0;
  }

  /** Measures a base address register and gives it room for so many windows. */
  #place(at: number, times: number): void {
    this.#write(at, 0xffffffff, 4);
    const mask = this.#read(at, 4) & ~15;
    if (mask === 0) return;
    const size = -mask >>> 0;
    const base = Math.ceil(this.#next / size) * size;
    this.#next = base + size * times;
    this.#write(at, base, 4);
  }

  #read(at: number, size: number): number {
    return this.#bus.read((this.#config + at) as Gpa, size);
  }

  #write(at: number, value: number, size: number): void {
    this.#bus.write((this.#config + at) as Gpa, value, size);
  }
}
