/**
 * Shadows after what the guest's tables say: one page's way when it is asked for, and an entry's shadow when the guest has written it.
 */
import type { Gpa } from "../../../machine/address.ts";
import { PAGE_MMIO } from "../../../machine/bus.ts";
import { SWITCH } from "../../../machine/mmu/agile.ts";
import { P, PS, RW, US } from "../../../machine/mmu/formats/bits.ts";
import { RIGHT_DIRTY, RIGHT_EXECUTE, RIGHT_USER, RIGHT_WRITE } from "../../../machine/mmu/rights.ts";
import { type GuestWalk, leafOf } from "../guest-walk.ts";
import type { PagerParts } from "../pager.ts";
import { indexOf } from "../tables.ts";
import { GuestEntry } from "./entry.ts";
import { fitsLarge, LARGE_LEVEL, largeFrames } from "./large.ts";
import type { NestedPart } from "./nested-part.ts";
import type { Shadows } from "./shadows.ts";
import { CLEAN, DIRECT, GUEST, type Role, roleKey, type ShadowTable } from "./table.ts";

const PAGE = 4096;
/** Rights that a way gives or takes. */
export const WAY = RIGHT_WRITE | RIGHT_USER | RIGHT_EXECUTE;

export class Mirror {
  /** Level of the leaf that the last fill() came to. */
  level = 1;
  /** It went on in the guest's own tables. */
  switched = false;
  readonly #parts: PagerParts;
  readonly #guest: GuestWalk;
  readonly #large: boolean;
  readonly #nested: NestedPart | undefined;
  readonly #entry = new GuestEntry();

  /** `large`: one entry for a large page, where that is possible. `nested`: tables that the processor is to walk itself. */
  constructor(parts: PagerParts, guest: GuestWalk, large: boolean, nested?: NestedPart) {
    this.#parts = parts;
    this.#guest = guest;
    this.#large = large;
    this.#nested = nested;
  }

  /**
   * Makes the way to the page of the last guest walk, at the same address, as far as it is missing. False when all was there. `relinked`
   * is called when a table got a place that it did not have, before what it leads to is mapped.
   */
  fill(shadows: Shadows, root: ShadowTable, low: number, high: number, relinked: () => void): boolean {
    const { format } = shadows;
    const guest = this.#guest;
    shadows.room(format.depth);
    const frame = guest.page / PAGE;
    let table = root;
    let changed = false;
    this.switched = false;
    const executable = (guest.rights & RIGHT_EXECUTE) !== 0;
    for (let level = format.depth; level > 1; level--) {
      const index = indexOf(format, level, low, high);
      table.writes = 0;
      const bits = guest.leaf(false) | PS;
      const first = frame - (frame % largeFrames(format));
      if (level === LARGE_LEVEL && this.#mayBeLarge(shadows, table, index, first, bits)) {
        if (changed) relinked();
        this.level = level;
        return shadows.map(table, index, first, bits, executable) || changed;
      }
      const below = this.#below(shadows, table, level, index);
      if (this.#nested?.has(below)) {
        if (changed) relinked();
        this.level = guest.level;
        this.switched = true;
        const bits =
          ((below.rights & RIGHT_WRITE) !== 0 ? RW : 0) | ((below.rights & RIGHT_USER) !== 0 ? US : 0);
        const runs = (below.rights & RIGHT_EXECUTE) !== 0;
        changed = shadows.switchTo(table, index, below.frame, bits, runs) || changed;
        return this.#nested.fill(this.#guest) || changed;
      }
      const child = shadows.table(below);
      if (shadows.link(table, index, child)) changed = true;
      table = child;
    }
    table.writes = 0;
    if (changed) relinked();
    this.level = 1;
    // The way may have made a table of the page itself.
    const bits = guest.leaf(shadows.fixed(frame));
    return shadows.map(table, indexOf(format, 1, low, high), frame, bits, executable) || changed;
  }

