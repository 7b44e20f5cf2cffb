/**
 * Single-root I/O virtualization (SR-IOV 1.1, chapter 3): a physical function that switches on virtual ones, each with a requester ID, windows
 * and messages of its own, and with no say over the device.
 *
 *     extended capability 10h   04 capabilities │ 08 control: 0 VF enable, 3 VF memory space │ 0c initial, total │ 10 NumVFs │ 14 offset, stride
 *                               1a VF device ID │ 1c page sizes that can be │ 20 system page size │ 24 … 38 VF base address registers
 *
 *     requester of VF n = the physical function's + offset + n · stride (3.3.9)         n = 0, 1, …
 *     window of VF n at its base address register + n · size (3.3.14)
 */
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import type { ConfigSpace } from "./bus.ts";
import { BUS_MASTER, COMMAND, MEMORY_SPACE, type PciFunction } from "./function.ts";

export const SR_IOV = {
  ...{ id: 0x0010, control: 0x08, total: 0x0e, numVfs: 0x10, offset: 0x14, stride: 0x16, device: 0x1a },
  ...{ pageSizes: 0x1c, pageSize: 0x20, bars: 0x24, enable: 1, memory: 8 },
} as const;
const BYTES = 0x40;
const BAR0 = 0x10;
const BARS = 6;
const HEADER = 0x40;
const PAGE = 4096;
/** System page size: bit n is 2^(n + 12) bytes; all that is here is pages of 4 KiB. */
const PAGES_4K = 1;

export interface SrIovOptions {
  readonly total: number;
  /** Device ID that an operating system is to take a virtual function for: the function itself shows FFFFh (3.4.1.1, 3.4.1.2). */
  readonly device: number;
  /** Virtual functions follow the physical one, one by one. */
  readonly functions: readonly PciFunction[];
  /** A virtual function answers to configuration accesses from now on; undefined: no more. */
  readonly plug: (index: number, space: ConfigSpace | undefined) => void;
}

export class SrIov implements Stateful {
  readonly #owner: PciFunction;
  readonly #at: number;
  readonly #options: SrIovOptions;
  readonly #spaces: readonly ConfigSpace[];
  #enabled = 0;

  /** Adds the capability. Virtual functions' windows are as large as the first one's. Throws a RangeError for none or for more than a device's other seven places. */
  constructor(owner: PciFunction, options: SrIovOptions) {
    const { total, device, functions } = options;
    const [first] = functions;
    if (first === undefined || functions.length !== total || total > 7)
      throw new RangeError(
        `${total} virtual functions: a device has room for 1 to 7 beside the physical one`,
      );
    this.#owner = owner;
    this.#options = options;
    this.#spaces = functions.map(virtualSpace);
    this.#at = owner.extendedCapability(SR_IOV.id, 1, new Array(BYTES - 4).fill(0));
    const half = (at: number, value: number) => owner.preset(this.#at + at, [value & 0xff, value >> 8]);
    half(0x0c, total);
    half(SR_IOV.total, total);
    half(SR_IOV.offset, 1);
    half(SR_IOV.stride, 1);
    half(SR_IOV.device, device);
    half(SR_IOV.pageSizes, PAGES_4K);
    half(SR_IOV.pageSize, PAGES_4K);
    owner.writable(this.#at + SR_IOV.control, [SR_IOV.enable | SR_IOV.memory]);
    owner.writable(this.#at + SR_IOV.numVfs, [0xff]);
    for (const [bar, { size }] of first.windows) {
      const mask = -this.#spacing(size);
      const bytes = [0, 8, 16, 24].map((shift) => (mask >> shift) & 0xff);
      owner.writable(this.#at + SR_IOV.bars + 4 * bar, bytes);
    }
  }

  /** Virtual functions that are on. */
  get enabled(): number {
    return this.#enabled;
  }

  /** The physical function calls it after a write to its configuration space, with where. */
  configured(offset: number): void {
    if (offset >= this.#at && offset < this.#at + BYTES) this.#apply();
  }

  /** 3.3.14: as large as a page of the system's at least. */
  #spacing(size: number): number {
    return Math.max(size, PAGE);
  }

  #apply(): void {
    const { total, functions, plug } = this.#options;
    const read = (at: number, size: number) => this.#owner.readConfig(this.#at + at, size);
    const control = read(SR_IOV.control, 2);
    const number = control & SR_IOV.enable ? Math.min(read(SR_IOV.numVfs, 2), total) : 0;
    for (const [n, fn] of functions.entries()) {
      const on = n < number;
      const was = n < this.#enabled;
      if (on !== was) plug(n, on ? this.#spaces[n] : undefined);
      const memory = on && (control & SR_IOV.memory) !== 0 ? MEMORY_SPACE : 0;
      // Switched on it is as after a reset (3.3.3.1); bus mastering is its own affair.
      const master = on && was ? fn.command & BUS_MASTER : 0;
      for (const [bar, { size }] of fn.windows) {
        const base = read(SR_IOV.bars + 4 * bar, 4);
        fn.writeConfig(BAR0 + 4 * bar, base === 0 ? 0 : (base + n * this.#spacing(size)) >>> 0, 4);
      }
      fn.writeConfig(COMMAND, memory | master, 2);
    }
    this.#enabled = number;
  }

  save(out: StateWriter): void {
    out.section("sr-iov");
    for (const fn of this.#options.functions) fn.save(out);
  }

  /** The physical function's configuration space has been loaded. */
  load(from: StateReader): void {
    from.section("sr-iov");
    // First, because it forgets what a function was.
    this.#apply();
    for (const fn of this.#options.functions) fn.load(from);
  }
}

/**
 * What is seen of a virtual function (3.4.1): no identity, no base address registers and no pin; of the command register bus mastering only;
 * its capabilities.
 */
function virtualSpace(fn: PciFunction): ConfigSpace {
  const byte = (at: number): number => {
    if (at < 4) return 0xff;
    if (at === COMMAND) return fn.command & BUS_MASTER;
    if (at >= BAR0 && at < BAR0 + 4 * BARS) return 0;
    return at === 0x3c || at === 0x3d ? 0 : fn.readConfig(at, 1);
  };
  return {
    configBytes: fn.configBytes,
    readConfig(offset, size) {
      if (offset >= HEADER) return fn.readConfig(offset, size);
      let value = 0;
      for (let i = 0; i < size; i++) value += byte(offset + i) * 2 ** (8 * i);
      return value;
    },
    writeConfig(offset, value, size) {
      if (offset >= HEADER) fn.writeConfig(offset, value, size);
      else if (offset === COMMAND)
        fn.writeConfig(COMMAND, (fn.command & ~BUS_MASTER) | (value & BUS_MASTER), 2);
    },
  };
}
