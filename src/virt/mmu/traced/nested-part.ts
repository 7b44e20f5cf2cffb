/**
 * Agile paging: where the guest keeps writing to a table, the processor walks that table itself, and what is below it, under nested tables;
 * above, where little changes, it walks shadows. After a while all goes back to shadows, and what still churns comes here again. (Gandhi, Hill
 * and Swift, ISCA 2016, sections III and IV; the policy is their simple one, with loads of CR3 in place of seconds.)
 */
import type { Gpa } from "../../../machine/address.ts";
import { PAGE_TRACED } from "../../../machine/bus.ts";
import type { GuestWalk } from "../guest-walk.ts";
import { NestedPager } from "../nested.ts";
import type { PagerParts } from "../pager.ts";
import type { Shadows } from "./shadows.ts";
import { GUEST, type Role } from "./table.ts";

const PAGE = 4096;

export interface AgileOptions {
  /** After so many writes to a table with nothing filled in between, the processor walks it. */
  readonly after: number;
  /** After so many loads of CR3 all tables are shadowed again. */
  readonly interval: number;
}

export class NestedPart {
  readonly #nested: NestedPager;
  readonly #options: AgileOptions;
  readonly #frames = new Set<number>();
  #loads = 0;

  constructor(parts: PagerParts, options: AgileOptions) {
    this.#options = options;
    this.#nested = new NestedPager(parts, {});
    const { format, root } = this.#nested.nested;
    parts.mmu.setAgile({ format, root });
    // What is traced must not be written by this way either.
    const { bus } = parts.machine;
    const { onPageChange } = bus;
    bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      if ((changed & PAGE_TRACED) !== 0) this.watch(page, ((bus.pages[page] as number) & PAGE_TRACED) !== 0);
    };
  }

  /** Nobody may write to the frame directly, or no more. */
  watch(frame: number, on: boolean): void {
    this.#nested.watch((frame * PAGE) as Gpa, on);
  }

  /** The processor is to walk the guest's own table in place of this shadow. */
  has({ kind, frame, area }: Role): boolean {
    return kind === GUEST && area === 0 && this.#frames.has(frame);
  }

  /** A traced frame is about to be written to: true when it is the guest's from now on. No root: CR3 leads to shadows. */
  add(shadows: Shadows, frame: number): boolean {
    const churns = shadows
      .of(frame)
      .every(
        (table) =>
          table.area === 0 && table.writes + 1 >= this.#options.after && !shadows.roots.includes(table),
      );
    if (!churns || shadows.watched.has(frame)) return false;
    shadows.release(frame);
    this.#frames.add(frame);
    return true;
  }

  /** Makes what the last guest walk read, and where it led, known to the nested tables. False when all was there. */
  fill({ walk, page }: GuestWalk): boolean {
    let changed = false;
    const touch = (at: number) => {
      if (this.#nested.maps(at as Gpa)) return;
      this.#nested.nested.violation({ gpa: at as Gpa, write: false, fetch: false });
      changed = true;
    };
    for (let step = 0; step < walk.references; step++) touch(walk.address[step] as number);
    touch(page);
    return changed;
  }

  /** MOV CR3. */
  load(shadows: Shadows): void {
    if (++this.#loads < this.#options.interval || this.#frames.size === 0) return;
    this.#loads = 0;
    this.#frames.clear();
    shadows.dropSwitches();
  }

  /** Nothing that was known holds. */
  clear(): void {
    this.#frames.clear();
    this.#nested.adopt();
  }
}
