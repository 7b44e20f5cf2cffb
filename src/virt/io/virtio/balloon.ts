/**
 * The traditional memory balloon (5.5): inflate queue 0, deflate queue 1, statistics queue 2. The host sets num_pages, the driver follows and says
 * in actual how far it has come:
 *
 *     configuration    0 num_pages │ 4 actual                   the driver writes actual
 *     queues 0 and 1   page numbers, 4 bytes each
 *     queue 2          statistics: tag (16 bits), value (64 bits) the driver gives a buffer, gets it back when the host asks again
 */
import type { StateReader, StateWriter } from "../../../machine/state.ts";
import type { BalloonBackend } from "../backend.ts";
import { lengthOf } from "./buffer.ts";
import { type DeviceParts, VirtioDevice } from "./device.ts";
import type { Chain } from "./queue.ts";

/** 5.5.3 */
export const BALLOON = { mustTellHost: 1n << 0n, stats: 1n << 1n } as const;
/** 5.5.6.4: bytes, except for the faults. */
export const BALLOON_STATS = [
  ...["swapIn", "swapOut", "majorFaults", "minorFaults", "free", "total"],
  ...["available", "caches", "hugePagesAllocated", "hugePagesFailed"],
] as const;
const INFLATE = 0;
const DEFLATE = 1;
const STATS = 2;
const ACTUAL = 4;
const STAT_BYTES = 10;
/** Bytes of page numbers that are copied out at a time: a buffer may be as long as memory. */
const PIECE = 4096;
/** A driver that has no more to tell than there are tags. */
const STATS_MOST = STAT_BYTES * 64;

export interface BalloonParts extends DeviceParts {
  readonly memory: BalloonBackend;
}

export class VirtioBalloon extends VirtioDevice {
  readonly id = 5;
  readonly config = new Uint8Array(8);
  /** What the driver has told last, by the names of BALLOON_STATS. */
  readonly stats = new Map<string, number>();
  readonly #memory: BalloonBackend;
  readonly #view = new DataView(this.config.buffer);
  /** 1 for each page in the balloon: what is given twice, or taken and never given, changes nothing. */
  readonly #inside: Uint8Array;
  /** The driver's buffer for statistics, kept until the host asks for the next (5.5.6.3). */
  #kept: Pick<Chain, "id" | "slots"> | undefined;

  constructor({ memory, ...parts }: BalloonParts) {
    super(BALLOON.mustTellHost | BALLOON.stats, [128, 128, 8], parts);
    this.#memory = memory;
    this.#inside = new Uint8Array(memory.pages);
  }

  /** How many pages the host wants in the balloon. */
  setTarget(pages: number): void {
    this.#view.setUint32(0, pages, true);
    this.configChanged();
  }

  /** How many pages are in it, as the driver says. */
  get actual(): number {
    return this.#view.getUint32(ACTUAL, true);
  }

  /** Asks the driver for new statistics. False: it has not given a buffer to answer with. */
  askStats(): boolean {
    const kept = this.#kept;
    if (kept === undefined) return false;
    this.#kept = undefined;
    this.push(STATS, { ...kept, readable: [], writable: [] }, 0);
    this.tell(STATS);
    return true;
  }

  override writeConfig(offset: number, value: number, size: number): void {
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      if (at >= ACTUAL && at < this.config.length) this.config[at] = value >>> (8 * i);
    }
  }

  protected override kicked(queue: number): void {
    if (queue === STATS) {
      if (this.accepted & BALLOON.stats) this.#takeStats();
      return;
    }
    for (let chain = this.pop(queue); chain !== undefined; chain = this.pop(queue)) {
      if (!this.#move(queue, chain)) {
        this.needsReset();
        return;
      }
      // 5.5.6: used only after the host has done it.
      this.push(queue, chain, 0);
    }
    this.tell(queue);
  }

  /** False: the numbers were not in memory. */
  #move(queue: number, { readable }: Chain): boolean {
    const given = lengthOf(readable);
    const length = given - (given % 4);
    for (let at = 0; at < length; at += PIECE) {
      const bytes = this.transfer.read(readable, at, Math.min(PIECE, length - at));
      if (bytes === undefined) return false;
      const view = new DataView(bytes.buffer);
      const pages: number[] = [];
      for (let i = 0; i < bytes.length; i += 4) {
        const page = view.getUint32(i, true);
        if (this.#inside[page] !== (queue === INFLATE ? 0 : 1)) continue;
        this.#inside[page] = queue === INFLATE ? 1 : 0;
        pages.push(page);
      }
      if (queue === DEFLATE) this.#memory.take(pages);
      else this.#memory.give(pages);
    }
    return true;
  }

  #takeStats(): void {
    if (this.#kept !== undefined) return;
    const chain = this.pop(STATS);
    if (chain === undefined) return;
    const bytes = this.transfer.read(chain.readable, 0, Math.min(STATS_MOST, lengthOf(chain.readable)));
    if (bytes === undefined) {
      this.needsReset();
      return;
    }
    this.stats.clear();
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + STAT_BYTES <= bytes.length; at += STAT_BYTES) {
      // 5.5.6.3.2: in any order, and tags that it does not know are ignored.
      const name = BALLOON_STATS[view.getUint16(at, true)];
      if (name !== undefined) this.stats.set(name, Number(view.getBigUint64(at + 2, true)));
    }
    this.#kept = { id: chain.id, slots: chain.slots };
    this.park(STATS, chain);
  }

  /** A driver that starts anew knows of no balloon: all of its memory is its own. */
  protected override resetOwn(): void {
    this.#kept = undefined;
    this.stats.clear();
    this.#view.setUint32(ACTUAL, 0, true);
    const pages: number[] = [];
    for (const [page, inside] of this.#inside.entries()) if (inside) pages.push(page);
    this.#inside.fill(0);
    if (pages.length > 0) this.#memory.take(pages);
  }

  /** The host's side of the balloon is the back end's to save. */
  override save(out: StateWriter): void {
    super.save(out);
    out.bytes(this.#inside);
    out.int(this.#kept?.id ?? -1);
    out.int(this.#kept?.slots ?? 0);
    for (const name of BALLOON_STATS) out.double(this.stats.get(name) ?? -1);
  }

  override load(from: StateReader): void {
    super.load(from);
    from.array(this.#inside);
    const [id, slots] = [from.int(), from.int()];
    this.#kept = id < 0 ? undefined : { id, slots };
    this.stats.clear();
    for (const name of BALLOON_STATS) {
      const value = from.double();
      if (value >= 0) this.stats.set(name, value);
    }
  }
}
