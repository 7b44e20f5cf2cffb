/**
 * What the student of lab 09 writes: the walk through nested tables, the walk in two dimensions, the look-up and the flushes of a tagged
 * TLB, and the hypervisor's answer to a violation.
 *
 * Everything is small. Memory is made of words, a page has sixteen of them, a table is a page and an entry a word: so each level takes
 * one hexadecimal digit of an address, and the last digit is the place in the page.
 *
 *     address with three levels    3 a 7 2          entry    1 a 0 │ 7
 *                                  │ │ │ └ word              frame │ L X W R    nested
 *                       level      3 2 1                           │ L U W P    guest's
 */

export type Access = "read" | "write" | "fetch";

/** Tables: the root's address, and from how many levels an address is translated, 0 to 4. The root's are the highest. */
export interface Tables {
  readonly root: number;
  readonly levels: number;
}

/** The host's memory, by host-physical address. Each read is a memory reference, and noted. */
export interface Memory {
  read(at: number): number;
}

/** What nested tables say of a guest-physical address. */
export type Nested =
  | {
      readonly kind: "page";
      /** The host-physical address of the word. */
      readonly hpa: number;
      /** Words of the page. */
      readonly size: number;
      readonly writable: boolean;
      readonly executable: boolean;
    }
  | { readonly kind: "violation"; readonly gpa: number; readonly access: Access }
  | { readonly kind: "misconfiguration"; readonly gpa: number };

export interface Request {
  /** Linear address. */
  readonly linear: number;
  readonly access: Access;
  /** By the guest's user; else by its kernel. */
  readonly user: boolean;
}

/** What becomes of a request. */
export type Walked =
  | {
      readonly kind: "page";
      readonly hpa: number;
      readonly size: number;
      readonly writable: boolean;
      readonly executable: boolean;
      readonly user: boolean;
    }
  /** The guest's own page fault. `present`: something is there, but it may not be used so. */
  | { readonly kind: "fault"; readonly present: boolean }
  /** An exit. `final`: it was about the page itself, and not about one of the guest's tables. */
  | { readonly kind: "violation"; readonly gpa: number; readonly access: Access; readonly final: boolean }
  | { readonly kind: "misconfiguration"; readonly gpa: number };

/** Whose translations are wanted: the virtual processor's, the process's, and the root of the nested tables. VPID 0 and EPT 0 are the host. */
export interface Context {
  readonly vpid: number;
  readonly pcid: number;
  readonly ept: number;
}

/** A translation in the TLB, with its tags. */
export interface Entry extends Context {
  /** Linear address of the page's first word. */
  readonly page: number;
  readonly size: number;
  /** The guest marked it global. */
  readonly global: boolean;
}

/** What drops entries. The first two are the guest's instructions, and run in a context; the others are the hypervisor's. */
export type Flush =
  | { readonly kind: "cr3"; readonly vpid: number; readonly pcid: number; readonly keep: boolean }
  | { readonly kind: "invlpg"; readonly vpid: number; readonly pcid: number; readonly linear: number }
  | { readonly kind: "invvpid-address"; readonly vpid: number; readonly linear: number }
  | { readonly kind: "invvpid-single" | "invvpid-retaining-globals"; readonly vpid: number }
  | { readonly kind: "invvpid-all" }
  | { readonly kind: "invept-single"; readonly ept: number }
  | { readonly kind: "invept-all" };

/** A part of the guest's memory, and where it is in the host's. All three are multiples of a page. */
export interface Slot {
  readonly gpa: number;
  readonly hpa: number;
  readonly words: number;
  readonly writable: boolean;
}

/** The hypervisor's own access to the host's memory. */
export interface Host extends Memory {
  write(at: number, entry: number): void;
  /** A fresh page of zeros: its address. */
  take(): number;
}

export interface NestedPaging {
  /** One address through the nested tables. */
  nestedWalk(gpa: number, access: Access, ept: Tables, memory: Memory): Nested;
  /** A linear address through both: the guest's tables are in guest-physical memory. */
  walk(request: Request, guest: Tables, ept: Tables, memory: Memory): Walked;
  /** The index of the entry that translates the address in this context, or null. */
  lookup(entries: readonly Entry[], linear: number, now: Context): number | null;
  /** The indexes of the entries that go. */
  flush(entries: readonly Entry[], what: Flush): number[];
  /** Gives the guest its memory, or leaves the access to the device emulation. */
  onViolation(
    gpa: number,
    access: Access,
    ept: Tables,
    slots: readonly Slot[],
    host: Host,
  ): "retry" | "emulate";
}
