/**
 * The transmit ring: legacy descriptors, and contexts with data descriptors for checksums (3.3) and TCP or UDP segmentation (3.5).
 * VLAN tags are not put in nor taken out: they travel in the frame.
 *
 *     legacy    63 … 0 address ┊ 15 … 0 length │ 23 … 16 CSO │ 31 … 24 command │ 32 DD │ 47 … 40 CSS
 *     data      63 … 0 address ┊ 19 … 0 length │ 23 … 20 = 1 │ 31 … 24 command │ 32 DD │ 40 IP, 41 TCP/UDP checksum
 *     context   IPCSS, IPCSO, IPCSE, TUCSS, TUCSO, TUCSE ┊ 23 … 20 = 0 │ 31 … 24 command │ 32 DD │ 47 … 40 HDRLEN │ 63 … 48 MSS
 *
 *     segmentation    ┌ header ┬───────────── payload ─────────────┐
 *                     header, MSS │ header, MSS │ header, the rest │    a frame each time that the wire is free
 */
import type { Timer } from "../../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { Delay } from "./interrupts.ts";
import { CAUSE, TADV, TCTL, TDBAL, TIDV } from "./registers.ts";
import { Context, insert } from "./segment.ts";
import { addressIn, type Core, DESCRIPTOR, Ring } from "./state.ts";
import { SEGMENTATION_FAILURES, SEGMENTATIONS, type Statistics } from "./statistics.ts";

