/**
 * Shadows after what the guest's tables say: one page's way when it is asked for, and an entry's shadow when the guest has written it.
 */
import type { Gpa } from "../../../machine/address.ts";
import { PAGE_MMIO } from "../../../machine/bus.ts";
import type { Machine } from "../../../machine/machine.ts";
import { RIGHT_DIRTY, RIGHT_EXECUTE, RIGHT_USER, RIGHT_WRITE } from "../../../machine/mmu/rights.ts";
import { type GuestWalk, leafOf } from "../guest-walk.ts";
import { indexOf } from "../tables.ts";
import { GuestEntry } from "./entry.ts";
import type { Shadows } from "./shadows.ts";
import { CLEAN, DIRECT, GUEST, type Role, roleKey, type ShadowTable } from "./table.ts";

const PAGE = 4096;
/** Rights that a way gives or takes. */
export const WAY = RIGHT_WRITE | RIGHT_USER | RIGHT_EXECUTE;

export class Mirror {
  readonly #machine: Machine;
  readonly #guest: GuestWalk;
  readonly #entry = new GuestEntry();

  constructor(machine: Machine, guest: GuestWalk) {
    this.#machine = machine;
    this.#guest = guest;
  }

  /** Makes the way to the page of the last guest walk, at the same address, as far as it is missing. False when all was there. */
  fill(shadows: Shadows, root: ShadowTable, low: number, high: number): boolean {
    const { format } = shadows;
    const guest = this.#guest;
    shadows.room(format.depth);
    const frame = guest.page / PAGE;
    let table = root;
    let changed = false;
    for (let level = format.depth; level > 1; level--) {
      const index = indexOf(format, level, low, high);
      table.writes = 0;
      const child = shadows.table(this.#below(shadows, table, level, index));
      if (shadows.link(table, index, child)) changed = true;
      table = child;
    }
    table.writes = 0;
    // The way may have made a table of the page itself.
    const bits = guest.leaf(shadows.fixed(frame));
    const executable = (guest.rights & RIGHT_EXECUTE) !== 0;
    return shadows.map(table, indexOf(format, 1, low, high), frame, bits, executable) || changed;
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

  /** An entry of the guest's was written: its shadow is what the entry says now, or a hole. */
  follow(shadows: Shadows, table: ShadowTable, index: number): void {
    const machine = this.#machine;
    const { format } = machine.mmu.translation.paging;
    const { tables } = this.#guest;
    const entry = this.#entry;
    const at = table.frame * PAGE + index * format.entryBytes;
    const high = format.entryBytes === 8 ? tables.readEntry(at + 4) : 0;
    entry.read(format, table.level, tables.readEntry(at), high);
    if (table.level > 1) {
      const child = shadows.child(table, index);
      if (child !== undefined && !(entry.usable && this.#keyOf(shadows, table, index) === child.key))
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
