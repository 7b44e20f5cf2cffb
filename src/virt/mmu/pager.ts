/**
 * The contract of the mmu room: who makes a guest's page tables true on a processor that knows host-physical addresses only.
 *
 *     guest virtual ──guest's tables──▶ guest physical ──+ base──▶ host physical
 *           └──────────── the pager's tables, which P's CR3 holds ──────▲
 *
 * V is the virtual processor, what the guest believes (machine.cpu); P the one that executes. The engine tells the pager what the
 * guest does to its control registers, after V has taken it up; the pager writes P's.
 */
import type { Gpa, Gva, Hpa } from "../../machine/address.ts";
import type { Bus } from "../../machine/bus.ts";
import type { Cpu } from "../../machine/cpu/cpu.ts";
import type { Frames } from "../../machine/frames.ts";
import type { Ledger } from "../../machine/ledger.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Mmu } from "../../machine/mmu/mmu.ts";
import type { SecondDimension } from "../../machine/mmu/nested.ts";

export type PageFaultVerdict =
  /** It was the pager's own affair (a "hidden" fault): run the instruction again. */
  | { readonly kind: "retry" }
  /** The guest's own tables do not permit the access: #PF with this error code is the guest's to see. */
  | { readonly kind: "reflect"; readonly error: number }
  /**
   * No mapping may satisfy the access: a device, ROM, a page that the monitor watches, or the monitor's own area. The engine lets V
   * carry the instruction out. `gpa`: where the access goes.
   */
  | {
      readonly kind: "emulate";
      readonly gpa: Gpa;
      /** The access writes to one of the guest's page tables that the pager keeps write-protected. It is told of the store by the bus. */
      readonly traced: boolean;
    };

/** A page of the monitor's that appears in every address space, supervisor only. */
export interface AreaPage {
  readonly at: Gva;
  readonly frame: Hpa;
  readonly writable: boolean;
}

/** An access that the second dimension does not permit, or has no page for. */
export interface Violation {
  readonly gpa: Gpa;
  readonly write: boolean;
  readonly fetch: boolean;
}

/**
 * The second dimension's tables, of a pager that has some: the guest's own tables are then in force on P, as P's EPT or NPT wants them.
 * Control registers, MOV CR3, INVLPG and page faults are the guest's own business.
 */
export interface NestedTables extends Omit<SecondDimension, "refuse"> {
  readonly kind: "ept" | "npt";
  readonly root: Hpa;
  /** EPT's accessed and dirty flags are in use. */
  readonly marks: boolean;
  /** EPT violation, nested page fault: run the instruction again, or let V carry it out. */
  violation(violation: Violation): "retry" | "emulate";
}

export interface Pager {
  readonly nested?: NestedTables;
  /** V's CR0, CR4 or EFER changed, and CR3 may have. Sets P's, with paging on. */
  control(): void;
  /** V's CR3 was loaded, whether it changed or not: stale translations but those of global pages end here. Also for INVPCID. */
  loadCr3(): void;
  /** V's state and memory are other ones (a snapshot was loaded): nothing that the pager knew holds. */
  adopt(): void;
  /** INVLPG. `at` as addresses are (Gva). */
  invalidate(at: Gva): void;
  /** A page fault on P, at the linear address with this error code (SDM Vol. 3, 4.7). */
  fault(at: Gva, error: number): PageFaultVerdict;
  /** The guest's page is to be watched, or no more: while it is, every write to it comes as a fault, with the verdict "emulate". */
  watch(page: Gpa, on: boolean): void;
  /**
   * Guest-physical memory was written by other ways than P: what is watched there is looked at again. The guest's bus tells the pager of what V
   * and devices write (PAGE_TRACED in bus.ts); an engine calls this only for what it writes past the bus.
   */
  written(at: Gpa, bytes: number): void;
}

export interface PagerParts {
  /** Its `cpu` is V, its bus the guest's memory. */
  readonly machine: Machine;
  /** P and its memory. */
  readonly processor: Cpu;
  readonly mmu: Mmu;
  /** The host's memory. */
  readonly bus: Bus;
  /** Host-physical address of guest-physical 0. */
  readonly base: number;
  /** For tables. */
  readonly frames: Frames;
  readonly ledger: Ledger;
  readonly area?: readonly AreaPage[];
  /** Pages outside of the guest's memory that it may touch by itself: a device's that is its own. */
  readonly assigned?: AssignedToGuest;
}

export interface AssignedToGuest {
  at(page: Gpa): Hpa | undefined;
  /** Translations of the page must go; the pager sets it. */
  onChange: (page: Gpa) => void;
}

export type PagerFactory = (parts: PagerParts) => Pager;
