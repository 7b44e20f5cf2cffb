/** What the student of lab 08 writes: a shadow pager that keeps its tables. */

/** A page fault on the real processor, which walks the shadow: at a linear address, by a read or a write, of the user or the kernel. */
export interface Fault {
  readonly address: number;
  readonly write: boolean;
  readonly user: boolean;
}

export type Verdict =
  /** The shadow has what was missing: run the instruction again. */
  | { readonly kind: "retry" }
  /** The guest's own tables forbid it: the guest gets a page fault with this error code. */
  | { readonly kind: "guest"; readonly error: number }
  /** The monitor carries the instruction out: a device, or a write to a table that is traced. */
  | { readonly kind: "emulate" };

/** The guest as its hypervisor sees it. A table is named by its frame. An entry is frame · 4096 plus bits: 1 P, 2 W, 4 U, 32 A, 64 D. */
export interface Guest {
  /** Frame of the directory in CR3. */
  root(): number;
  read(table: number, index: number): number;
  /** Sets bits of an entry. */
  mark(table: number, index: number, bits: number): void;
  /** Whether a frame is memory; else it is a device's, or nothing. */
  isMemory(frame: number): boolean;
}

/** The shadow of one of the guest's tables. Level 2: a directory, level 1: a page table. */
export interface ShadowTable {
  /** Host frame of the shadow. */
  readonly table: number;
  readonly level: 1 | 2;
}

/** A place in a shadow table. */
export interface Place {
  readonly table: number;
  readonly index: number;
}

/** The shadow tables, which the processor walks. Their entries name host frames; bits 1 P, 2 W, 4 U. */
export interface Shadow {
  /** The shadows of a guest's frame: none, one, or one for each level. */
  of(frame: number): readonly ShadowTable[];
  /** Makes an empty shadow of a guest's table; its host frame. */
  make(frame: number, level: 1 | 2): number;
  read(table: number, index: number): number;
  write(table: number, index: number, entry: number): void;
  /** Indices of all entries of a shadow that are not holes. */
  present(table: number): readonly number[];
  /** The places in page tables that map a guest's frame: the reverse map. */
  mappings(frame: number): readonly Place[];
  /** Host frame of a guest's frame of memory. */
  host(frame: number): number;
  /** Whether the monitor is told of what is written to the guest's frame … */
  isTraced(frame: number): boolean;
  /** … and whether it is to be. It works only while no shadow maps the frame writable. */
  trace(frame: number, on: boolean): void;
  /** The guest's frames that have a shadow and are not traced. */
  unsynced(): readonly number[];
  /** CR3 of the real processor: the shadow of a directory. */
  load(table: number): void;
}

export interface ShadowPaging {
  onFault(fault: Fault, guest: Guest, shadow: Shadow): Verdict;
  /** An entry of a traced table was written: by an instruction that the monitor carried out, or by a device. */
  onPtWrite(frame: number, index: number, guest: Guest, shadow: Shadow): void;
  /** The guest has loaded CR3: guest.root() is the new directory. */
  onCr3(guest: Guest, shadow: Shadow): void;
  onInvlpg(address: number, guest: Guest, shadow: Shadow): void;
}
