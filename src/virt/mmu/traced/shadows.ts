/**
 * The shadow tables of a guest: one for each of its tables, level and rights of the way there, whatever address spaces it is in.
 *
 *     guest   frame 5, a page table ◀── written to? ── PAGE_TRACED on the guest's bus: the pager is told
 *                   │ GUEST, level 1                    and no shadow maps frame 5 writable: P faults first
 *                   ▼
 *     shadow  host frame, entries like frame 5's ◀── parents ── entries of shadows of page directories
 *
 * Frames that a shadow maps writable are found by the reverse map, so that one that becomes a table can be taken back.
 */
import { PAGE_ROM, PAGE_TRACED } from "../../../machine/bus.ts";
import { SWITCH } from "../../../machine/mmu/agile.ts";
import { BusTables } from "../../../machine/mmu/bus-tables.ts";
import { A, D, P, PS, RW } from "../../../machine/mmu/formats/bits.ts";
import type { EntryFormat } from "../../../machine/mmu/formats/format.ts";
import { LIFTED } from "../guest-walk.ts";
import type { PagerParts } from "../pager.ts";
import { clearEntry, TABLE, writeLeaf } from "../tables.ts";
import { Area } from "./area.ts";
import { largeFrames } from "./large.ts";
import { ReverseMap } from "./reverse-map.ts";
import { BLANK, GUEST, type Role, roleKey, ShadowTable } from "./table.ts";

const PAGE = 4096;
const PAGE_MASK = -4096;

export class Shadows {
  readonly format: EntryFormat;
  readonly area: Area;
  /** What P's CR3, or its PDPTEs, point to: these are never evicted. */
  roots: readonly ShadowTable[] = [];
  readonly #parts: PagerParts;
  readonly #tables: BusTables;
  readonly #most: number;
  /** By role, the one that was not used for longest first; BLANK ones are not among them. */
  readonly #byRole = new Map<number, ShadowTable>();
  /** By their own address. */
  readonly #byPlace = new Map<number, ShadowTable>();
  /** By the guest's frame: those are traced. */
  readonly #ofGuest = new Map<number, ShadowTable[]>();
  readonly #writable: ReverseMap;
  /** Slots that lead to the guest's own tables. */
  readonly #switches = new Set<number>();
  readonly #blanks = new Map<number, ShadowTable>();
  readonly watched: Set<number>;

