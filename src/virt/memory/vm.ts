/** A virtual machine as the host's memory management sees it: its p2m, what it has a right to, and what happened to it. */
import { type GuestMemory, PAGE_BYTES } from "./contract.ts";
import type { HostFrames } from "./frames.ts";
import type { P2m } from "./p2m.ts";
import { MAY_WRITE, numberOf, UNPLUGGED, whyOf } from "./p2m-format.ts";

/** What an address reads as at which there is nothing. */
const NOTHING = -1;
/** A page may be sampled and shared and then has two violations before it can be written; more than that goes round in circles. */
const MOST_VIOLATIONS = 3;

export interface VmOptions {
  readonly name: string;
  readonly pages: number;
  /** Pages that can be plugged in, at most; `pages` unless said. */
  readonly most?: number;
  readonly shares?: number;
  /** Pages that nobody takes from it. */
  readonly min?: number;
}

export interface VmParts {
  /** From 1. */
  readonly id: number;
  /** Host-wide number of its page 0. */
  readonly first: number;
  readonly frames: HostFrames;
  readonly p2m: P2m;
  /** Makes the page what the access needs; called as often as it still is not. */
  violation(vm: Vm, gpn: number, write: boolean): void;
}

export class Vm implements GuestMemory {
  readonly id: number;
  readonly name: string;
  readonly first: number;
  readonly most: number;
  readonly shares: number;
  readonly min: number;
  readonly p2m: P2m;
  pages: number;
  /** Pages that are in frames, alone or shared; in the swap file; in the balloon. */
  resident = 0;
  swapped = 0;
  ballooned = 0;
  /** Pages that it should have, as the host decided last. */
  target: number;
  /** The fraction of its pages that it uses, as sampled. */
  active = 1;
  /** Of the pages that are sampled now, those that were touched. */
  touched = 0;
  readonly counts = {
    violations: 0,
    swapIns: 0,
    swapOuts: 0,
    /** Swapped in for nothing but a device that writes the page to the guest's own disk. */
    doublePaged: 0,
    /** Writes to shared pages. */
    parted: 0,
    /** Touches of pages in the balloon, which a well-behaved guest leaves alone. */
    popped: 0,
  };
  readonly #parts: VmParts;

  constructor({ name, pages, most = pages, shares = 1000, min = 0 }: VmOptions, parts: VmParts) {
    this.id = parts.id;
    this.first = parts.first;
    this.p2m = parts.p2m;
    this.name = name;
    this.pages = pages;
    this.target = pages;
    this.most = most;
    this.shares = shares;
    this.min = min;
    this.#parts = parts;
  }

  read32(gpa: number): number {
    const at = this.reach(gpa, false);
    return at < 0 ? NOTHING : this.#parts.frames.words[at >>> 2]!;
  }

  write32(gpa: number, value: number): void {
    const at = this.reach(gpa, true);
    if (at >= 0) this.#parts.frames.words[at >>> 2] = value;
  }

  readPage(gpn: number, into: Uint8Array): void {
    const swapIns = this.counts.swapIns;
    const at = this.reach(gpn * PAGE_BYTES, false);
    this.counts.doublePaged += this.counts.swapIns - swapIns;
    if (at < 0) into.fill(NOTHING);
    else into.set(this.#parts.frames.bytes.subarray(at, at + PAGE_BYTES));
  }

  writePage(gpn: number, from: Uint8Array): void {
    const at = this.reach(gpn * PAGE_BYTES, true);
    if (at >= 0) this.#parts.frames.bytes.set(from.subarray(0, PAGE_BYTES), at);
  }

  /** The host's address of a guest's, once the access is permitted; −1 where there is no memory. */
  private reach(gpa: number, write: boolean): number {
    const gpn = Math.floor(gpa / PAGE_BYTES);
    if (!(gpn >= 0 && gpn < this.most)) return NOTHING;
    for (let violations = 0; violations <= MOST_VIOLATIONS; violations++) {
      const entry = this.p2m.find(gpn);
      if (this.p2m.leaf) {
        if (!write || (entry & MAY_WRITE) !== 0) return numberOf(entry) * PAGE_BYTES + (gpa % PAGE_BYTES);
      } else if (whyOf(entry) === UNPLUGGED) return NOTHING;
      this.counts.violations++;
      this.#parts.violation(this, gpn, write);
    }
    throw new Error(
      `invariant: page ${gpn} of ${this.name} is still not ${write ? "writable" : "readable"} after ${MOST_VIOLATIONS} violations`,
    );
  }
}
