/** What the student of lab 07 writes: a page walker, a TLB's lookup, replacement and flushes, and the placement of segments. */

/** Page tables of any depth. A table has 2^indexBits entries of `entryBytes`; pages at level 1 have 4096 bytes. */
export interface Format {
  readonly levels: number;
  readonly indexBits: number;
  readonly entryBytes: number;
}

export interface Access {
  /** Address of the table of the highest level: what CR3 holds. */
  readonly root: number;
  readonly address: number;
  readonly write: boolean;
  /** By the user; otherwise by the supervisor, with CR0.WP set. */
  readonly user: boolean;
}

/**
 * Physical memory as the walker sees it, entry by entry. An entry: bit 0 P present, 1 W writable, 2 U user, 5 A accessed, 6 D dirty, 7 PS large;
 * from bit 12 up the frame's address. Addresses and entries may be larger than 32 bits.
 */
export interface Tables {
  read(at: number): number;
  write(at: number, entry: number): void;
}

export type Translation =
  | { readonly kind: "page"; readonly physical: number /** Bytes of the page. */; readonly size: number }
  | { readonly kind: "fault"; readonly error: number };

/** One way of a fully associative TLB. */
export interface Way {
  readonly valid: boolean;
  /** Address of the page divided by its size. */
  readonly page: number;
  /** In bytes. */
  readonly size: number;
  /** The address space that it was translated in. */
  readonly space: number;
  readonly global: boolean;
  /** Time of its last use. */
  readonly used: number;
}

export interface Request {
  readonly address: number;
  readonly space: number;
}

export type Flush =
  | { readonly kind: "page"; readonly address: number; readonly space: number }
  | { readonly kind: "space"; readonly space: number }
  | { readonly kind: "all" };

/** A segment's place in memory: bytes base … base + bytes − 1. */
export interface Partition {
  readonly base: number;
  readonly bytes: number;
}

export type Fit = "first" | "best" | "worst";

export interface PagingAndTlb {
  /** Follows an address through the tables, and marks them. */
  walk(access: Access, format: Format, tables: Tables): Translation;
  /** The way that translates an address, if any. */
  lookup(ways: readonly Way[], request: Request): number | null;
  /** The way that is to be used next. */
  victim(ways: readonly Way[]): number;
  /** Which ways are not valid any more. */
  flush(ways: readonly Way[], command: Flush): number[];
  /** Where a new segment goes, if anywhere. */
  place(partitions: readonly Partition[], memory: number, bytes: number, fit: Fit): number | null;
}
