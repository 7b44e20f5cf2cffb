/**
 * Channel 2 of the PC's first 8237A DMA controller, with its page register (8237A data sheet; IBM PC/AT Technical Reference, "DMA"):
 *
 *     04 address, 05 count - 1: low byte, high byte     08 status     0A mask of a channel │ 0B mode │ 0C low byte next
 *     81 bits 23 … 16 of the address                    0D reset      0E no masks │ 0F all masks
 *
 *     mode    7 6 kind │ 5 downwards │ 4 start again at the end │ 3 2: 0 verify, 1 to memory, 2 from memory │ 1 0 channel
 *
 * The other channels have no device and answer nothing. Every kind of transfer is taken for a single one: nobody else wants the bus.
 */
import type { Iova } from "../../address.ts";
import type { Dma } from "../../dma.ts";
import { loadFields, saveFields } from "../../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";

const CHANNEL = 2;
const [ADDRESS, COUNT, STATUS, MASK, MODE, LOW_NEXT, RESET, NO_MASKS, MASKS, PAGE] = [
  ...[0x04, 0x05, 0x08, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x81],
] as const;
export const DMA_PORTS: readonly number[] = [
  ...[ADDRESS, COUNT, STATUS, MASK, MODE, LOW_NEXT, RESET, NO_MASKS, MASKS, PAGE],
];
const [DOWN, AGAIN] = [0x20, 0x10] as const;
const [VERIFY, TO_MEMORY, FROM_MEMORY] = [0, 1, 2] as const;
const FIELDS = "base address baseCount count page mode masked high ended";

export class DmaChannel implements Stateful {
  base = 0;
  address = 0;
  baseCount = 0;
  /** Bytes that are left, less one. */
  count = 0;
  page = 0;
  mode = 0;
  masked = true;
  /** The next byte of address or count is the high one. */
  high = false;
  /** The count has run out since the status was read. */
  ended = false;
  readonly #dma: Dma;

  constructor(dma: Dma) {
    this.#dma = dma;
  }

  in(port: number): number {
    if (port === ADDRESS || port === COUNT) {
      const value = port === ADDRESS ? this.address : this.count;
      this.high = !this.high;
      return this.high ? value & 0xff : value >> 8;
    }
    if (port === PAGE) return this.page;
    if (port !== STATUS) return 0xff;
    const status = this.ended ? 1 << CHANNEL : 0;
    this.ended = false;
    return status;
  }

  out(port: number, value: number): void {
    switch (port) {
      case ADDRESS:
        this.base = this.address = this.#half(this.base, value);
        break;
      case COUNT:
        this.baseCount = this.count = this.#half(this.baseCount, value);
        break;
      case MASK:
        if ((value & 3) === CHANNEL) this.masked = (value & 4) !== 0;
        break;
      case MODE:
        if ((value & 3) === CHANNEL) this.mode = value;
        break;
      case LOW_NEXT:
        this.high = false;
        break;
      case RESET:
        this.high = this.ended = false;
        this.masked = true;
        break;
      case NO_MASKS:
        this.masked = false;
        break;
      case MASKS:
        this.masked = ((value >> CHANNEL) & 1) !== 0;
        break;
      case PAGE:
        this.page = value;
        break;
      default:
    }
  }

  /**
   * Moves as many of the bytes as the count allows, between them and memory; the address stays within its 64 KiB. Nothing moves where the
   * channel is masked, has the other direction, or memory refuses. `end`: the terminal count.
   */
  move(bytes: Uint8Array, toMemory: boolean): { moved: number; end: boolean } {
    const kind = (this.mode >> 2) & 3;
    const fits = kind === VERIFY || kind === (toMemory ? TO_MEMORY : FROM_MEMORY);
    for (let moved = 0; moved < bytes.length; ) {
      const at = ((this.page << 16) | this.address) as Iova;
      const byte = bytes.subarray(moved, moved + 1);
      if (this.masked || !fits) return { moved, end: false };
      if (kind !== VERIFY && !(toMemory ? this.#dma.write(at, byte) : this.#dma.read(at, byte)))
        return { moved, end: false };
      moved++;
      this.address = (this.address + (this.mode & DOWN ? -1 : 1)) & 0xffff;
      this.count = (this.count - 1) & 0xffff;
      if (this.count === 0xffff) {
        this.#terminal();
        return { moved, end: true };
      }
    }
    return { moved: bytes.length, end: false };
  }

  #terminal(): void {
    this.ended = true;
    if (this.mode & AGAIN) {
      this.address = this.base;
      this.count = this.baseCount;
    } else this.masked = true;
  }

  #half(before: number, value: number): number {
    this.high = !this.high;
    return this.high ? (before & 0xff00) | value : (before & 0xff) | (value << 8);
  }

  save(out: StateWriter): void {
    out.section("8237");
    saveFields(out, this, FIELDS);
  }

  load(from: StateReader): void {
    from.section("8237");
    loadFields(from, this, FIELDS);
  }
}
