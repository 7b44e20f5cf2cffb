/**
 * The caching shadow pager: shadows are kept over loads of CR3, and follow the guest's tables because nobody writes to these unseen. A
 * guest's table that has a shadow is mapped read-only ("traced"), so that
 *
 *     store ──P──▶ #PF ──▶ verdict emulate, traced ──▶ V carries it out ──┐
 *     store by V, a device's DMA ─────────────────────────────────────────┴─▶ the guest's bus ──▶ written() ──▶ the entries' shadows
 *
 * and a load of CR3 costs finding the root's shadow. A frame that is a table no more gives itself away: it is written to while no way from
 * the root in use leads there. (Adams & Agesen 2006, sec. 2.4 and 3; the tables by role are KVM's, mmu.rst "Shadow pages".)
 */
import type { Gpa, Gva, Hpa } from "../../../machine/address.ts";
import { PAGE_MMIO, PAGE_ROM, PAGE_TRACED } from "../../../machine/bus.ts";
import { BusTables } from "../../../machine/mmu/bus-tables.ts";
import { P } from "../../../machine/mmu/formats/bits.ts";
import { ERROR_PRESENT, ERROR_WRITE, RIGHT_WRITE } from "../../../machine/mmu/rights.ts";
import { loadControl, modeOf, protectionOf } from "../control.ts";
import { GuestWalk } from "../guest-walk.ts";
import type { PageFaultVerdict, Pager, PagerFactory, PagerParts } from "../pager.ts";
import { indexOf } from "../tables.ts";
import { Mirror, WAY } from "./mirror.ts";
import { NestedPart } from "./nested-part.ts";
import type { TracedOptions } from "./options.ts";
import { Pieces } from "./pieces.ts";
import { Shadows } from "./shadows.ts";
import { DIRECT, GUEST, type ShadowTable } from "./table.ts";
import { Unsynced } from "./unsynced.ts";

const TWO32 = 4294967296;
const PAGE = 4096;
const RETRY: PageFaultVerdict = { kind: "retry" };
const PDPTES = 4;
const LEAST_TABLES = 16;
const NEVER = Number.POSITIVE_INFINITY;

export class TracedPager implements Pager {
  readonly #parts: PagerParts;
  readonly #guest: GuestWalk;
  readonly #tables: BusTables;
  readonly #mirror: Mirror;
  readonly #pieces = new Pieces();
  readonly #most: number;
  readonly #flood: number;
  readonly #prefetch: boolean;
  readonly #unsynced: Unsynced;
  readonly #nested: NestedPart | undefined;
  readonly #relinked = () => this.#unsynced.sync(this.#shadows);
  /** P's PDPT, and a root without anything while formats change. */
  readonly #pdpt: Hpa;
  readonly #watched = new Set<number>();
  #shadows: Shadows;
  /** Bits of V's CR0, CR4 and EFER that say what the guest's entries mean, … */
  #mode = "";
  /** … and that judge them. */
  #protection = "";
  /** The pager itself marks the guest's tables: nothing that shadows do not know. */
  #marking = false;

