/** What the student of lab 10 writes: how much memory each machine gets, and which pages become one, and how they part again. */

/** What a machine asks for. */
export interface Claim {
  /** Its right to memory, in proportion to the others'. Above 0. */
  readonly shares: number;
  /** Pages that it has when there is enough for all … */
  readonly pages: number;
  /** … and that nobody takes from it. */
  readonly min: number;
  /** The fraction of its pages that it uses, 0 … 1. */
  readonly active: number;
}

/** What the host lets you ask and order while it looks for equal pages. A page is a machine's, a frame is the host's. Asking costs what it takes. */
export interface Sharing {
  /** The frame that holds a page. */
  frame(page: number): number;
  /** 32 bits of a frame's content, as it is now. */
  hash(frame: number): number;
  /** Whether two frames hold the same 4096 bytes. */
  equal(frame: number, other: number): boolean;
  /** A shared frame is read-only: its content does not change. */
  isShared(frame: number): boolean;
  /** The frame that was remembered under a hash last; null when there is none. */
  find(hash: number): number | null;
  /** From now on `find` gives this frame for the hash. */
  remember(hash: number, frame: number): void;
  /** The page gives its own frame back and has the other one, which is shared from now on. */
  share(page: number, frame: number): void;
}

/** … and when a machine wants to write to a page that is shared. */
export interface Parting {
  /** The frame that holds a page. */
  frame(page: number): number;
  /** How many pages have the frame. */
  users(frame: number): number;
  /** The page gets a frame of its own with a copy of what it shared. */
  copy(page: number): void;
  /** The page's frame is not shared any more, and may be written. */
  own(page: number): void;
}

export interface MemoryManagement {
  /** Pages for each of the claims, in their order. `tax`: what a page costs more that is not used, 0 ≤ tax < 1. */
  targets(claims: readonly Claim[], available: number, tax: number): number[];
  /** The host looks at a page: is there another one like it? */
  scan(page: number, sharing: Sharing): void;
  /** A machine wants to write to a page whose frame is shared. */
  write(page: number, parting: Parting): void;
}
