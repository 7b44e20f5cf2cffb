/**
 * The host's memory: its bytes, and of each frame whose it is, how many pages have it, and which page does when it is one.
 * A frame that held anything is filled with zeros before anybody else can read it.
 */
import { PAGE_BYTES } from "./contract.ts";
import type { MemoryLedger } from "./ledger.ts";

const SHIFT = 12;
/** Owners besides virtual machines, which are numbered from 1. */
export const FREE = 0;
export const MONITOR = -1;
export const SHARED = -2;

export class HostFrames {
  readonly total: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly #free: number[] = [];
  readonly #owner: Int32Array;
  readonly #users: Int32Array;
  /** The page of a frame that has one user; −1 when there are more, or none is known. */
  readonly #page: Int32Array;
  /** Somebody's bytes are in it. */
  readonly #used: Uint8Array;
  readonly #ledger: MemoryLedger;

  /** `memory`: where the frames are, frame 0 at its beginning; memory of their own unless it is given. */
  constructor(total: number, ledger: MemoryLedger, memory?: ArrayBufferLike) {
    this.total = total;
    const buffer = memory ?? new ArrayBuffer(total * PAGE_BYTES);
    if (buffer.byteLength < total * PAGE_BYTES)
      throw new RangeError(`${total} frames do not fit into ${buffer.byteLength} bytes`);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.#owner = new Int32Array(total);
    this.#users = new Int32Array(total);
    this.#page = new Int32Array(total).fill(-1);
    this.#used = new Uint8Array(total);
    this.#ledger = ledger;
    for (let frame = total - 1; frame >= 0; frame--) this.#free.push(frame);
  }

  get free(): number {
    return this.#free.length;
  }

  /**
   * A frame for one user; undefined when there is none. "zero": full of zeros. "overwrite": the caller fills all of it
   * before anybody else sees it.
   */
  take(owner: number, page: number, fill: "zero" | "overwrite"): number | undefined {
    const frame = this.#free.pop();
    if (frame === undefined) return undefined;
    if (fill === "zero" && this.#used[frame] === 1) {
      this.#ledger.pay("zero");
      this.content(frame).fill(0);
    }
    this.#used[frame] = 1;
    this.#owner[frame] = owner;
    this.#users[frame] = 1;
    this.#page[frame] = page;
    return frame;
  }

  /** One user less. True when the frame is free by that. */
  drop(frame: number): boolean {
    this.require(frame);
    this.#users[frame] = this.users(frame) - 1;
    if (this.#users[frame] !== 0) return false;
    this.#owner[frame] = FREE;
    this.#page[frame] = -1;
    this.#free.push(frame);
    return true;
  }

  /** One user more: nobody's own from now on. */
  share(frame: number): void {
    this.require(frame);
    this.#owner[frame] = SHARED;
    this.#page[frame] = -1;
    this.#users[frame] = this.users(frame) + 1;
  }

  /** A shared frame whose last user takes it for itself. */
  own(frame: number, owner: number, page: number): void {
    if (this.owner(frame) !== SHARED || this.users(frame) !== 1)
      throw new Error(`invariant: frame ${frame} has ${this.users(frame)} users and cannot become one's own`);
    this.#owner[frame] = owner;
    this.#page[frame] = page;
  }

  owner(frame: number): number {
    return this.#owner[frame]!;
  }

  users(frame: number): number {
    return this.#users[frame]!;
  }

  page(frame: number): number {
    return this.#page[frame]!;
  }

  content(frame: number): Uint8Array {
    return this.bytes.subarray(frame << SHIFT, (frame + 1) << SHIFT);
  }

  copy(from: number, to: number): void {
    this.#ledger.pay("copy");
    this.bytes.copyWithin(to << SHIFT, from << SHIFT, (from + 1) << SHIFT);
  }

  /** Frames that each kind of owner has: 0 free, −1 the monitor's tables, −2 shared, otherwise a machine's. */
  owned(owner: number): number {
    let count = 0;
    for (const one of this.#owner) if (one === owner) count++;
    return count;
  }

  private require(frame: number): void {
    if (this.owner(frame) === FREE) throw new Error(`invariant: frame ${frame} is free and in use`);
  }
}
