/**
 * Tables out of sync: a page table of the guest's that it writes to often is left to it, and its shadow may fall behind. That is what a
 * TLB may do too, up to INVLPG or MOV CR3 (SDM Vol. 3, 4.10.4), so that nobody can tell:
 *
 *     traced ── the guest writes ──▶ unsynced: writable; its shadow is as it was
 *        ▲                               │ INVLPG: that entry alone is read again
 *        └── MOV CR3, or a new way leads to it: read again, write-protected ──┘
 *
 * Only of level 1: what is above decides for too much. A way that is new must see the table as it is, for no TLB knows anything of it.
 * (KVM's "unsync" pages, Linux 2.6.28, Documentation/virt/kvm/x86/mmu.rst "Synchronized and unsynchronized pages".)
 */
import { PAGE_TRACED } from "../../../machine/bus.ts";
import type { PagerParts } from "../pager.ts";
import type { Mirror } from "./mirror.ts";
import type { Shadows } from "./shadows.ts";

export class Unsynced {
  readonly #frames = new Set<number>();
  readonly #parts: PagerParts;
  readonly #mirror: Mirror;
  readonly #after: number;

  /** `after`: so many writes to a table with nothing filled in between; the last one finds it writable. */
  constructor(parts: PagerParts, mirror: Mirror, after: number) {
    this.#parts = parts;
    this.#mirror = mirror;
    this.#after = after;
  }

  has(frame: number): boolean {
    return this.#frames.has(frame);
  }

  /** A traced frame is about to be written to: true when it is the guest's from now on. */
  add(shadows: Shadows, frame: number): boolean {
    if (shadows.watched.has(frame)) return false;
    if (!shadows.of(frame).every(({ level, writes }) => level === 1 && writes + 1 >= this.#after))
      return false;
    this.#frames.add(frame);
    this.#parts.machine.bus.clearFlag(frame, PAGE_TRACED);
    return true;
  }

  /** Brings those in line that P's roots lead to. */
  sync(shadows: Shadows): void {
    for (const frame of this.#frames) {
      const tables = shadows.of(frame);
      if (tables.length === 0) this.#frames.delete(frame);
      else if (shadows.used(frame)) {
        this.#frames.delete(frame);
        // First the trace: what is read must not change behind it.
        shadows.trace(frame);
        for (const table of tables) this.#mirror.followAll(shadows, table);
      }
    }
  }

  clear(): void {
    this.#frames.clear();
  }
}