const [ENABLE, PAD_SHORT] = [2, 8] as const;
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
  /** The controller keeps one for segmentation and one for all else. */
  readonly #contexts = [new Context(), new Context()] as const;
  /** The one that the packet began with. */
  readonly #context = new Context();
  readonly #descriptor = new Uint8Array(DESCRIPTOR);
  /** Bytes of the descriptor at the head that are in the packet or gone. */
  #taken = 0;
  #length = 0;
  #options = 0;
  #begun = false;
  #segmented = false;
  /** Segments of the packet that are gone. */
  #segments = 0;
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
      if (!this.#next()) return;
      emptied = this.ring.available === 0;
    }
    if (emptied) this.#core.raise(CAUSE.TXQE);
    const wire = this.#wire as Uint8Array | undefined;
    if (wire !== undefined) this.#after(((wire.length + AROUND) * 8) / (this.#megabits * 1e6));
    else if (this.#ready) this.#after(FETCH);
  }

  /** One descriptor, or as much of it as fills a segment. False: memory refused. */
  #next(): boolean {
    const { dma, registers } = this.#core;
    const at = this.ring.address();
    const bytes = this.#descriptor;
    if (this.#taken === 0 && !dma.read(at, bytes)) return false;
    const command = bytes[11] as number;
    const extended = (command & EXTENDED) !== 0;
    if (extended && (bytes[10] as number) >> 4 === 0)
      this.#contexts[command & SEGMENT ? 1 : 0].bytes.set(bytes);
    else {
      const moved = this.#data(command, extended);
      if (moved !== "all") return moved === "part";
    }
    this.#taken = 0;
    if (command & REPORT) {
      // DD alone: the other status bits are of collisions.
      const done = Uint8Array.of(((bytes[12] as number) & 0xf0) | 1);
      if (!dma.write((at + 12) as typeof at, done)) return false;
    }
    this.ring.advance(1);
    if (command & REPORT)
      this.delay.event(
        command & DELAYED ? (registers[TIDV / 4] as number) : 0,
        registers[TADV / 4] as number,
      );
    return true;
  }

  /** Part: a segment is full, and the wire must be free before the next one. */
  #data(command: number, extended: boolean): "all" | "part" | "refused" {
    const view = new DataView(this.#descriptor.buffer);
    const address = addressIn(view);
    // 3.3.3.1, note 3: a null address moves nothing.
    const whole = extended ? view.getUint32(8, true) & 0xf_ffff : view.getUint16(8, true);
    const length = address === 0 ? 0 : whole;
    if (!this.#begun) this.#begin(command, extended, extended ? view.getUint8(13) : 0);
    const most = this.#segmented ? this.#context.header + this.#context.mostPayload : MOST;
    while (!this.#lost && this.#taken < length) {
      const room = most - this.#length;
      if (room === 0 && this.#segmented) {
        this.#segment(false);
        return "part";
      }
      const count = Math.min(room, length - this.#taken);
      const into = this.#packet.subarray(this.#length, this.#length + count);
      if (!this.#core.dma.read((address + this.#taken) as typeof address, into)) return "refused";
      this.#length += count;
      this.#taken += count;
      this.#lost = this.#taken < length && !this.#segmented;
    }
    if (command & END) this.#finish(view, command, extended);
    return "all";
  }

  #begin(command: number, extended: boolean, options: number): void {
    const segmented = extended && (command & SEGMENT) !== 0;
    this.#context.bytes.set(this.#contexts[segmented ? 1 : 0].bytes);
    const { header, mostPayload } = this.#context;
    this.#begun = true;
    this.#options = options;
    this.#segmented = segmented;
    this.#lost = segmented && (header === 0 || mostPayload === 0 || header + mostPayload > MOST);
    if (this.#lost) this.#statistics.count(SEGMENTATION_FAILURES);
  }

  /** Puts a segment on the wire; the header stays for the next one. */
  #segment(last: boolean): void {
    const packet = this.#packet.slice(0, this.#length);
    this.#context.segment(packet, this.#segments++, last, this.#options);
    this.#leave(packet);
    this.#length = this.#context.header;
  }

  #finish(view: DataView, command: number, extended: boolean): void {
    if (!this.#lost && this.#length > 0) {
      if (this.#segmented) {
        this.#segment(true);
        this.#statistics.count(SEGMENTATIONS);
      } else {
        const packet = this.#packet.slice(0, this.#length);
        if (extended) this.#context.checksums(packet, this.#options);
        else if (command & INSERT) insert(packet, view.getUint8(13), view.getUint8(10), 0);
        this.#leave(packet);
      }
    }
    this.#forget();
  }

  #leave(packet: Uint8Array): void {
    const pad = ((this.#core.registers[TCTL / 4] as number) & PAD_SHORT) !== 0 && packet.length < LEAST;
    this.#wire = pad ? new Uint8Array(LEAST) : packet;
    if (pad) this.#wire.set(packet);
  }

  #forget(): void {
    this.#length = this.#segments = this.#options = 0;
    this.#lost = this.#begun = this.#segmented = false;
  }

  reset(): void {
    this.#core.clock.clear(this.#timer);
    this.delay.reset();
    for (const context of this.#contexts) context.bytes.fill(0);
    this.#taken = 0;
    this.#forget();
    this.#wire = undefined;
  }

  save(out: StateWriter): void {
    out.double(this.#timer.deadline);
    out.bytes(this.#packet.subarray(0, this.#length));
    for (const bytes of this.#images()) out.array(bytes);
    for (const value of [this.#taken, this.#options, this.#segments]) out.int(value);
    for (const flag of [this.#begun, this.#segmented, this.#lost]) out.flag(flag);
    out.bytes(this.#wire ?? new Uint8Array(0));
    this.delay.save(out);
  }

  load(from: StateReader): void {
    this.#timer.deadline = from.double();
    const packet = from.bytes();
    this.#packet.set(packet);
    this.#length = packet.length;
    for (const bytes of this.#images()) from.array(bytes);
    [this.#taken, this.#options, this.#segments] = [from.int(), from.int(), from.int()];
    [this.#begun, this.#segmented, this.#lost] = [from.flag(), from.flag(), from.flag()];
    const wire = from.bytes();
    this.#wire = wire.length === 0 ? undefined : wire.slice();
    this.delay.load(from);
  }

  #images(): Uint8Array[] {
    return [this.#descriptor, ...[...this.#contexts, this.#context].map((context) => context.bytes)];
  }
}
