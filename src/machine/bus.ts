/**
 * The physical address space and the port space.
 *
 *     0 ─────────── A0000 ── C0000 ──── 100000 ─────────── RAM size ──── FEC00000 ── FEE00000 ──
 *     │ RAM         │ VGA    │ ROM      │ RAM              │ nothing     │ IOAPIC   │ LAPIC
 *
 * Nothing there: reads give all ones, writes are lost, as on a PC's bus.
 */
import { type Gpa, hex } from "./address.ts";

/** A device behind ports. `size` is 1, 2 or 4 bytes; values are unsigned. */
export interface PortDevice {
  /** Its registers have one byte: it sees a wider access as one for each port, lowest first, as far as the ports are its own. */
  readonly byteWide?: boolean;
  in(port: number, size: number): number;
  out(port: number, value: number, size: number): void;
}

/** A device behind memory. `offset` counts from the start of its region; values are unsigned. */
export interface MmioDevice {
  read(offset: number, size: number): number;
  write(offset: number, value: number, size: number): void;
  /** What is there, when it is plain memory: it may be looked at without a read. */
  readonly memory?: Uint8Array;
}

interface Region {
  base: number;
  length: number;
  device: MmioDevice;
}

/** Page flags: what keeps a page of RAM from being written directly. */
export const PAGE_ROM = 1;
/** The page holds decoded instructions: a write must drop them. */
export const PAGE_CODE = 2;
/** A device answers in this page. */
export const PAGE_MMIO = 4;
/** The bus that this one is a part of keeps decoded instructions of the page. */
export const PAGE_WATCHED = 8;
/** A monitor must be told of what is written to the page: it has made something of it (a shadow of a page table). */
export const PAGE_TRACED = 16;

const PAGE = 4096;
/** Offsets in RAM stay small integers, and the PCI hole free. */
const MOST = 2 * 1024 * 1024 * 1024;

export class Bus {
  readonly ram: Uint8Array;
  readonly view: DataView;
  /** PAGE_… flags of each page of RAM. */
  readonly pages: Uint8Array;
  /** Called before bytes of a page with PAGE_CODE are written; the interpreter sets it. */
  onCodeWrite: (at: Gpa, length: number) => void = () => {};
  /**
   * Called before an access has an effect beyond RAM: a device, decoded code. The interpreter may raise here, to come back with
   * the clock at the right time; so nothing of the access may have been done yet.
   */
  onEffect: () => void = () => {};
  /** Called after bytes of a page with PAGE_TRACED were written, whoever wrote them; a monitor sets it. */
  onTracedWrite: (at: Gpa, length: number) => void = () => {};
  /**
   * Called when a page's flags change, so that translations that allowed direct access are dropped; the MMU sets it. `changed`: the
   * flags that are not what they were.
   */
  onPageChange: (page: number, changed: number) => void = () => {};

  readonly #regions: Region[] = [];
  #ports = new Map<number, PortDevice>();
  /** The bus whose RAM from `base` is this one's. */
  readonly #whole: { readonly bus: Bus; readonly base: number } | undefined;
  readonly #parts: { readonly bus: Bus; readonly base: number }[] = [];

  /** Throws a RangeError when the size is not a multiple of 4096 between 1 MiB and 2 GiB. `whole` is for part(). */
  constructor(bytes: number, whole?: { readonly bus: Bus; readonly base: number }) {
    if (bytes % PAGE !== 0 || bytes < 1 << 20 || bytes > MOST)
      throw new RangeError(`memory of ${bytes} bytes: it must be a multiple of 4096 between 1 MiB and 2 GiB`);
    this.#whole = whole;
    this.ram =
      whole === undefined ? new Uint8Array(bytes) : whole.bus.ram.subarray(whole.base, whole.base + bytes);
    this.view = new DataView(this.ram.buffer, this.ram.byteOffset, bytes);
    this.pages = new Uint8Array(bytes / PAGE);
  }

