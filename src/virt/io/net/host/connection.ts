/**
 * One TCP connection (RFC 9293, section 3.10), enough for a byte stream over a link that loses: go back to the first byte that was not
 * acknowledged, after a time (RFC 6298, without measuring) or three acknowledgments of the same byte (RFC 5681, 3.2). Segments out of order are
 * dropped and asked for again; the window is always the same; no options but the MSS.
 *
 *     syn-sent │ syn-received ──▶ established ── both have finished ──▶ time-wait ──▶ gone
 */
import type { Ip } from "../address.ts";
import type { Alarm, Alarms } from "../alarms.ts";
import { TCP, type Tcp } from "../tcp.ts";

export type TcpState = "new" | "syn-sent" | "syn-received" | "established" | "time-wait" | "closed";

const MSS = 1460;
const WINDOW = 32_768;
/** Seconds (RFC 6298, 2.1), twice as long each time, and how often. */
const RTO = 1;
const TRIES = 8;
/** Twice the longest life of a segment, in seconds: meanwhile the other side's end is acknowledged again (RFC 9293, section 3.4.2). */
const TIME_WAIT = 240;
const WRAP = 2 ** 32;

/** a − b on the circle of sequence numbers, −2^31 … 2^31 − 1. */
const minus = (a: number, b: number): number => (a - b) | 0;

export interface ConnectionParts {
  readonly alarms: Alarms;
  readonly local: number;
  readonly remote: { readonly address: Ip; readonly port: number };
  readonly initial: number;
  readonly send: (segment: Tcp) => void;
  /** Called once, when nothing more will happen. */
  readonly onEnd: () => void;
}