  #mayBeLarge(shadows: Shadows, table: ShadowTable, index: number, first: number, bits: number): boolean {
    if (!this.#large || this.#guest.level < LARGE_LEVEL) return false;
    if (shadows.area.below(LARGE_LEVEL, table.area, index) !== 0) return false;
    return fitsLarge(this.#parts, first, (bits & RW) !== 0, shadows.watched);
  }

  /** What a slot on the way of the last walk is to point to. */
  #below(shadows: Shadows, table: ShadowTable, level: number, index: number): Role {
    const { format, area: areas } = shadows;
    const { walk, level: leaf, rights, page } = this.#guest;
    const area = areas.below(level, table.area, index);
    if (level > leaf) {
      const step = format.depth - level;
      const entry = format.rights(walk.low[step] as number, walk.high[step] as number, 0);
      const next = Math.floor((walk.address[step + 1] as number) / PAGE);
      return { kind: GUEST, frame: next, level: level - 1, rights: table.rights & entry & WAY, area };
    }
    const pages = 2 ** ((format.shifts[level] as number) - 12);
    const first = Math.floor(page / PAGE / pages) * pages;
    const kind = (rights & RIGHT_DIRTY) !== 0 ? DIRECT : CLEAN;
    return { kind, frame: first, level: level - 1, rights: rights & WAY, area };
  }

  /** All of a table's entries that have a shadow, as follow() does; each is a look at the guest's. */
  followAll(shadows: Shadows, table: ShadowTable): void {
    for (let index = 0; index <= shadows.format.indexMask; index++)
      if ((shadows.entry(table, index) & P) !== 0) this.reread(shadows, table, index);
  }

  /** As follow(), where the entry must be looked for: nobody has seen it being written. */
  reread(shadows: Shadows, table: ShadowTable, index: number): void {
    this.#parts.ledger.pay("guestWalk");
    this.follow(shadows, table, index);
  }

  /** The level-1 shadow of a page table of the guest's that an address leads to, undefined where the way ends before. */
  leafTable(shadows: Shadows, root: ShadowTable, low: number, high: number): ShadowTable | undefined {
    const { format } = shadows;
    let table: ShadowTable | undefined = root;
    for (let level = format.depth; level > 1 && table !== undefined; level--)
      table = shadows.child(table, indexOf(format, level, low, high));
    return table?.kind === GUEST ? table : undefined;
  }

  /** An entry of the guest's was written: its shadow is what the entry says now, or a hole. */
  follow(shadows: Shadows, table: ShadowTable, index: number): void {
    const { machine } = this.#parts;
    const { format } = machine.mmu.translation.paging;
    const { tables } = this.#guest;
    const entry = this.#entry;
    const at = table.frame * PAGE + index * format.entryBytes;
    const high = format.entryBytes === 8 ? tables.readEntry(at + 4) : 0;
    entry.read(format, table.level, tables.readEntry(at), high);
    if (table.level > 1) {
      const child = shadows.child(table, index);
      if ((shadows.entry(table, index) & SWITCH) !== 0) shadows.drop(table, index);
      else if (child === undefined) this.#followLarge(shadows, table, index);
      else if (!(entry.usable && this.#keyOf(shadows, table, index) === child.key))
        shadows.drop(table, index);
      return;
    }
    const flags = machine.bus.flags((entry.frame * PAGE) as Gpa);
    if (!entry.usable || (flags & PAGE_MMIO) !== 0 || shadows.area.page(table.area, index) !== undefined) {
      shadows.drop(table, index);
      return;
    }
    const rights = entry.rights & (table.rights | RIGHT_DIRTY);
    const bits = leafOf(rights, shadows.fixed(entry.frame));
    shadows.map(table, index, entry.frame, bits, (rights & RIGHT_EXECUTE) !== 0);
  }

  /** The entry that was read, in a slot without a table: a large leaf there follows while it may be one. */
  #followLarge(shadows: Shadows, table: ShadowTable, index: number): void {
    const { usable, leaf, frame, rights: own } = this.#entry;
    const before = shadows.entry(table, index);
    if (table.level !== LARGE_LEVEL || (before & PS) === 0) return;
    const rights = own & (table.rights | RIGHT_DIRTY);
    const bits = leafOf(rights, false) | PS;
    if (usable && leaf && fitsLarge(this.#parts, frame, (bits & RW) !== 0, shadows.watched))
      shadows.map(table, index, frame, bits, (rights & RIGHT_EXECUTE) !== 0);
    else shadows.drop(table, index);
  }

  /** Key of what the slot is to point to for the entry that was read. */
  #keyOf(shadows: Shadows, table: ShadowTable, index: number): number {
    const { leaf, dirty, frame, rights } = this.#entry;
    return roleKey({
      kind: !leaf ? GUEST : dirty ? DIRECT : CLEAN,
      frame,
      level: table.level - 1,
      rights: table.rights & rights & WAY,
      area: shadows.area.below(table.level, table.area, index),
    });
  }
}