  /** Throws a RangeError for too few tables. */
  constructor(parts: PagerParts, options: TracedOptions = {}) {
    const { tables = 1024, flood = NEVER, unsync = NEVER, prefetch = false, large = false, agile } = options;
    if (!(tables >= LEAST_TABLES))
      throw new RangeError(`a shadow pager with ${tables} tables: it needs ${LEAST_TABLES} at least`);
    const { machine, ledger, bus, frames } = parts;
    this.#parts = parts;
    this.#guest = new GuestWalk(machine, ledger);
    this.#nested = agile && new NestedPart(parts, agile);
    this.#mirror = new Mirror(parts, this.#guest, large, this.#nested);
    this.#unsynced = new Unsynced(parts, this.#mirror, unsync);
    this.#tables = new BusTables(bus);
    this.#most = tables;
    this.#flood = flood;
    this.#prefetch = prefetch;
    const pdpt = frames.take();
    if (pdpt === undefined) throw new Error("invariant: the monitor has no frames for page tables");
    this.#pdpt = pdpt;
    const { onPageChange } = machine.bus;
    machine.bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      if ((changed & (PAGE_MMIO | PAGE_ROM)) !== 0) this.adopt();
    };
    machine.bus.onTracedWrite = (at, bytes) => this.written(at, bytes);
    this.#shadows = this.#anew();
  }

  adopt(): void {
    this.#unsynced.clear();
    this.#nested?.clear();
    this.#shadows.clear();
    this.#shadows = this.#anew();
  }

  control(): void {
    const { machine, processor } = this.#parts;
    if (modeOf(machine.cpu) !== this.#mode) {
      this.adopt();
      return;
    }
    const protection = protectionOf(machine.cpu);
    if (protection !== this.#protection) this.#shadows.dropLifted();
    this.#protection = protection;
    loadControl(processor, machine.cpu);
    this.#loadRoots(this.#shadows);
  }

  loadCr3(): void {
    this.#parts.ledger.pay("addressSpace");
    this.#nested?.load(this.#shadows);
    this.#loadRoots(this.#shadows);
  }

  invalidate(at: Gva): void {
    const { memory } = this.#parts.processor;
    if (this.#pieces.mayCover(at)) memory.flush(true);
    else memory.invalidate(at);
    this.#reread(at | 0, this.#highOf(at));
  }

  fault(at: Gva, error: number): PageFaultVerdict {
    return this.#guest.noted(this.#resolve(at, at | 0, this.#highOf(at), error));
  }

  watch(page: Gpa, on: boolean): void {
    this.#nested?.watch(Math.floor(page / PAGE), on);
    this.#shadows.watch(Math.floor(page / PAGE), on);
  }

  written(at: Gpa, bytes: number): void {
    if (this.#marking) return;
    const shadows = this.#shadows;
    const frame = Math.floor(at / PAGE);
    const tables = shadows.of(frame);
    if (tables.length === 0) return;
    this.#parts.ledger.pay("tracedWrite");
    if (this.#givesUp(frame)) return;
    const { entryBytes } = shadows.format;
    const first = Math.floor((at % PAGE) / entryBytes);
    const last = Math.floor(((at % PAGE) + bytes - 1) / entryBytes);
    for (const table of tables) {
      table.writes++;
      for (let index = first; index <= last; index++) this.#mirror.follow(shadows, table, index);
    }
  }

  #resolve(at: Gva, low: number, high: number, error: number): PageFaultVerdict {
    const guest = this.#guest;
    const { bus } = this.#parts.machine;
    this.#marking = true;
    const refused = guest.resolve(low, high, error);
    this.#marking = false;
    if (refused !== undefined) return refused;
    const gpa = guest.address(low);
    const flags = bus.flags(gpa);
    const write = (error & ERROR_WRITE) !== 0;
    const refusal = { kind: "emulate", gpa, traced: false } as const;
    if (
      this.#shadows.area.covers(low, high) ||
      (flags & PAGE_MMIO) !== 0 ||
      (write && (flags & PAGE_ROM) !== 0) ||
      !this.#tablesInRam()
    )
      return refusal;
    const frame = Math.floor(gpa / PAGE);
    if (write && (flags & PAGE_TRACED) !== 0 && !this.#letsGo(frame))
      return { kind: "emulate", gpa, traced: true };
    const { depth, shifts } = this.#shadows.format;
    if (write && this.#watched.has(frame)) return refusal;
    const changed = this.#mirror.fill(this.#shadows, this.#rootOf(low), low, high, this.#relinked);
    if (guest.level > this.#mirror.level && guest.level <= depth)
      this.#pieces.add(at, shifts[guest.level] as number);
    // On the guest's own tables P has WP, whatever V has: no entry there can be lifted.
    const lifted = write && (guest.rights & RIGHT_WRITE) === 0;
    if (lifted && this.#mirror.switched) return refusal;
    if (!changed && guest.doubtful && (error & ERROR_PRESENT) !== 0) return guest.violation();
    return RETRY;
  }

  /** INVLPG: the entry's shadow may be old no more. */
  #reread(low: number, high: number): void {
    const shadows = this.#shadows;
    const table = this.#mirror.leafTable(shadows, this.#rootOf(low), low, high);
    if (table === undefined || !(this.#prefetch || this.#unsynced.has(table.frame))) return;
    const index = indexOf(shadows.format, 1, low, high);
    if (this.#prefetch) this.#mirror.reread(shadows, table, index);
    else shadows.drop(table, index);
  }

  #rootOf(low: number): ShadowTable {
    return this.#shadows.roots[this.#usesPdptes ? low >>> 30 : 0] as ShadowTable;
  }

  /** Upper half of an address; 0 outside of 64-bit mode (address.ts). */
  #highOf(at: Gva): number {
    return this.#parts.processor.wide ? Math.floor(at / TWO32) : 0;
  }

  /** A device's registers, or nothing at all, taken for a table: nobody would tell when it changes. */
  #tablesInRam(): boolean {
    const { machine } = this.#parts;
    if (!machine.mmu.translation.paging.enabled) return true;
    const { address, references } = this.#guest.walk;
    for (let step = 0; step < references; step++)
      if ((machine.bus.flags(address[step] as Gpa) & PAGE_MMIO) !== 0) return false;
    return true;
  }

  /** The guest may write to a traced frame, in one way or another. */
  #letsGo(frame: number): boolean {
    const shadows = this.#shadows;
    return (
      this.#givesUp(frame) || this.#unsynced.add(shadows, frame) || this.#nested?.add(shadows, frame) === true
    );
  }

  /** The frame's trace is not worth it any more: its tables are gone. */
  #givesUp(frame: number): boolean {
    const shadows = this.#shadows;
    const tables = shadows.of(frame);
    const flooded = tables.every((table) => table.writes >= this.#flood && !shadows.roots.includes(table));
    if (!flooded && shadows.used(frame)) return false;
    shadows.release(frame);
    return true;
  }

  get #usesPdptes(): boolean {
    return this.#parts.mmu.translation.paging.usesPdptes;
  }

  /** Begins without any shadow, in the format that V's registers ask for. */
  #anew(): Shadows {
    const { machine, processor, bus, mmu } = this.#parts;
    this.#mode = modeOf(machine.cpu);
    this.#protection = protectionOf(machine.cpu);
    this.#pieces.clear();
    bus.ram.fill(0, this.#pdpt, this.#pdpt + PAGE);
    // Before the format changes: four zero PDPTEs are always valid.
    processor.memory.loadCr3(this.#pdpt, 0);
    loadControl(processor, machine.cpu);
    const shadows = new Shadows(this.#parts, mmu.translation.paging.format, this.#most, this.#watched);
    this.#loadRoots(shadows);
    return shadows;
  }

  #loadRoots(shadows: Shadows): void {
    const { processor } = this.#parts;
    shadows.room(PDPTES);
    let root: Hpa;
    if (this.#usesPdptes) {
      const roots = Array.from({ length: PDPTES }, (_, i) => this.#root(shadows, i << 30));
      // SDM Vol. 3, 4.4.1: R/W and U/S of a PDPTE are reserved.
      roots.forEach(({ at }, i) => {
        this.#tables.writeEntry(this.#pdpt + 8 * i, at | P);
      });
      shadows.roots = roots;
      root = this.#pdpt;
    } else {
      const only = this.#root(shadows, 0);
      shadows.roots = [only];
      root = only.at;
    }
    this.#unsynced.sync(shadows);
    processor.cr3 = root;
    processor.cr3High = 0;
    processor.memory.loadCr3(root, 0);
  }

  /** The root for an address; one without anything of the guest's where it has no table in RAM. */
  #root(shadows: Shadows, low: number): ShadowTable {
    const { machine } = this.#parts;
    const { paging } = machine.mmu.translation;
    const { depth } = shadows.format;
    const area = shadows.area.rootOf(low, 0);
    const role = { level: depth, rights: WAY, area };
    if (!paging.enabled)
      return shadows.table({ ...role, kind: DIRECT, frame: this.#usesPdptes ? low >>> 12 : 0 });
    const root = paging.rootOf(low);
    if (root < 0 || (machine.bus.flags(root as Gpa) & PAGE_MMIO) !== 0) return shadows.blank(depth, area);
    return shadows.table({ ...role, kind: GUEST, frame: Math.floor(root / PAGE) });
  }
}

/** For an engine's options. */
export const tracedPager =
  (options: TracedOptions = {}): PagerFactory =>
  (parts) =>
    new TracedPager(parts, options);