  /**
   * A bus of its own over a piece of this one's RAM: what a virtual machine takes for all there is. Its devices, ports and ROM are its own;
   * nothing on it reaches the rest. Throws a RangeError when the piece is not whole pages inside this RAM.
   */
  part(base: number, bytes: number): Bus {
    if (base % PAGE !== 0 || base < 0 || base + bytes > this.ram.length)
      throw new RangeError(
        `a part of ${bytes} bytes at ${base} does not lie inside a memory of ${this.ram.length} bytes`,
      );
    const bus = new Bus(bytes, { bus: this, base });
    this.#parts.push({ bus, base });
    return bus;
  }

  /** Puts a device at ports first … last, over the one that is there. Returns how to take it away again. */
  mapPorts(first: number, last: number, device: PortDevice): () => void {
    const before = new Map<number, PortDevice | undefined>();
    for (let port = first; port <= last; port++) {
      before.set(port, this.#ports.get(port));
      this.#ports.set(port, device);
    }
    return () => {
      for (const [port, hidden] of before) {
        if (this.#ports.get(port) !== device) continue;
        if (hidden) this.#ports.set(port, hidden);
        else this.#ports.delete(port);
      }
    };
  }

  /** From now on the ports of another bus are this one's, whatever is put there on either. */
  sharePorts(other: Bus): void {
    this.#ports = other.#ports;
  }

  /** Puts a device over whole pages, RAM below it being hidden. Returns how to take it away again. */
  mapMmio(base: number, length: number, device: MmioDevice): () => void {
    if (base % PAGE !== 0 || length % PAGE !== 0)
      throw new RangeError("a memory-mapped device covers whole pages");
    const region = { base, length, device };
    this.#regions.unshift(region);
    this.#flagPages(region);
    return () => {
      this.#regions.splice(this.#regions.indexOf(region), 1);
      this.#flagPages(region);
    };
  }

  /** Copies a ROM into RAM and keeps the processor from writing it. Whole pages. */
  mapRom(base: number, image: Uint8Array): void {
    this.ram.set(image, base);
    for (let at = base; at < base + image.length; at += PAGE) this.setFlag(at / PAGE, PAGE_ROM);
  }

  setFlag(page: number, flag: number): void {
    this.#setPage(page, (this.pages[page] as number) | flag);
  }

  clearFlag(page: number, flag: number): void {
    this.#setPage(page, (this.pages[page] as number) & ~flag);
  }

  /** Flags of the page of an address; PAGE_MMIO where there is no RAM: no access is direct there. */
  flags(at: Gpa): number {
    return at < this.ram.length ? (this.pages[at >>> 12] as number) : PAGE_MMIO;
  }

  /** Reads 1, 2 or 4 bytes inside one page; unsigned. */
  read(at: Gpa, size: number): number {
    if (this.flags(at) & PAGE_MMIO) {
      const region = this.#region(at);
      if (region === undefined) return size === 4 ? 0xffffffff : 2 ** (8 * size) - 1;
      this.onEffect();
      return region.device.read(at - region.base, size);
    }
    if (size === 1) return this.view.getUint8(at);
    return size === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  /** Writes 1, 2 or 4 bytes inside one page: devices, ROM and decoded code are minded. */
  write(at: Gpa, value: number, size: number): void {
    const flags = this.flags(at);
    if (flags & PAGE_MMIO) {
      const region = this.#region(at);
      if (region === undefined) return;
      this.onEffect();
      region.device.write(at - region.base, value >>> 0, size);
      return;
    }
    if (flags & PAGE_ROM) return;
    if (flags !== 0) this.#codeWritten(at, size, flags);
    if (size === 1) this.view.setUint8(at, value);
    else if (size === 2) this.view.setUint16(at, value, true);
    else this.view.setUint32(at, value, true);
    if (flags & PAGE_TRACED) this.onTracedWrite(at, size);
  }

  /** Writes 8 bytes of RAM inside one page, at once: who traces the page never sees half of it. */
  write64(at: Gpa, low: number, high: number): void {
    const flags = this.flags(at);
    if (flags & PAGE_MMIO) throw new Error(`invariant: no RAM for 8 bytes at ${hex(at)}`);
    if (flags & PAGE_ROM) return;
    if (flags !== 0) this.#codeWritten(at, 8, flags);
    this.view.setInt32(at, low, true);
    this.view.setInt32(at + 4, high, true);
    if (flags & PAGE_TRACED) this.onTracedWrite(at, 8);
  }

  /** Announces a write that is done in several pieces, all within one page: what write() would call before the first. */
  prepareWrite(at: Gpa, length: number): void {
    const flags = this.flags(at);
    if (flags & PAGE_MMIO) this.onEffect();
    else if (flags !== 0) this.#codeWritten(at, length, flags);
  }

  /** What a device or a loader writes: any length; what goes to ROM or outside of RAM is lost. */
  dmaWrite(at: Gpa, bytes: Uint8Array): void {
    const end = Math.min(at + bytes.length, this.ram.length);
    for (let page = Math.floor(at / PAGE); page * PAGE < end; page++) {
      const flags = this.pages[page] as number;
      if (flags & PAGE_ROM) continue;
      if (flags !== 0) this.#codeWritten((page * PAGE) as Gpa, PAGE, flags);
      const first = Math.max(at, page * PAGE);
      const last = Math.min(end, (page + 1) * PAGE);
      this.ram.set(bytes.subarray(first - at, last - at), first);
      if (flags & PAGE_TRACED) this.onTracedWrite(first as Gpa, last - first);
    }
  }

  /** What a device reads: a copy; zeros outside of RAM. */
  dmaRead(at: Gpa, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    bytes.set(this.ram.subarray(at, at + length));
    return bytes;
  }

  /** What is at an address up to the end of its page, for looking without an effect; undefined where only a device knows. */
  look(at: Gpa): Uint8Array | undefined {
    const rest = PAGE - (at % PAGE);
    if ((this.flags(at) & PAGE_MMIO) === 0) return this.ram.subarray(at, at + rest);
    const region = this.#region(at);
    return region?.device.memory?.subarray(at - region.base, at - region.base + rest);
  }

  in(port: number, size: number): number {
    const device = this.#ports.get(port);
    if (size > 1 && device?.byteWide) {
      let value = 0;
      for (let i = 0; i < size; i++) value += this.in(port + i, 1) * 2 ** (8 * i);
      return value;
    }
    if (device === undefined) return size === 4 ? 0xffffffff : 2 ** (8 * size) - 1;
    const value = device.in(port, size);
    return size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
  }

  out(port: number, value: number, size: number): void {
    const device = this.#ports.get(port);
    if (size > 1 && device?.byteWide)
      for (let i = 0; i < size; i++) this.out(port + i, (value >>> (8 * i)) & 0xff, 1);
    else device?.out(port, value >>> 0, size);
  }

  #codeWritten(at: Gpa, length: number, flags: number): void {
    if (flags & PAGE_CODE) this.onCodeWrite(at, length);
    if (flags & PAGE_WATCHED && this.#whole !== undefined)
      this.#whole.bus.onCodeWrite((at + this.#whole.base) as Gpa, length);
  }

  #setPage(page: number, flags: number): void {
    if (flags === this.pages[page]) return;
    const changed = (this.pages[page] as number) ^ flags;
    this.pages[page] = flags;
    this.onPageChange(page, changed);
    if ((changed & PAGE_CODE) === 0) return;
    for (const { bus, base } of this.#parts) {
      const own = page - base / PAGE;
      if (own < 0 || own >= bus.pages.length) continue;
      if (flags & PAGE_CODE) bus.setFlag(own, PAGE_WATCHED);
      else bus.clearFlag(own, PAGE_WATCHED);
    }
  }

  #region(at: number): Region | undefined {
    return this.#regions.find(({ base, length }) => at >= base && at < base + length);
  }

  #flagPages({ base, length }: Region): void {
    const last = Math.min((base + length) / PAGE, this.pages.length);
    for (let page = base / PAGE; page < last; page++)
      if (this.#region(page * PAGE) === undefined) this.clearFlag(page, PAGE_MMIO);
      else this.setFlag(page, PAGE_MMIO);
  }
}
