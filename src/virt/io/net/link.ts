/**
 * A cable that takes its time, and loses what a seed says.
 *
 *     transmit ─▶ queue ─▶ one bit after the other (bandwidth) ─▶ on its way (latency) ─▶ lost │ the other end's onFrame
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Clock, Timer } from "../../../machine/clock.ts";
import type { NetworkPort } from "../../../machine/devices/network.ts";
import { MIN_FRAME } from "./frame.ts";

/** Preamble and start of frame, FCS, gap to the next one (IEEE 802.3, 4.4.2), in bytes. */
const AROUND = 8 + 4 + 12;
const ONE = 2 ** 30;

export interface LinkOptions {
  readonly clock: Clock;
  readonly hertz: number;
  /** From the last bit sent to the frame received, in seconds. 0 unless said. */
  readonly latency?: number;
  /** Bits a second; without it sending takes no time. */
  readonly bandwidth?: number;
  /** The share of frames that are lost, 0 … 1. 0 unless said. */
  readonly loss?: number;
  readonly seed?: number;
  /** Frames that wait to be sent at most, of each end: a further one is dropped. 256 unless said. */
  readonly queue?: number;
}

export interface LinkCounts {
  /** Given to the link by both ends. */
  sent: number;
  lost: number;
  /** Not taken: the queue was full. */
  dropped: number;
}

/** The two ends of a link, and what it has counted. @throws RangeError on a setting that means nothing */
export function link(options: LinkOptions): { ends: [NetworkPort, NetworkPort]; counts: LinkCounts } {
  const { latency = 0, bandwidth = Number.POSITIVE_INFINITY, loss = 0, queue = 256 } = options;
  if (!(latency >= 0) || !(bandwidth > 0) || !(loss >= 0 && loss <= 1) || !(queue >= 1))
    throw new RangeError(
      `a link with latency ${latency} s, ${bandwidth} bit/s, loss ${loss} and a queue of ${queue}: give 0 or more, more than 0, 0 to 1, and 1 or more`,
    );
  const counts: LinkCounts = { sent: 0, lost: 0, dropped: 0 };
  const random = xoroshiro128plus(options.seed ?? 1);
  const lost = () => loss > 0 && uniformInt(random, 0, ONE - 1) < loss * ONE;
  const cyclesOf = (bytes: number) => wireCycles(bytes, options.hertz, bandwidth);
  const plan = { ...options, latency: latency * options.hertz, queue, cyclesOf, lost, counts };
  return { ends: joined(plan, plan), counts };
}

/** Cycles for which a frame keeps the wire, at so many bits a second. */
export const wireCycles = (bytes: number, hertz: number, bandwidth: number): number =>
  ((Math.max(MIN_FRAME, bytes) + AROUND) * 8 * hertz) / bandwidth;

/** One direction of a link: what becomes of the frames given to that end. */
export interface Direction {
  readonly clock: Clock;
  /** Cycles. */
  readonly latency: number;
  readonly queue: number;
  readonly cyclesOf: (bytes: number) => number;
  readonly lost: () => boolean;
  readonly counts: LinkCounts;
}

/** The ends of a link whose directions differ. */
export function joined(fromLeft: Direction, fromRight: Direction): [NetworkPort, NetworkPort] {
  const left = new End(fromLeft, () => right);
  const right: End = new End(fromRight, () => left);
  return [left, right];
}

class End implements NetworkPort {
  onFrame: (frame: Uint8Array) => void = () => {};
  readonly #plan: Direction;
  readonly #other: () => End;
  readonly #timer: Timer;
  /** The cycle at which all that was given is sent. */
  #busy = 0;
  /** In the order of their arrival, for none overtakes another. */
  readonly #under: { readonly sent: number; readonly arrives: number; readonly frame: Uint8Array }[] = [];

  constructor(plan: Direction, other: () => End) {
    this.#plan = plan;
    this.#other = other;
    this.#timer = plan.clock.timer(() => this.#arrive());
  }

  transmit(frame: Uint8Array): void {
    const { clock, latency, queue, cyclesOf, lost, counts } = this.#plan;
    counts.sent++;
    if (this.#under.filter(({ sent }) => sent > clock.now).length > queue) {
      counts.dropped++;
      return;
    }
    this.#busy = Math.max(clock.now, this.#busy) + cyclesOf(frame.length);
    if (lost()) {
      counts.lost++;
      return;
    }
    const arrives = Math.ceil(this.#busy + latency);
    this.#under.push({ sent: this.#busy, arrives, frame });
    if (this.#under.length === 1) clock.set(this.#timer, arrives);
  }

  #arrive(): void {
    const { clock } = this.#plan;
    for (let first = this.#under[0]; first && first.arrives <= clock.now; first = this.#under[0]) {
      this.#under.shift();
      this.#other().onFrame(first.frame);
    }
    const [next] = this.#under;
    if (next) clock.set(this.#timer, next.arrives);
  }
}
