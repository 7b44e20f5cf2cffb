/** Snapshots along a run, denser near its end, from which any moment is reached by running forward. */
import type { Machine } from "../machine.ts";

/** A step back runs through so many steps at most in a short run, and through LONGEST times as many in a long one. */
const INTERVAL = 1_000_000;
const LONGEST = 8;
/** A checkpoint costs as long as several hundred thousand steps: the longer the run, the rarer they are. */
const PART = 16;
/** When there are more, or they take more memory than this, every second one goes: old times get a coarser grid. */
const MOST = 32;
const MOST_BYTES = 2 ** 28;
const LEAST = 4;

export interface Checkpoint {
  /** The moment, in steps. */
  readonly at: number;
  /** How many inputs came before it. */
  readonly inputs: number;
}

interface Saved extends Checkpoint {
  readonly snapshot: Uint8Array;
}

export class Checkpoints {
  readonly #machine: Machine;
  readonly #interval: number;
  #saved: Saved[];

  constructor(machine: Machine, interval = INTERVAL) {
    this.#machine = machine;
    this.#interval = interval;
    this.#saved = [{ at: 0, inputs: 0, snapshot: machine.save() }];
  }

  /** The moment at which the next one is due. */
  get next(): number {
    const { at } = this.#last;
    return at + Math.max(this.#interval, Math.min(LONGEST * this.#interval, Math.floor(at / PART)));
  }

  /** Takes one when it is due. */
  take(now: number, inputs: number): void {
    if (now < this.next) return;
    this.#saved.push({ at: now, inputs, snapshot: this.#machine.save() });
    if (this.#saved.length > MOST || (this.#saved.length > LEAST && this.#bytes > MOST_BYTES))
      this.#saved = this.#saved.filter((_, n) => n === 0 || (this.#saved.length - n) % 2 === 1);
  }

  /** Puts the machine to the last one at or before a moment. */
  restore(moment: number): Checkpoint {
    const saved = this.#saved.findLast(({ at }) => at <= moment) as Saved;
    this.#machine.load(saved.snapshot);
    return saved;
  }

  /** The moments of those before a moment, the last one first. */
  before(moment: number): number[] {
    return this.#saved
      .map(({ at }) => at)
      .filter((at) => at < moment)
      .reverse();
  }

  forgetAfter(moment: number): void {
    this.#saved = this.#saved.filter(({ at }) => at <= moment);
  }

  get #last(): Saved {
    return this.#saved.at(-1) as Saved;
  }

  get #bytes(): number {
    return this.#saved.reduce((sum, { snapshot }) => sum + snapshot.length, 0);
  }
}
