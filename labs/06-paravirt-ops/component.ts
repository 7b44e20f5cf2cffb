/** What the student of lab 06 writes: the monitor's check of a page-table update, the kernel's batching, and the patching of call sites. */

/** What a use of a frame is for. A frame in use as a table is not writable, and a writable one is no table. */
export type Use = "table" | "writable" | "read";

/**
 * A guest asks to write `entry` into a table. Level 2: a directory, whose entries point to page tables. Level 1: a page table.
 * An entry is frame · 4096, plus 1 when it is present and 2 when it is writable.
 */
export interface Update {
  readonly level: 1 | 2;
  /** The table's frame, … */
  readonly table: number;
  /** … and the entry's index in it. */
  readonly index: number;
  readonly entry: number;
}

/** What the monitor knows of the machine's frames. Everything that is asked and done is noted. */
export interface Frames {
  /** Whose frame it is. */
  owner(frame: number): "guest" | "other" | "monitor";
  /** The entry that is there now. */
  read(table: number, index: number): number;
  write(table: number, index: number, entry: number): void;
  /** Counts a use of a frame. False, and nothing is counted, when the frame is in use for what does not go together with it. */
  take(frame: number, use: Use): boolean;
  drop(frame: number, use: Use): void;
}

/** What the kernel does, in its order. */
export type Operation =
  /** From here on requests may wait … */
  | { readonly kind: "enter" }
  /** … until here. May be nested. */
  | { readonly kind: "leave" }
  /** A request for the monitor that may wait. */
  | { readonly kind: "set" | "invlpg"; readonly id: number }
  /** Another page directory: what waits must be done before, and this cannot wait. */
  | { readonly kind: "base"; readonly id: number };

/** Six bytes in the kernel's code that call or jump through a table: FF 15 or FF 25 and a slot's address. */
export interface Site {
  readonly address: number;
  readonly kind: "call" | "jump";
}

/** What the site is to do, once it is known. */
export interface Target {
  /** Where its code is. */
  readonly address: number;
  /** The code without its final RET (C3). */
  readonly body: readonly number[];
  /** The body does the same wherever it stands. */
  readonly movable: boolean;
}

export interface ParavirtOps {
  /** The hypercall's back end: checks the update, does it or refuses it. */
  update(update: Update, frames: Frames): "done" | "refused";
  /** What crosses to the monitor, and when: a list of crossings, each a list of ids. At most `most` of them in one. */
  batch(operations: readonly Operation[], most: number): number[][];
  /** The bytes that take the place of a site's. */
  patch(site: Site, target: Target): number[];
}
