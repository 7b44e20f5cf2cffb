/**
 * The transmit ring: legacy descriptors, and contexts with data descriptors for checksums (3.3). TCP segmentation is not modelled: a packet
 * that asks for it is not sent, and counted in TSCTFC. Nor are VLAN tags put in or taken out: they travel in the frame.
 *
 *     legacy    63 … 0 address ┊ 15 … 0 length │ 23 … 16 CSO │ 31 … 24 command │ 32 DD │ 47 … 40 CSS
 *     data      63 … 0 address ┊ 19 … 0 length │ 23 … 20 = 1 │ 31 … 24 command │ 32 DD │ 40 IP, 41 TCP/UDP checksum
 *     context   IPCSS, IPCSO, IPCSE, TUCSS, TUCSO, TUCSE ┊ 23 … 20 = 0 │ 31 … 24 command │ 32 DD
 */
import type { Timer } from "../../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { Delay } from "./interrupts.ts";
import { CAUSE, TADV, TCTL, TDBAL, TIDV } from "./registers.ts";
import { addressIn, type Core, DESCRIPTOR, Ring } from "./state.ts";
import { SEGMENTATION_FAILURES, type Statistics } from "./statistics.ts";

const ENABLE = 2;
const [END, INSERT, SEGMENT, REPORT, EXTENDED, DELAYED] = [1, 4, 4, 8, 0x20, 0x80] as const;
/** Descriptors of one step: what a storm of them may cost at once. */
const STEP = 64;
/** Seconds between a kick and the first descriptor's arrival. */
const FETCH = 500e-9;
/** The transmit half of the packet buffer: a longer packet is lost. */
const MOST = 16 << 10;
const LEAST = 60;
/** FCS, preamble and gap, bytes on the wire. */
const AROUND = 24;

export class Transmitter implements Stateful {
  readonly ring: Ring;
  readonly delay: Delay;
  readonly #core: Core;
  readonly #timer: Timer;
  readonly #statistics: Statistics;
  readonly #send: (frame: Uint8Array) => void;
  readonly #megabits: number;
  readonly #packet = new Uint8Array(MOST);
  readonly #context = new Uint8Array(DESCRIPTOR);
  #length = 0;
  #options = 0;
  #lost = false;
  /** What leaves the wire when the timer rings. */
  #wire: Uint8Array | undefined;

  constructor(core: Core, statistics: Statistics, megabits: number, send: (frame: Uint8Array) => void) {
    this.#core = core;
    this.#statistics = statistics;
    this.#megabits = megabits;
    this.#send = send;
    this.ring = new Ring(core.registers, TDBAL);
    this.#timer = core.clock.timer(() => this.#step());
    this.delay = new Delay(core.clock, core.hertz, () => core.raise(CAUSE.TXDW));
  }

