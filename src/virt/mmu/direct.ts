/**
 * Direct paging: P walks the guest's own tables, which hold host-physical ("machine") addresses. There is no second set of tables and no
 * hidden fault; in return the guest asks for each change:
 *
 *     guest ── update(entry) ──▶ types and counts of frames (typed-frames.ts) ── harmless ──▶ written      ── else ──▶ refused
 *           ── store ──────────▶ #PF: no table is writable; the guest's to see
 *
 * A guest for this is ported: it knows its machine frames, leaves the slots of the monitor's alone, and lives with WP. Its own view of an
 * address, V's, is of no use to the monitor. (Barham et al. 2003, sec. 3.3.3.)
 */
import type { Gpa, Gva, Hpa } from "../../machine/address.ts";
import { PAGE_MMIO, PAGE_ROM } from "../../machine/bus.ts";
import { BusTables } from "../../machine/mmu/bus-tables.ts";
import { A, D, P, RW } from "../../machine/mmu/formats/bits.ts";
import { paePdpteReserved } from "../../machine/mmu/formats/pae.ts";
import { type TableUse, TypedFrames, type Use } from "../../machine/mmu/typed-frames.ts";
import { loadControl, modeOf } from "./control.ts";
import type { PageFaultVerdict, Pager, PagerFactory, PagerParts } from "./pager.ts";
import { indexOf, leafEntry, writeLeaf } from "./tables.ts";

const PAGE = 4096;
const TWO32 = 4294967296;

export class DirectPager implements Pager {
  readonly #parts: PagerParts;
  readonly #tables: BusTables;
  /** P's root while the guest has none that may be. */
  readonly #nothing: number;
  #frames: TypedFrames;
  #mode: string;
  /** Machine frame of the root in use; 0 for #nothing. */
  #root = 0;
  /** The root's slots with the monitor's pages, from the first one on. */
  #own = { first: 0, entries: [] as number[] };
  /** Frames of the tables below those. */
  #taken: Hpa[] = [];

