/**
 * One function of a PCI device: its 256 bytes of configuration space and the windows that its base address registers open
 * onto the buses (PCI Local Bus 3.0, 6.1 and 6.2).
 *
 *     00 vendor, device │ 04 command, status │ 08 revision, class │ 0c … header type │ 10 … 24 BARs
 *     2c subsystem │ 34 capabilities │ 3c interrupt line, interrupt pin
 *
 * A function of PCI Express has 4096 bytes; from 100h on are its extended capabilities (PCI Express Base, 7.6), which only memory-mapped
 * accesses reach (ecam.ts).
 */
import type { Bus, MmioDevice, PortDevice } from "../../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";

export const COMMAND = 0x04;
export const IO_SPACE = 1;
export const MEMORY_SPACE = 2;
export const BUS_MASTER = 4;
export const STATUS = 0x06;
const CAPABILITIES = 0x34;
/** Status bit 4: there is a list of capabilities. */
const CAPABILITY_LIST = 0x10;
const FIRST_CAPABILITY = 0x40;
const BAR0 = 0x10;
const LEGACY_BYTES = 256;
const EXPRESS_BYTES = 4096;
const PCI_EXPRESS = 0x10;
const INTERRUPT_LINE = 0x3c;
/** Status bit 3: the function asserts its interrupt pin. */
export const INTERRUPT_STATUS = 8;

/** Where windows are opened: the buses. */
export type Windows = Pick<Bus, "mapMmio" | "mapPorts">;

/** A window of 2^n bytes. Ports: at least 4; memory: at least a page. */
export type Window =
  | { readonly kind: "io"; readonly size: number; readonly device: PortDevice }
  | { readonly kind: "memory"; readonly size: number; readonly device: MmioDevice };

export interface Identity {
  readonly vendor: number;
  readonly device: number;
  readonly revision?: number;
  /** Class, subclass and programming interface: 0x010180. */
  readonly class: number;
  /** Subsystem vendor in the low half, subsystem in the high one. */
  readonly subsystem?: number;
  /** 1 … 4 for INTA … INTD; 0: the function has no interrupt. */
  readonly interruptPin?: number;
  /** The device has more functions than this one. */
  readonly multifunction?: boolean;
  /** A function of PCI Express: 4096 bytes, and the capability that says so. */
  readonly express?: boolean;
}

export class PciFunction implements Stateful {
  readonly config: Uint8Array;
  /** Drives the interrupt pin; the bus sets it when the function is plugged in. */
  interrupt: (level: boolean) => void = () => {};
  /** What it stores for good: a snapshot takes it along, a reset leaves it alone. */
  readonly media: readonly Stateful[] = [];
  readonly #view: DataView;
  readonly #writable: Uint8Array;
  readonly #windows = new Map<number, Window>();
  readonly #mapped = new Map<number, () => void>();
  #nextCapability = FIRST_CAPABILITY;
  #nextExtended = LEGACY_BYTES;
  /** The last extended capability; 0 before the first. */
  #lastExtended = 0;
  /** Where the last capability in the list points on. */
  #link = CAPABILITIES;
  readonly #bus: Windows;

  constructor(bus: Windows, identity: Identity) {
    this.#bus = bus;
    this.config = new Uint8Array(identity.express ? EXPRESS_BYTES : LEGACY_BYTES);
    this.#writable = new Uint8Array(this.config.length);
    this.#view = new DataView(this.config.buffer);
    const view = this.#view;
    view.setUint16(0x00, identity.vendor, true);
    view.setUint16(0x02, identity.device, true);
    view.setUint32(0x08, (identity.class << 8) | (identity.revision ?? 0), true);
    this.config[0x0e] = identity.multifunction ? 0x80 : 0;
    view.setUint32(0x2c, identity.subsystem ?? 0x1100_1af4, true);
    this.config[0x3d] = identity.interruptPin ?? 0;
    this.writable(COMMAND, [IO_SPACE | MEMORY_SPACE | BUS_MASTER, 0x05]);
    this.writable(0x0c, [0xff, 0xff]); // cache line size, latency timer
    this.writable(INTERRUPT_LINE, [0xff]);
    // Version 2, an endpoint; all else zero (7.5.3).
    if (identity.express) this.capability(PCI_EXPRESS, [0x02, 0x00, ...new Array(56).fill(0)]);
  }

  /** Bits that the host may write, from an offset on; all others keep their value. */
  writable(offset: number, mask: readonly number[]): void {
    this.#writable.set(mask, offset);
  }

  /** Bytes that the function starts with. */
  preset(offset: number, bytes: readonly number[]): void {
    this.config.set(bytes, offset);
  }

