/**
 * The bus-master registers of one IDE channel and the walk over its table of regions.
 *
 *     +0 command   bit 0 start · bit 3 the drive's data go to memory
 *     +2 status    bit 0 active · bit 1 error · bit 2 interrupt · bits 5, 6 drive 0, 1 can do DMA (1 and 2: write 1 to clear)
 *     +4 PRD table physical address, 4-byte aligned
 *
 *     physical region descriptor:  63 end of table │ 47 … 32 bytes, 0 for 64 KiB │ 31 … 0 physical address
 *
 * (Intel 82371SB, 2.6 and 3.5; "Programming Interface for Bus Master IDE Controller" 1.0.)
 */
import type { Iova } from "../../address.ts";
import type { Dma } from "../../dma.ts";
import type { StateReader, StateWriter } from "../../state.ts";

const START = 1;
const TO_MEMORY = 8;
const ACTIVE = 1;
const ERROR = 2;
const INTERRUPT = 4;
const CAPABLE = 0x60;

export class BusMaster {
  /** Told when the host sets the start bit. */
  onStart: () => void = () => {};
  #command = 0;
  #status = 0;
  #table = 0;
  /** Where the transfer is: address of the descriptor, bytes of its region that are done, the last region is full. */
  #descriptor = 0;
  #used = 0;
  #ended = false;
  readonly #dma: Dma;
  readonly #mayMaster: () => boolean;

  /** `mayMaster`: the PCI command register lets the function onto the bus. */
  constructor(dma: Dma, mayMaster: () => boolean) {
    this.#dma = dma;
    this.#mayMaster = mayMaster;
  }

  /** The host has started the transfer, and the function may do it. */
  get ready(): boolean {
    return (this.#status & ACTIVE) !== 0 && this.#mayMaster();
  }

  /** Bytes go to memory; the other way otherwise. */
  get toMemory(): boolean {
    return (this.#command & TO_MEMORY) !== 0;
  }

  /** Reads one byte register. */
  read(offset: number): number {
    if (offset === 0) return this.#command;
    if (offset === 2) return this.#status;
    return offset >= 4 ? (this.#table >>> (8 * (offset - 4))) & 0xff : 0;
  }

  write(offset: number, value: number): void {
    if (offset === 0) this.#control(value);
    else if (offset === 2)
      this.#status =
        (this.#status & ACTIVE) | (value & CAPABLE) | (this.#status & ~value & (ERROR | INTERRUPT));
    else if (offset >= 4) {
      const shift = 8 * (offset - 4);
      this.#table = ((this.#table & ~(0xff << shift)) | (value << shift)) & ~3;
    }
  }

  #control(value: number): void {
    const starts = value & START & ~this.#command;
    this.#command = value & (START | TO_MEMORY);
    if (!(value & START)) this.#status &= ~ACTIVE;
    else if (starts) {
      this.#status |= ACTIVE;
      this.onStart();
    }
  }

  /** The drive's interrupt passed by. */
  interrupt(): void {
    this.#status |= INTERRUPT;
  }

  reset(): void {
    this.#command = 0;
    this.#status &= CAPABLE;
  }

  /** Goes to the start of the table. */
  rewind(): void {
    this.#descriptor = this.#table >>> 0;
    this.#used = 0;
    this.#ended = false;
  }

  /**
   * Moves `bytes` from or to the regions, going on where the last call ended. Returns false when the table ended before the
   * bytes did: the channel then shows no interrupt and the host must notice that the transfer is no longer active. So it is when an access
   * was refused, which the error bit tells (82371SB, 2.6.2: target or master abort).
   */
  transfer(bytes: Uint8Array, toMemory: boolean): boolean {
    for (let at = 0; at < bytes.length; ) {
      if (this.#ended) return false;
      const entry = new DataView(new ArrayBuffer(8));
      if (!this.#dma.read(this.#descriptor as Iova, new Uint8Array(entry.buffer))) return this.#abort();
      const address = ((entry.getUint32(0, true) & ~1) >>> 0) + this.#used;
      const room = (entry.getUint16(4, true) || 0x10000) - this.#used;
      const length = Math.min(room, bytes.length - at);
      const piece = bytes.subarray(at, at + length);
      const { read, write } = this.#dma;
      if (!(toMemory ? write : read)(address as Iova, piece)) return this.#abort();
      at += length;
      this.#used += length;
      if (length === room) this.#nextRegion((entry.getUint16(6, true) & 0x8000) !== 0);
    }
    return true;
  }

  #abort(): false {
    this.#status = (this.#status & ~ACTIVE) | ERROR;
    this.#ended = true;
    return false;
  }

  /** A table with room left keeps the transfer active, so that the host can tell (82371SB, 2.6.3). */
  #nextRegion(last: boolean): void {
    this.#descriptor += 8;
    this.#used = 0;
    this.#ended = last;
    if (last) this.#status &= ~ACTIVE;
  }

  save(out: StateWriter): void {
    out.int(this.#command);
    out.int(this.#status);
    out.int(this.#table);
  }

  load(from: StateReader): void {
    this.#command = from.int();
    this.#status = from.int();
    this.#table = from.int();
  }
}