  /** The tail moved, or the transmitter was let go. */
  kick(): void {
    if (this.#timer.deadline === Number.POSITIVE_INFINITY && this.#ready) this.#after(FETCH);
  }

  get #ready(): boolean {
    const enabled = ((this.#core.registers[TCTL / 4] as number) & ENABLE) !== 0;
    return enabled && this.ring.available > 0 && this.#core.mayMaster();
  }

  #after(seconds: number): void {
    const { clock, hertz } = this.#core;
    clock.set(this.#timer, clock.now + Math.max(1, Math.ceil(seconds * hertz)));
  }

  #step(): void {
    const frame = this.#wire;
    this.#wire = undefined;
    if (frame !== undefined) {
      this.#statistics.frame("sent", frame);
      this.#send(frame);
    }
    let emptied = false;
    for (let n = 0; n < STEP && this.#ready && this.#wire === undefined; n++) {
      if (!this.#descriptor()) return;
      emptied = this.ring.available === 0;
    }
    if (emptied) this.#core.raise(CAUSE.TXQE);
    const wire = this.#wire as Uint8Array | undefined;
    if (wire !== undefined) this.#after(((wire.length + AROUND) * 8) / (this.#megabits * 1e6));
    else if (this.#ready) this.#after(FETCH);
  }

  /** One descriptor. False: memory refused. */
  #descriptor(): boolean {
    const { dma, registers } = this.#core;
    const at = this.ring.address();
    const bytes = new Uint8Array(DESCRIPTOR);
    if (!dma.read(at, bytes)) return false;
    const view = new DataView(bytes.buffer);
    const command = bytes[11] as number;
    const extended = (command & EXTENDED) !== 0;
    const isContext = extended && (bytes[10] as number) >> 4 === 0;
    if (isContext) this.#context.set(bytes);
    else if (!this.#data(view, command, extended)) return false;
    if (command & REPORT) {
      // DD alone: the other status bits are of collisions.
      bytes[12] = ((bytes[12] as number) & 0xf0) | 1;
      if (!dma.write((at + 12) as typeof at, bytes.subarray(12, 13))) return false;
    }
    this.ring.advance(1);
    if (command & REPORT)
      this.delay.event(
        command & DELAYED ? (registers[TIDV / 4] as number) : 0,
        registers[TADV / 4] as number,
      );
    return true;
  }

  #data(view: DataView, command: number, extended: boolean): boolean {
    const length = extended ? view.getUint32(8, true) & 0xf_ffff : view.getUint16(8, true);
    if (this.#length === 0) this.#options = extended ? view.getUint8(13) : 0;
    if (extended && command & SEGMENT && !this.#lost) {
      this.#lost = true;
      this.#statistics.count(SEGMENTATION_FAILURES);
    }
    if (this.#length + length > MOST) this.#lost = true;
    const address = addressIn(view);
    // 3.3.3.1, note 3: a null address or length moves nothing.
    if (!this.#lost && length > 0 && address !== 0) {
      const into = this.#packet.subarray(this.#length, this.#length + length);
      if (!this.#core.dma.read(address, into)) return false;
      this.#length += length;
    }
    if (command & END) this.#finish(view, command, extended);
    return true;
  }

  #finish(view: DataView, command: number, extended: boolean): void {
    const length = this.#length;
    if (!this.#lost && length > 0) {
      const frame = new Uint8Array(Math.max(LEAST, length));
      frame.set(this.#packet.subarray(0, length));
      const body = frame.subarray(0, length);
      const context = new DataView(this.#context.buffer);
      if (extended && this.#options & 2)
        insert(body, context.getUint8(4), context.getUint8(5), context.getUint16(6, true));
      if (extended && this.#options & 1)
        insert(body, context.getUint8(0), context.getUint8(1), context.getUint16(2, true));
      if (!extended && command & INSERT) insert(body, view.getUint8(13), view.getUint8(10), 0);
      this.#wire = frame;
    }
    this.#length = 0;
    this.#lost = false;
  }

  reset(): void {
    this.#core.clock.clear(this.#timer);
    this.delay.reset();
    this.#context.fill(0);
    this.#length = this.#options = 0;
    this.#lost = false;
    this.#wire = undefined;
  }

  save(out: StateWriter): void {
    out.double(this.#timer.deadline);
    out.bytes(this.#packet.subarray(0, this.#length));
    out.array(this.#context);
    out.int(this.#options);
    out.flag(this.#lost);
    out.bytes(this.#wire ?? new Uint8Array(0));
    this.delay.save(out);
  }

  load(from: StateReader): void {
    this.#timer.deadline = from.double();
    const packet = from.bytes();
    this.#packet.set(packet);
    this.#length = packet.length;
    from.array(this.#context);
    this.#options = from.int();
    this.#lost = from.flag();
    const wire = from.bytes();
    this.#wire = wire.length === 0 ? undefined : wire.slice();
    this.delay.load(from);
  }
}

/** Puts the Internet checksum (RFC 1071) of the bytes from `start` to `end`, 0 for all, at `at`: ignored outside the packet (3.3.3.1). */
function insert(packet: Uint8Array, start: number, at: number, end: number): void {
  const stop = end === 0 ? packet.length : Math.min(end + 1, packet.length);
  if (start >= stop || at + 1 >= packet.length) return;
  let sum = 0;
  for (let i = start; i < stop; i++) sum += (packet[i] as number) << ((i - start) & 1 ? 0 : 8);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  const checksum = ~sum & 0xffff || 0xffff;
  packet[at] = checksum >> 8;
  packet[at + 1] = checksum & 0xff;
}