  constructor(parts: PagerParts) {
    const { bus, frames, machine } = parts;
    this.#parts = parts;
    this.#tables = new BusTables(bus);
    const nothing = frames.take();
    if (nothing === undefined) throw new Error("invariant: the monitor has no frames for page tables");
    this.#nothing = nothing;
    this.#mode = modeOf(machine.cpu);
    this.#frames = this.#anew();
    const { onPageChange } = machine.bus;
    machine.bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      if ((changed & (PAGE_MMIO | PAGE_ROM)) !== 0)
        throw new Error("invariant: a guest with direct paging has devices or ROM among its frames");
    };
  }

  /** Another mode means other tables: every pin is gone, and the guest begins with a new root. */
  control(): void {
    const { machine, processor } = this.#parts;
    if (modeOf(machine.cpu) !== this.#mode) this.adopt();
    else loadControl(processor, machine.cpu);
  }

  adopt(): void {
    this.#mode = modeOf(this.#parts.machine.cpu);
    this.#root = 0;
    this.#frames = this.#anew();
  }

  /** V's CR3 holds the machine address of a root: when it may not be one, the guest has no address space but the monitor's. */
  loadCr3(): void {
    if (!this.newRoot((this.#parts.machine.cpu.cr3 >>> 12) as number)) this.#load(0);
  }

  invalidate(at: Gva): void {
    this.#parts.processor.memory.invalidate(at);
  }

  /** P has walked the guest's own tables: its verdict stands. */
  fault(_at: Gva, error: number): PageFaultVerdict {
    this.#parts.ledger.note("trueFault");
    return { kind: "reflect", error };
  }

  /** Throws an Error: the guest's tables are its own, and its monitor takes no right away behind its back. */
  watch(_page: Gpa, on: boolean): void {
    if (on) throw new Error("a pager with direct paging cannot watch a page: choose one with shadows");
  }

  written(): void {
    // Whoever writes past P writes to no table: these are no device's buffers.
  }

  /** mmu_update: an entry of a table, at its machine address. False when it may not be, and then nothing has changed. */
  update(machineAddress: number, low: number, high = 0): boolean {
    if (!this.#frames.write(machineAddress, low, high)) return false;
    // PAE's roots are in registers: those that were given up must not stay there.
    if (this.#frames.rootUse === "l3" && Math.floor(machineAddress / PAGE) === this.#root) this.#reload();
    return true;
  }

  /** mmuext_op: pins a machine frame as a table of a level, so that it stays checked while no root leads to it. */
  pin(machineFrame: number, use: TableUse): boolean {
    return this.#frames.pin(machineFrame, use);
  }

  unpin(machineFrame: number): boolean {
    return this.#frames.unpin(machineFrame);
  }

  /** mmuext_op: CR3. */
  newRoot(machineFrame: number): boolean {
    if (!this.#frames.take(machineFrame, this.#frames.rootUse)) return false;
    this.#load(machineFrame);
    return true;
  }

  use(machineFrame: number): Use {
    return this.#frames.use(machineFrame);
  }

  /** P uses the root from now on, and no more the one before. */
  #load(machineFrame: number): void {
    const before = this.#root;
    this.#root = machineFrame;
    this.#parts.ledger.pay("addressSpace");
    this.#reload();
    if (before !== 0) this.#frames.drop(before);
  }

  #reload(): void {
    const { processor } = this.#parts;
    processor.cr3 = (this.#root === 0 ? this.#nothing : this.#root * PAGE) | 0;
    processor.cr3High = 0;
    processor.memory.loadCr3(processor.cr3, 0);
    this.#frames.flushed();
  }

  #anew(): TypedFrames {
    const { machine, processor, mmu, bus, ledger, base } = this.#parts;
    bus.ram.fill(0, this.#nothing, this.#nothing + PAGE);
    // Before the format changes: four zero PDPTEs are always valid.
    processor.cr3 = this.#nothing;
    processor.cr3High = 0;
    processor.memory.loadCr3(this.#nothing, 0);
    loadControl(processor, machine.cpu);
    const { format, usesPdptes } = mmu.translation.paging;
    this.#makeOwn();
    const frames = new TypedFrames({
      ...{ bus, ledger, format, base, count: machine.bus.ram.length / PAGE, own: this.#own },
      ...(usesPdptes && { pdpteReserved: paePdpteReserved(machine.profile.physicalBits) }),
      flush: () => {
        processor.memory.flush(true);
        frames.flushed();
      },
    });
    return frames;
  }

  /** The way to the monitor's pages, from the slots of the root that are its own. */
  #makeOwn(): void {
    const { area = [], mmu, frames } = this.#parts;
    const { format, usesPdptes } = mmu.translation.paging;
    for (const frame of this.#taken) frames.give(frame);
    this.#taken = [];
    this.#own = { first: format.indexMask + 1, entries: [] };
    if (area.length === 0) return;
    if (usesPdptes) throw new Error("direct paging under PAE has no slot for a monitor's own pages");
    const halves = area.map(({ at }) => [at | 0, format.depth > 2 ? Math.floor(at / TWO32) : 0] as const);
    const first = Math.min(...halves.map(([low, high]) => indexOf(format, format.depth, low, high)));
    area.forEach(({ frame, writable }, i) => {
      const [low, high] = halves[i] as readonly [number, number];
      const way = { format, memory: this.#tables, root: this.#nothing, pieces: 0 };
      const slot = leafEntry(way, low, high, frames, this.#taken);
      if (slot === undefined) throw new Error("invariant: the monitor has no frames left for its own area");
      writeLeaf(format, this.#tables, slot, frame, P | A | (writable ? RW | D : 0), true);
    });
    const entries = Array.from({ length: format.indexMask + 1 - first }, (_, i) =>
      this.#tables.readEntry(this.#nothing + format.entryBytes * (first + i)),
    );
    this.#own = { first, entries };
  }
}

export const direct: PagerFactory = (parts) => new DirectPager(parts);