export class Connection {
  state: TcpState = "new";
  onOpen: () => void = () => {};
  onData: (data: Uint8Array) => void = () => {};
  /** The other side has sent all it had. */
  onFinish: () => void = () => {};
  /** The connection is over; a reason when it was not meant to be. */
  onClose: (reason?: string) => void = () => {};
  /** Segments that were sent again. */
  repeated = 0;
  readonly #parts: ConnectionParts;
  /** Bytes from #acknowledged on. */
  #unsent: Uint8Array[] = [];
  #length = 0;
  #acknowledged: number;
  #next: number;
  #expected = 0;
  #finishing = false;
  #finished = false;
  /** All that was written, and the end, has been acknowledged. */
  #sentAll = false;
  /** What was on its way when a loss was noticed last: until all of it is acknowledged, the same loss says nothing new (RFC 6582). */
  #recover: number;
  #duplicates = 0;
  #tries = 0;
  #alarm: Alarm | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#acknowledged = parts.initial;
    this.#next = parts.initial;
    this.#recover = parts.initial;
  }

  get remote() {
    return this.#parts.remote;
  }

  connect(): void {
    this.state = "syn-sent";
    this.#go();
  }

  /** A SYN has come to a port where somebody listens. */
  accept({ sequence }: Tcp): void {
    this.state = "syn-received";
    this.#expected = (sequence + 1) % WRAP;
    this.#go();
  }

  write(data: Uint8Array): void {
    if (this.#finishing || this.state === "closed" || this.state === "time-wait")
      throw new Error("a closed connection was written to");
    this.#unsent.push(data.slice());
    this.#length += data.length;
    this.#go();
  }

  /** Sends what there is, then the end. */
  finish(): void {
    this.#finishing = true;
    this.#go();
  }

  /** Ends it at once (RFC 9293, section 3.10.5). */
  abort(): void {
    if (this.state === "established" || this.state === "syn-received")
      this.#say(TCP.rst, this.#next, new Uint8Array());
    this.#end("aborted");
  }

  /** The network says that nobody gets there. */
  fail(reason: string): void {
    if (this.state === "syn-sent") this.#end(reason);
  }

  receive(segment: Tcp): void {
    const { flags, sequence, acknowledgment } = segment;
    if (this.state === "time-wait" && flags & TCP.fin) this.#say(TCP.ack, this.#next, new Uint8Array());
    if (this.state === "closed" || this.state === "time-wait") return;
    if (flags & TCP.rst) {
      // Only one that can be meant (RFC 5961, section 3.2).
      const meant =
        this.state === "syn-sent"
          ? (flags & TCP.ack) !== 0 && acknowledgment === this.#next
          : sequence === this.#expected;
      if (meant) this.#end("reset by the other side");
      return;
    }
    if (this.state === "syn-sent") {
      if (!(flags & TCP.syn) || !(flags & TCP.ack) || acknowledgment !== this.#next) return;
      this.#expected = (sequence + 1) % WRAP;
    }
    if (!(flags & TCP.ack)) {
      if (this.state === "syn-received") this.#again();
      return;
    }
    this.#acknowledge(segment);
    this.#take(segment);
    this.#go();
  }

  #acknowledge({ acknowledgment, data, flags }: Tcp): void {
    const news = minus(acknowledgment, this.#acknowledged);
    if (news < 0 || minus(acknowledgment, this.#next) > 0) return;
    if (news === 0) {
      const asksAgain =
        data.length === 0 && !(flags & (TCP.syn | TCP.fin)) && this.#next !== this.#acknowledged;
      if (asksAgain && ++this.#duplicates >= 3 && minus(this.#acknowledged, this.#recover) >= 0)
        this.#again();
      return;
    }
    this.#duplicates = 0;
    this.#tries = 0;
    const opens = this.state !== "established";
    const bytes = opens ? news - 1 : news;
    // The end counts as a byte after the last one.
    this.#sentAll ||= this.#finishing && bytes > this.#length;
    this.#drop(Math.min(bytes, this.#length));
    this.#acknowledged = acknowledgment;
    this.#rest();
    if (opens) {
      this.state = "established";
      this.onOpen();
    }
    if (this.#sentAll && this.#finished) this.#end();
  }

  /** What was acknowledged leaves the front. */
  #drop(bytes: number): void {
    this.#length -= bytes;
    for (let left = bytes; left > 0; ) {
      const first = this.#unsent[0]!;
      if (first.length > left) this.#unsent[0] = first.subarray(left);
      else this.#unsent.shift();
      left -= Math.min(left, first.length);
    }
  }

  #take({ sequence, data, flags }: Tcp): void {
    if (this.state !== "established" || (data.length === 0 && !(flags & (TCP.fin | TCP.syn)))) return;
    const fin = (flags & TCP.fin) !== 0;
    // What came before is cut off; what would leave a hole is dropped, and the acknowledgment asks for it.
    const old = minus(this.#expected, sequence);
    if (old >= 0 && !this.#finished) {
      const fresh = data.subarray(Math.min(old, data.length));
      this.#expected = (this.#expected + fresh.length) % WRAP;
      if (fresh.length > 0) this.onData(fresh);
      if (fin && old <= data.length) {
        this.#expected = (this.#expected + 1) % WRAP;
        this.#finished = true;
        this.onFinish();
      }
    }
    this.#say(TCP.ack, this.#next, new Uint8Array());
    if (this.#sentAll && this.#finished) this.#end();
  }

  /** Sends what the window lets through. */
  #go(): void {
    if (this.state === "syn-sent" || this.state === "syn-received") {
      if (this.#next !== this.#parts.initial) return;
      this.#open();
    } else if (this.state === "established") {
      for (;;) {
        const at = minus(this.#next, this.#acknowledged);
        const size = Math.min(MSS, this.#length - at, WINDOW - at);
        if (size <= 0) break;
        const data = this.#bytes(at, size);
        this.#say(TCP.ack | TCP.psh, this.#next, data);
        this.#next = (this.#next + data.length) % WRAP;
      }
      if (this.#finishing && !this.#sentAll && minus(this.#next, this.#acknowledged) === this.#length) {
        this.#say(TCP.ack | TCP.fin, this.#next, new Uint8Array());
        this.#next = (this.#next + 1) % WRAP;
      }
    }
    if (this.#next !== this.#acknowledged && !this.#alarm) this.#wait();
  }

  #open(): void {
    const flags = this.state === "syn-sent" ? TCP.syn : TCP.syn | TCP.ack;
    const options = Uint8Array.of(2, 4, MSS >>> 8, MSS & 255);
    this.#next = (this.#parts.initial + 1) % WRAP;
    this.#say(flags, this.#parts.initial, new Uint8Array(), options);
  }

  #bytes(at: number, size: number): Uint8Array {
    const out = new Uint8Array(size);
    let skipped = 0;
    let filled = 0;
    for (const part of this.#unsent) {
      const from = Math.max(0, at - skipped);
      if (from < part.length && filled < size) {
        const piece = part.subarray(from, from + size - filled);
        out.set(piece, filled);
        filled += piece.length;
      }
      skipped += part.length;
      if (filled === size) break;
    }
    return out;
  }

  #wait(): void {
    this.#alarm = this.#parts.alarms.set(RTO * 2 ** this.#tries, () => {
      this.#alarm = undefined;
      if (++this.#tries > TRIES) this.#end("no answer");
      else this.#again();
    });
  }

  /** From the first byte that was not acknowledged. */
  #again(): void {
    this.repeated++;
    this.#duplicates = 0;
    this.#rest();
    this.#recover = this.#next;
    this.#next = this.#acknowledged;
    this.#go();
  }

  #rest(): void {
    this.#parts.alarms.cancel(this.#alarm);
    this.#alarm = undefined;
  }

  #say(flags: number, sequence: number, data: Uint8Array, options = new Uint8Array()): void {
    const { local, remote, send } = this.#parts;
    const acknowledgment = flags & TCP.ack ? this.#expected : 0;
    const ports = { sourcePort: local, destinationPort: remote.port };
    send({ ...ports, sequence, acknowledgment, flags, window: WINDOW, options, data });
  }

  #end(reason?: string): void {
    this.#rest();
    const { alarms, onEnd } = this.#parts;
    this.state = reason === undefined ? "time-wait" : "closed";
    this.onClose(reason);
    if (reason !== undefined) onEnd();
    else alarms.set(TIME_WAIT, onEnd);
  }
}