  /** `most`: tables, besides the BLANK ones. `watched`: frames that watch() knows; others go on with them. */
  constructor(parts: PagerParts, format: EntryFormat, most: number, watched: Set<number>) {
    this.watched = watched;
    this.#parts = parts;
    this.format = format;
    this.#tables = new BusTables(parts.bus);
    this.#most = most;
    this.#writable = new ReverseMap(largeFrames(format));
    this.area = new Area(format, parts.area ?? []);
    for (let level = 1; level <= format.depth; level++)
      for (let number = level === format.depth ? 0 : 1; number <= this.#places(level); number++)
        this.#blanks.set(roleKey(blank(level, number)), this.#make(blank(level, number)));
  }

  /** The way to the monitor's pages where the guest has no table. */
  blank(level: number, number: number): ShadowTable {
    return this.#blanks.get(roleKey(blank(level, number))) as ShadowTable;
  }

  /** Makes sure that `tables` can be made: the ones not used for longest go. */
  room(tables: number): void {
    const { frames } = this.#parts;
    for (const table of this.#byRole.values()) {
      if (this.#byRole.size + tables <= this.#most && frames.left >= tables) return;
      if (!this.roots.includes(table)) this.zap(table);
    }
    if (frames.left < tables) throw new Error("invariant: the monitor has no frames for page tables");
  }

  /** Finds or makes the table for a role; there must be room. The guest's frame is traced from now on. */
  table(role: Role): ShadowTable {
    const key = roleKey(role);
    const known = this.#byRole.get(key);
    if (known !== undefined) {
      this.#byRole.delete(key);
      this.#byRole.set(key, known);
      return known;
    }
    const table = this.#make(role);
    this.#byRole.set(key, table);
    if (role.kind === GUEST) {
      const others = this.#ofGuest.get(role.frame);
      if (others === undefined) this.trace(role.frame);
      this.#ofGuest.set(role.frame, [...(others ?? []), table]);
    }
    return table;
  }

  /** Somebody else wants to see all writes to a frame, or no more. */
  watch(frame: number, on: boolean): void {
    if (!on) this.watched.delete(frame);
    else if (!this.watched.has(frame)) {
      this.watched.add(frame);
      this.#protect(frame);
    }
  }

  /** Nobody may write to the frame directly. */
  fixed(frame: number): boolean {
    const flags = this.#parts.machine.bus.pages[frame] as number;
    return (flags & (PAGE_ROM | PAGE_TRACED)) !== 0 || this.watched.has(frame);
  }

  /** From now on every write to the frame is seen. */
  trace(frame: number): void {
    this.#parts.machine.bus.setFlag(frame, PAGE_TRACED);
    this.#protect(frame);
  }

  /** The shadows of a frame of the guest's. */
  of(frame: number): readonly ShadowTable[] {
    return this.#ofGuest.get(frame) ?? [];
  }

  /** The table that a slot points to; undefined where there is none but the monitor's. */
  child(table: ShadowTable, index: number): ShadowTable | undefined {
    const entry = this.#tables.readEntry(this.#slot(table, index));
    if ((entry & P) === 0) return undefined;
    const child = this.#byPlace.get((entry & PAGE_MASK) >>> 0);
    return child?.kind === BLANK ? undefined : child;
  }

  /** False when it was so already. */
  link(table: ShadowTable, index: number, child: ShadowTable): boolean {
    if (this.child(table, index) === child) return false;
    const slot = this.#slot(table, index);
    this.#forget(table, slot);
    // A large leaf may have been there: its upper half goes too.
    clearEntry(this.format, this.#tables, slot);
    this.#tables.writeEntry(slot, child.at | TABLE);
    child.parents.add(slot);
    this.#parts.ledger.pay("shadowFill");
    return true;
  }

  /** What the slot holds: 0 for a hole. */
  entry(table: ShadowTable, index: number): number {
    return this.#tables.readEntry(this.#slot(table, index));
  }

  /** The slot leads to the guest's own table in a frame, which the processor walks itself; `bits` are the rights of the way. */
  switchTo(table: ShadowTable, index: number, frame: number, bits: number, executable: boolean): boolean {
    const slot = this.#slot(table, index);
    const before = this.#tables.readEntry(slot);
    const at = frame * PAGE + this.#parts.base;
    if (!writeLeaf(this.format, this.#tables, slot, at, bits | P | A | SWITCH, executable)) return false;
    this.#forget(table, slot, before);
    this.#switches.add(slot);
    this.#parts.ledger.pay("shadowFill");
    return true;
  }

  /** Takes all those away. */
  dropSwitches(): void {
    for (const slot of this.#switches) {
      if ((this.#tables.readEntry(slot) & SWITCH) === 0) continue;
      clearEntry(this.format, this.#tables, slot);
      this.#parts.ledger.pay("shadowDrop");
    }
    this.#switches.clear();
    this.#parts.processor.memory.flush(true);
  }

  /**
   * Maps a frame of the guest's in a level-1 table, or with the bit PS the large page that begins with it; `bits`: low half without the
   * frame. False when it was so already.
   */
  map(table: ShadowTable, index: number, frame: number, bits: number, executable: boolean): boolean {
    const { base, ledger } = this.#parts;
    const slot = this.#slot(table, index);
    const before = this.#tables.readEntry(slot);
    if (!writeLeaf(this.format, this.#tables, slot, frame * PAGE + base, bits, executable)) return false;
    ledger.pay("shadowFill");
    this.#forget(table, slot, before);
    if ((bits & RW) !== 0) this.#writable.add(frame, slot, (bits & PS) !== 0);
    return true;
  }

  /** Makes a slot a hole, but for the monitor's. */
  drop(table: ShadowTable, index: number): void {
    const slot = this.#slot(table, index);
    const entry = this.#tables.readEntry(slot);
    if ((entry & P) === 0) return;
    const own = table.level === 1 ? this.area.page(table.area, index) : this.#blankAt(entry);
    if (own !== undefined) return;
    this.#forget(table, slot);
    this.#empty(table, index);
    this.#parts.ledger.pay("shadowDrop");
  }

  /** Takes a table away, wherever it is in use. */
  zap(table: ShadowTable): void {
    const { entryBytes, indexMask } = this.format;
    for (const slot of table.parents)
      this.#empty(this.#byPlace.get(slot & PAGE_MASK) as ShadowTable, (slot & (PAGE - 1)) / entryBytes);
    for (let index = 0; index <= indexMask; index++) this.#forget(table, this.#slot(table, index));
    this.#byRole.delete(table.key);
    if (table.kind === GUEST) {
      const others = this.of(table.frame).filter((one) => one !== table);
      if (others.length > 0) this.#ofGuest.set(table.frame, others);
      else this.#untrace(table.frame);
    }
    this.#give(table);
    this.#parts.ledger.pay("shadowDrop");
  }

  /** Zaps a frame's tables. */
  release(frame: number): void {
    for (const table of this.of(frame)) this.zap(table);
  }

  /** A table of a frame can be reached from P's roots. */
  used(frame: number): boolean {
    const seen = new Set<ShadowTable>();
    const reached = (table: ShadowTable): boolean => {
      if (this.roots.includes(table)) return true;
      if (seen.has(table)) return false;
      seen.add(table);
      for (const slot of table.parents)
        if (reached(this.#byPlace.get(slot & PAGE_MASK) as ShadowTable)) return true;
      return false;
    };
    return this.of(frame).some(reached);
  }

  /** Takes back what was granted because WP, SMEP and SMAP were as they are no more. */
  dropLifted(): void {
    for (const slot of this.#writable.all()) {
      const entry = this.#tables.readEntry(slot);
      if ((entry & LIFTED) === 0) continue;
      this.#writable.delete(this.#frameOf(entry), slot, (entry & PS) !== 0);
      clearEntry(this.format, this.#tables, slot);
      this.#parts.ledger.pay("shadowDrop");
    }
  }

  /** Gives everything back. */
  clear(): void {
    for (const frame of this.#ofGuest.keys()) this.#parts.machine.bus.clearFlag(frame, PAGE_TRACED);
    const { size } = this.#byRole;
    if (size > 0) this.#parts.ledger.pay("shadowDrop", 0, size);
    for (const table of this.#byPlace.values()) this.#parts.frames.give(table.at);
    for (const map of [this.#byRole, this.#byPlace, this.#ofGuest, this.#blanks]) map.clear();
    this.roots = [];
  }

  #places(level: number): number {
    return (this.area.places[level] as readonly string[]).length;
  }

  #slot(table: ShadowTable, index: number): number {
    return table.at + index * this.format.entryBytes;
  }

  #make(role: Role): ShadowTable {
    const at = this.#parts.frames.take();
    if (at === undefined) throw new Error("invariant: the monitor has no frames for page tables");
    const table = new ShadowTable(role, at);
    this.#byPlace.set(at, table);
    for (const index of this.area.slots(role.level, role.area)) this.#empty(table, index);
    return table;
  }

  #give(table: ShadowTable): void {
    this.#byPlace.delete(table.at);
    this.#parts.frames.give(table.at);
  }

  /** A hole, or what belongs there of the monitor's. */
  #empty(table: ShadowTable, index: number): void {
    const slot = this.#slot(table, index);
    const page = table.level === 1 ? this.area.page(table.area, index) : undefined;
    const below = table.level === 1 ? 0 : this.area.below(table.level, table.area, index);
    if (page !== undefined)
      writeLeaf(this.format, this.#tables, slot, page.frame, P | A | (page.writable ? RW | D : 0), true);
    else {
      clearEntry(this.format, this.#tables, slot);
      if (below !== 0) this.#tables.writeEntry(slot, this.blank(table.level - 1, below).at | TABLE);
    }
  }

  /** What the slot held, `entry`, is there no more. */
  #forget(table: ShadowTable, slot: number, entry = this.#tables.readEntry(slot)): void {
    if ((entry & P) === 0) return;
    const large = table.level > 1 && (entry & PS) !== 0;
    if (table.level > 1 && !large) this.#byPlace.get((entry & PAGE_MASK) >>> 0)?.parents.delete(slot);
    else if ((entry & RW) !== 0) this.#writable.delete(this.#frameOf(entry), slot, large);
  }

  /** The guest's frame that a leaf maps, or begins with. */
  #frameOf(entry: number): number {
    return (((entry & PAGE_MASK) >>> 0) - this.#parts.base) / PAGE;
  }

  /** The BLANK table that an entry leads to, if it does. */
  #blankAt(entry: number): ShadowTable | undefined {
    const table = this.#byPlace.get((entry & PAGE_MASK) >>> 0);
    return table?.kind === BLANK ? table : undefined;
  }

  /** P's TLB may know the frame writable even where no shadow does any more. A large page is read-only as a whole: a write brings pieces. */
  #protect(frame: number): void {
    for (const slot of this.#writable.of(frame)) {
      const entry = this.#tables.readEntry(slot);
      if ((entry & LIFTED) !== 0) clearEntry(this.format, this.#tables, slot);
      else this.#tables.writeEntry(slot, entry & ~(RW | D));
      this.#writable.delete(this.#frameOf(entry), slot, (entry & PS) !== 0);
    }
    this.#parts.processor.memory.flush(true);
  }

  #untrace(frame: number): void {
    this.#ofGuest.delete(frame);
    this.#parts.machine.bus.clearFlag(frame, PAGE_TRACED);
  }
}

function blank(level: number, area: number): Role {
  return { kind: BLANK, frame: 0, level, rights: 0, area };
}