  /**
   * Adds a capability to the end of the list (6.7): its ID, and what follows the pointer to the next one. Its offset. Throws a RangeError when
   * the configuration space is full.
   */
  capability(id: number, bytes: readonly number[]): number {
    const at = this.#nextCapability;
    this.#nextCapability = (at + 2 + bytes.length + 3) & ~3;
    if (this.#nextCapability > LEGACY_BYTES) throw new RangeError(`no room for capability ${id}`);
    this.preset(at, [id, 0, ...bytes]);
    this.config[this.#link] = at;
    this.#link = at + 1;
    this.config[STATUS] = (this.config[STATUS] as number) | CAPABILITY_LIST;
    return at;
  }

  /** The same for an extended capability: ID, version, and what follows these and the pointer to the next one. */
  extendedCapability(id: number, version: number, bytes: readonly number[]): number {
    const at = this.#nextExtended;
    this.#nextExtended = (at + 4 + bytes.length + 3) & ~3;
    if (this.#nextExtended > this.config.length)
      throw new RangeError(`no room for extended capability ${id}`);
    this.#view.setUint32(at, id | (version << 16), true);
    this.preset(at + 4, bytes);
    if (this.#lastExtended !== 0) {
      const last = this.#view.getUint32(this.#lastExtended, true);
      this.#view.setUint32(this.#lastExtended, last | (at << 20), true);
    }
    this.#lastExtended = at;
    return at;
  }

  /** Its windows by base address register. */
  get windows(): ReadonlyMap<number, Window> {
    return this.#windows;
  }

  /** Opens a window at base address register 0 … 5. Throws a RangeError when its size is none that a BAR can ask for. */
  window(bar: number, window: Window): void {
    const least = window.kind === "io" ? 4 : 4096;
    if (window.size < least || (window.size & (window.size - 1)) !== 0)
      throw new RangeError(`a window of ${window.size} bytes: it must be a power of two, at least ${least}`);
    this.#windows.set(bar, window);
    const at = BAR0 + 4 * bar;
    this.#view.setUint32(at, window.kind === "io" ? 1 : 0, true);
    const mask = -window.size;
    this.writable(at, [mask & 0xff, (mask >> 8) & 0xff, (mask >> 16) & 0xff, (mask >> 24) & 0xff]);
  }

  get configBytes(): number {
    return this.config.length;
  }

  get command(): number {
    return this.#view.getUint16(COMMAND, true);
  }

  /** The address that a base address register holds. */
  base(bar: number): number {
    const value = this.#view.getUint32(BAR0 + 4 * bar, true);
    return (this.#windows.get(bar)?.kind === "io" ? value & ~3 : value & ~15) >>> 0;
  }

  /** Asserts or releases the interrupt pin. */
  setInterrupt(level: boolean): void {
    const status = this.config[STATUS] as number;
    this.config[STATUS] = level ? status | INTERRUPT_STATUS : status & ~INTERRUPT_STATUS;
    this.interrupt(level);
  }

  /** Reads 1, 2 or 4 bytes that do not cross a dword. */
  readConfig(offset: number, size: number): number {
    if (size === 1) return this.config[offset] as number;
    return size === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true);
  }

  writeConfig(offset: number, value: number, size: number): void {
    for (let i = 0; i < size; i++) {
      const mask = this.#writable[offset + i] as number;
      this.config[offset + i] = ((this.config[offset + i] as number) & ~mask) | ((value >>> (8 * i)) & mask);
    }
    if (offset < BAR0 + 24) this.#remap();
  }

  /** The RESET line; its registers are made as they were by who holds them. */
  reset(): void {}

  /** It was pulled out: its windows are closed. */
  unplugged(): void {
    for (const unmap of this.#mapped.values()) unmap();
    this.#mapped.clear();
  }

  /** Puts every window where its register says, as far as the command register lets it answer. */
  #remap(): void {
    for (const unmap of this.#mapped.values()) unmap();
    this.#mapped.clear();
    for (const [bar, window] of this.#windows) {
      const base = this.base(bar);
      const enabled = this.command & (window.kind === "io" ? IO_SPACE : MEMORY_SPACE);
      if (!enabled || base === 0) continue;
      const last = base + window.size - 1;
      if (window.kind === "memory") {
        // All ones, while the host measures the window: nobody is there.
        if (last < 0xffff_ffff) this.#mapped.set(bar, this.#bus.mapMmio(base, window.size, window.device));
      } else if (last <= 0xffff) this.#mapped.set(bar, this.#bus.mapPorts(base, last, window.device));
    }
  }

  save(out: StateWriter): void {
    out.section("pci function");
    out.array(this.config);
  }

  load(from: StateReader): void {
    from.section("pci function");
    from.array(this.config);
    this.#remap();
  }
}
