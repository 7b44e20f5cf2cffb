/**
 * The receive ring behind a packet buffer (3.2):
 *
 *     cable ──▶ filter ──▶ packet buffer ──▶ buffers of the ring's descriptors
 *     descriptor   63 … 0 address ┊ 15 … 0 length │ 31 … 16 checksum │ 32 DD │ 33 EOP │ 34 no checksum was looked at
 */
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { Delay } from "./interrupts.ts";
import { CAUSE, LENGTH, MTA, PBA, RADV, RAL0, RCTL, RDBAL, RDTR } from "./registers.ts";
import { addressIn, type Core, DESCRIPTOR, Ring } from "./state.ts";
import { MISSED, NO_BUFFER, type Statistics } from "./statistics.ts";

const [ENABLE, UNICAST_ALL, MULTICAST_ALL, LONG, BROADCAST, BIG, STRIP_FCS] = [
  ...[2, 8, 0x10, 0x20, 0x8000],
  ...[1 << 25, 1 << 26],
] as [number, number, number, number, number, number, number];
const [DD, EOP, IGNORE_CHECKSUM] = [1, 2, 4] as const;
const LEAST = 60;
const [ORDINARY, LONGEST] = [1518, 16380] as const;
/** Bits of the address that index the multicast table, by RCTL.MO (13.5.1). */
const HASH_SHIFT = [4, 3, 2, 0] as const;
const OWN_ADDRESSES = 16;

export class Receiver implements Stateful {
  readonly ring: Ring;
  readonly delay: Delay;
  readonly #core: Core;
  readonly #statistics: Statistics;
  readonly #frames: Uint8Array[] = [];
  #held = 0;

  constructor(core: Core, statistics: Statistics) {
    this.#core = core;
    this.#statistics = statistics;
    this.ring = new Ring(core.registers, RDBAL);
    this.delay = new Delay(core.clock, core.hertz, () => core.raise(CAUSE.RXT0));
  }

  get #control(): number {
    return this.#core.registers[RCTL / 4] as number;
  }

  /** A frame from the cable. Without room in the packet buffer it is lost (13.7.5). */
  receive(frame: Uint8Array): void {
    if (!(this.#control & ENABLE) || !this.#core.mayMaster() || frame.length < 14) return;
    const most = this.#control & LONG ? LONGEST : ORDINARY;
    if (frame.length > most || !this.#wanted(frame)) return;
    const bytes = ((this.#core.registers[PBA / 4] as number) & 0xffff) * 1024;
    if (this.#held + Math.max(LEAST, frame.length) > bytes) {
      this.#statistics.count(MISSED);
      this.#core.raise(CAUSE.RXO);
      return;
    }
    const padded = new Uint8Array(Math.max(LEAST, frame.length));
    padded.set(frame);
    this.#frames.push(padded);
    this.#held += padded.length;
    if (this.#needed(padded) > this.ring.available) this.#statistics.count(NO_BUFFER);
    this.drain();
  }

  /** Moves to memory what has descriptors: as many as there are, a ring's at most. */
  drain(): void {
    while (this.#control & ENABLE && this.#core.mayMaster()) {
      const frame = this.#frames[0];
      if (frame === undefined || this.#needed(frame) > this.ring.available) return;
      this.#frames.shift();
      this.#held -= frame.length;
      if (!this.#store(frame)) return;
      this.#statistics.frame("received", frame);
      const { registers } = this.#core;
      this.delay.event(registers[RDTR / 4] as number, registers[RADV / 4] as number);
      const threshold = (registers[(RDBAL + LENGTH) / 4] as number) >> (1 + ((this.#control >> 8) & 3));
      if (this.ring.available * DESCRIPTOR <= threshold) this.#core.raise(CAUSE.RXDMT0);
    }
  }

  /** Bytes of a buffer (13.4.22, BSIZE and BSEX). */
  get #buffer(): number {
    const size = 2048 >> ((this.#control >> 16) & 3);
    return this.#control & BIG && size < 2048 ? 16 * size : size;
  }

  #needed(frame: Uint8Array): number {
    return Math.ceil((frame.length + (this.#control & STRIP_FCS ? 0 : 4)) / this.#buffer);
  }

  #store(frame: Uint8Array): boolean {
    const bytes = this.#control & STRIP_FCS ? frame : withFcs(frame);
    const { dma } = this.#core;
    const size = this.#buffer;
    for (let at = 0; at < bytes.length; at += size) {
      const place = this.ring.address();
      const descriptor = new Uint8Array(DESCRIPTOR);
      if (!dma.read(place, descriptor)) return false;
      const view = new DataView(descriptor.buffer);
      const part = bytes.subarray(at, at + size);
      const address = addressIn(view);
      // A null address takes nothing (3.2.3).
      if (address !== 0 && !dma.write(address, part)) return false;
      const last = at + size >= bytes.length;
      view.setUint32(8, part.length, true);
      view.setUint32(12, DD | IGNORE_CHECKSUM | (last ? EOP : 0), true);
      if (!dma.write((place + 8) as typeof place, descriptor.subarray(8))) return false;
      this.ring.advance(1);
    }
    return true;
  }

  /** 3.2.1: the address filters. */
  #wanted(frame: Uint8Array): boolean {
    const { registers } = this.#core;
    const control = this.#control;
    const multicast = ((frame[0] as number) & 1) !== 0;
    if (!multicast && control & UNICAST_ALL) return true;
    if (multicast && control & MULTICAST_ALL) return true;
    if (control & BROADCAST && frame.subarray(0, 6).every((byte) => byte === 0xff)) return true;
    const view = new DataView(frame.buffer, frame.byteOffset, 6);
    const [low, high] = [view.getInt32(0, true), view.getUint16(4, true)];
    for (let i = 0; i < OWN_ADDRESSES; i++) {
      const top = registers[RAL0 / 4 + 2 * i + 1] as number;
      if (top < 0 && registers[RAL0 / 4 + 2 * i] === low && (top & 0xffff) === high) return true;
    }
    if (!multicast) return false;
    const hash = (high >> (HASH_SHIFT[(control >> 12) & 3] as number)) & 0xfff;
    return (((registers[MTA / 4 + (hash >> 5)] as number) >>> (hash & 31)) & 1) !== 0;
  }

  reset(): void {
    this.#frames.length = 0;
    this.#held = 0;
    this.delay.reset();
  }

  save(out: StateWriter): void {
    out.int(this.#frames.length);
    for (const frame of this.#frames) out.bytes(frame);
    this.delay.save(out);
  }

  load(from: StateReader): void {
    this.reset();
    for (let count = from.int(); count > 0; count--) this.#frames.push(from.bytes().slice());
    this.#held = this.#frames.reduce((sum, frame) => sum + frame.length, 0);
    this.delay.load(from);
  }
}

/** The frame check sequence behind it: CRC-32, lowest byte first (IEEE 802.3, 3.2.9). */
function withFcs(frame: Uint8Array): Uint8Array {
  let crc = -1;
  for (const byte of frame) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const whole = new Uint8Array(frame.length + 4);
  whole.set(frame);
  new DataView(whole.buffer).setInt32(frame.length, ~crc, true);
  return whole;
}
