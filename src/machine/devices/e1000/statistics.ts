/** Counters that stay at their most and go to zero when they are read (13.7). */

export const STATISTICS = { first: 0x4000, last: 0x4124 } as const;

/** Frame sizes, FCS included, up to 64, 127, … bytes: six counters in a row. */
const SIZES = [64, 127, 255, 511, 1023] as const;
/** The low halves of counters of 64 bits; they are cleared with their high ones. */
const WIDE = new Set([0x4088, 0x4090, 0x40c0, 0x40c8]);

export const MISSED = 0x4010;
export const NO_BUFFER = 0x40a0;
export const SEGMENTATIONS = 0x40f8;
export const SEGMENTATION_FAILURES = 0x40fc;
const RECEIVED = {
  sizes: 0x405c,
  good: 0x4074,
  broadcast: 0x4078,
  multicast: 0x407c,
  octets: 0x4088,
} as const;
const SENT = { sizes: 0x40d8, good: 0x4080, multicast: 0x40f0, broadcast: 0x40f4, octets: 0x4090 } as const;
const TOTAL = { received: { octets: 0x40c0, frames: 0x40d0 }, sent: { octets: 0x40c8, frames: 0x40d4 } };

export class Statistics {
  readonly #registers: Uint32Array;

  /** Over the register file. */
  constructor(registers: Int32Array) {
    this.#registers = new Uint32Array(registers.buffer);
  }

  count(offset: number): void {
    const value = this.#registers[offset / 4] as number;
    if (value < 0xffff_ffff) this.#registers[offset / 4] = value + 1;
  }

  /** A frame without FCS that was received whole or sent. */
  frame(way: "received" | "sent", frame: Uint8Array): void {
    const length = frame.length + 4;
    const own = way === "received" ? RECEIVED : SENT;
    const size = SIZES.findIndex((most) => length <= most);
    this.count(own.sizes + 4 * (size < 0 ? SIZES.length : size));
    this.count(own.good);
    this.#octets(own.octets, length);
    this.#octets(TOTAL[way].octets, length);
    this.count(TOTAL[way].frames);
    if (frame.subarray(0, 6).every((byte) => byte === 0xff)) this.count(own.broadcast);
    else if ((frame[0] as number) & 1) this.count(own.multicast);
  }

  read(offset: number): number {
    const value = this.#registers[offset / 4] as number;
    this.#registers[offset / 4] = 0;
    if (WIDE.has(offset - 4)) this.#registers[offset / 4 - 1] = 0;
    return value;
  }

  #octets(offset: number, bytes: number): void {
    const low = (this.#registers[offset / 4] as number) + bytes;
    this.#registers[offset / 4] = low;
    if (low > 0xffff_ffff) this.count(offset + 4);
  }
}
