/**
 * The contract of host memory management: what a guest has of its memory, what a policy is asked, and what a page sharer may
 * ask and order. Pages and frames are 4 KiB; a page is a guest's (numbered host-wide), a frame is the host's.
 *
 *     guest ──GuestMemory──▶ p2m (gpa → frame) ──violation──▶ host ─┬─ Targets   how much each VM gets
 *       ▲                                                           ├─ Sharer    which pages become one frame
 *       └──────────────── Balloon ◀─────────────────────────────────┘
 */

export const PAGE_BYTES = 4096;

/** A virtual machine's memory as its processor and its devices reach it. Addresses are guest-physical, in bytes. */
export interface GuestMemory {
  /** Pages at power-on, and after hot-plug. Those that are not there any more read as ones and swallow writes. */
  readonly pages: number;
  /** A word of 32 bits at a multiple of four. */
  read32(gpa: number): number;
  write32(gpa: number, value: number): void;
  /** A device's transfer of a whole page out of memory … */
  readPage(gpn: number, into: Uint8Array): void;
  /** … and into it. */
  writePage(gpn: number, from: Uint8Array): void;
}

/** What the host hears of a guest's balloon. */
export interface BalloonChannel {
  /** The guest will not use these pages: their frames are the host's. One way out of the guest. */
  give(gpns: readonly number[]): void;
  /** The guest wants them back; they hold zeros. */
  take(gpns: readonly number[]): void;
}

/** The driver in the guest. */
export interface Balloon {
  readonly size: number;
  /** Goes towards a size in pages; stops short where the guest has nothing left to give. */
  setTarget(pages: number): void;
}

/** What a VM asks for. */
export interface Claim {
  /** Shares: a right to memory, in proportion. Above 0. */
  readonly shares: number;
  /** Pages that it has when there is enough for all … */
  readonly pages: number;
  /** … and that nobody takes from it. */
  readonly min: number;
  /** The fraction of its pages that it uses, 0 … 1, as sampled. */
  readonly active: number;
}

/** How much each VM gets (Waldspurger 2002, sections 5.1 and 5.2). */
export interface Targets {
  /** Pages for each of the claims, in their order; at most `available` together, unless the minima are more. `tax`: τ, 0 ≤ τ < 1. */
  targets(claims: readonly Claim[], available: number, tax: number): number[];
}

/** What a sharer may ask and order (Waldspurger 2002, section 4.1). Asking costs what it takes. */
export interface SharingPort {
  /** The frame that holds a page. */
  frame(page: number): number;
  /** 32 bits of a frame's content. */
  hash(frame: number): number;
  /** Whether two frames hold the same 4096 bytes. */
  equal(frame: number, other: number): boolean;
  /** Pages that have the frame. */
  users(frame: number): number;
  /** A shared frame is read-only, and stays so until `own`. */
  isShared(frame: number): boolean;
  /** The frame that was remembered under a hash last; null when there is none. Frames that went back to the host are forgotten. */
  find(hash: number): number | null;
  remember(hash: number, frame: number): void;
  /** The page gives its frame back and has the other one, which is shared from now on. */
  share(page: number, frame: number): void;
  /** The page gets a frame of its own with a copy of what it shared. */
  copy(page: number): void;
  /** The page keeps its frame for itself, and may write to it. */
  own(page: number): void;
}

/** Which pages become one, and how they part again. */
export interface Sharer {
  /** Looks at one page that is in memory. */
  scan(page: number, port: SharingPort): void;
  /** A guest writes to a page whose frame is shared. */
  write(page: number, port: SharingPort): void;
}
