/**
 * Which guest code is translated, and whether it still is what it was:
 *
 *     page with code  ── watched: a write faults, V does it, blocks whose bytes changed go ── often ──▶ checked: blocks compare their
 *                                                                                       bytes themselves, writes are free
 *     a store that faults often ──▶ call-out ── no longer of use ──▶ as it was            (adaptive: Adams & Agesen 2006, section 4)
 *
 * A block belongs to a linear address and remembers the physical pages that its bytes came from. Whenever the guest may have changed its
 * address space (MOV CR3, INVLPG, CR0, CR4) the pages with code are walked again, and blocks whose page is another one go; between
 * two such events a processor, too, may execute from a TLB entry that is out of date.
 */
import type { Gpa, Gva } from "../../../machine/address.ts";
import { PAGE_CODE, PAGE_MMIO, PAGE_ROM } from "../../../machine/bus.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { BusTables } from "../../../machine/mmu/bus-tables.ts";
import { permits, SYSTEM_FETCH } from "../../../machine/mmu/rights.ts";
import { LEAF, Walk } from "../../../machine/mmu/walk.ts";
import type { Pager } from "../../mmu/pager.ts";
import type { Host } from "../host.ts";
import type { MonitorArea } from "./area.ts";
import type { Block } from "./block.ts";
import { CodeCache } from "./cache.ts";
import type { Context } from "./classify.ts";
import { translateBlock } from "./translate.ts";
import type { Translation } from "./translation.ts";

const PAGE = 4096;
/** Writes to a page with code, after which its blocks check themselves. */
const MOST_PAGE_WRITES = 64;
/** Faults of one store, after which it becomes a call-out; call-outs for nothing, after which it becomes a store again. */
const MOST_FAULTS = 4;
const MOST_QUIET = 64;
/** Bytes in front of the blocks: the stub that has one instruction executed by the monitor. */
const FIRST_BLOCK = 16;

interface PageState {
  writes: number;
  checked: boolean;
}

interface Site {
  faults: number;
  /** Call-outs in a row that wrote nothing that is watched. */
  quiet: number;
}

export interface TranslationCounts {
  blocks: number;
  instructions: number;
  retranslations: number;
  restored: number;
}

export class Translations {
  readonly cache: CodeCache;
  readonly counts: TranslationCounts = { blocks: 0, instructions: 0, retranslations: 0, restored: 0 };
  readonly #host: Host;
  readonly #pager: Pager;
  readonly #most: number | undefined;
  readonly #pages = new Map<number, PageState>();
  readonly #sites = new Map<number, Site>();
  /** Instructions that are call-outs because they faulted often. */
  readonly #callouts = new Set<number>();
  /** Pages with code that were written since the last look. */
  readonly #dirty = new Set<number>();
  readonly #walk = new Walk();
  readonly #tables: BusTables;

  constructor(host: Host, pager: Pager, area: MonitorArea, most: number | undefined) {
    this.#host = host;
    this.#pager = pager;
    this.#most = most;
    this.#tables = new BusTables(host.machine.bus);
    this.cache = new CodeCache(area, FIRST_BLOCK);
    this.cache.onPage = (page, holds) => this.#watch(page, holds);
    const { bus } = host.machine;
    const noted = bus.onCodeWrite;
    bus.onCodeWrite = (at, length) => {
      noted(at, length);
      for (let page = at >>> 12; page * PAGE < at + length; page++) this.#dirty.add(page);
    };
  }

  /** The translation of CS:ip, made if need be; undefined when the instruction cannot be fetched. */
  at(context: Context, ip: number): Block | undefined {
    return this.cache.find(context, ip) ?? this.#translate(context, ip);
  }

  #translate(context: Context, ip: number): Block | undefined {
    let translation = this.#unit(context, ip, false);
    let pages = this.#pagesOf(context, ip, translation);
    if (pages.some(({ physical }) => this.#pages.get(physical)?.checked)) {
      translation = this.#unit(context, ip, true);
      pages = this.#pagesOf(context, ip, translation);
    }
    const { instructions } = translation;
    if (instructions === 0) return undefined;
    this.#host.ledger.pay("translate", 0, instructions);
    this.counts.blocks++;
    this.counts.instructions += instructions;
    return this.cache.add(context, ip, translation, pages);
  }

  #unit(context: Context, ip: number, checks: boolean): Translation {
    const { bus } = this.#host.machine;
    const fetch = (at: number) => {
      const from = this.#physical(context, at);
      return from < 0 || (bus.flags(from as Gpa) & PAGE_MMIO) !== 0 ? -1 : bus.read(from as Gpa, 1);
    };
    return translateBlock(fetch, ip, context, { most: this.#most, callouts: this.#callouts, checks });
  }

  /** As V fetches; −1 where it would fault. */
  #physical({ base }: Context, ip: number): number {
    try {
      return this.#host.machine.cpu.memory.fetch(((base + ip) | 0) as Gva);
    } catch (error) {
      if (error !== FAULT) throw error;
      return -1;
    }
  }

  #pagesOf(context: Context, ip: number, { source }: Translation): Block["pages"] {
    const pages: { linear: number; physical: number }[] = [];
    const ends = source.length === 0 ? [] : [ip, (ip + source.length - 1) | 0];
    for (const at of ends) {
      const linear = (context.base + at) >>> 12;
      if (pages.some((one) => one.linear === linear)) continue;
      pages.push({ linear, physical: this.#physical(context, at) >>> 12 });
    }
    return pages;
  }

  #watch(page: number, holds: boolean): void {
    const { bus } = this.#host.machine;
    if (this.#pages.get(page)?.checked) return;
    if ((bus.flags((page * PAGE) as Gpa) & PAGE_ROM) !== 0) return;
    this.#pager.watch((page * PAGE) as Gpa, holds);
    if (holds) bus.setFlag(page, PAGE_CODE);
    else bus.clearFlag(page, PAGE_CODE);
  }

  /** Whether V has written a page with code since the last look; blocks whose bytes have changed go. */
  settle(): boolean {
    if (this.#dirty.size === 0) return false;
    const pages = [...this.#dirty];
    this.#dirty.clear();
    for (const page of pages) {
      this.#compare(page);
      this.#countWrite(page);
    }
    return true;
  }

  #compare(page: number): void {
    for (const block of this.cache.blocksOfPage(page))
      if (!this.#isCurrent(block)) this.cache.invalidate(block);
  }

  #isCurrent({ context, ip, pages, translation: { source } }: Block): boolean {
    const { bus } = this.#host.machine;
    return source.every((byte, i) => {
      const linear = (context.base + ip + i) | 0;
      const page = pages.find((one) => one.linear === linear >>> 12);
      return (
        page !== undefined && bus.read((page.physical * PAGE + (linear & (PAGE - 1))) as Gpa, 1) === byte
      );
    });
  }

  /** Whatever keeps changing is better checked by itself. */
  #countWrite(page: number): void {
    const blocks = this.cache.blocksOfPage(page);
    if (blocks.length === 0) return;
    let state = this.#pages.get(page);
    if (state === undefined) {
      state = { writes: 0, checked: false };
      this.#pages.set(page, state);
    }
    if (++state.writes < MOST_PAGE_WRITES || state.checked) return;
    this.#watch(page, false);
    state.checked = true;
    for (const block of blocks) this.cache.invalidate(block);
  }

  /** The store at `ip` of a block faulted on a page that is watched. */
  storeFaulted(block: Block, ip: number): void {
    let site = this.#sites.get(ip);
    if (site === undefined) {
      site = { faults: 0, quiet: 0 };
      this.#sites.set(ip, site);
    }
    if (++site.faults < MOST_FAULTS) return;
    site.faults = site.quiet = 0;
    this.#callouts.add(ip);
    this.counts.retranslations++;
    this.cache.invalidate(block);
  }

  /** The call-out at `ip` was executed; `useful`: it wrote what is watched. */
  calledOut(block: Block, ip: number, useful: boolean): void {
    const site = this.#sites.get(ip);
    if (site === undefined || !this.#callouts.has(ip)) return;
    site.quiet = useful ? 0 : site.quiet + 1;
    if (site.quiet < MOST_QUIET) return;
    this.#sites.delete(ip);
    this.#callouts.delete(ip);
    this.counts.restored++;
    this.cache.invalidate(block);
  }

  /** The guest's address space may be another one: blocks whose pages are others now go. */
  remapped(): void {
    for (const linear of this.cache.linearPages()) {
      const physical = this.#mapped(linear);
      for (const block of this.cache.blocksOfLinear(linear))
        if (block.pages.some((page) => page.linear === linear && page.physical !== physical))
          this.cache.invalidate(block);
    }
  }

  /** Physical page that code of a linear page comes from; −1: none. It counts as accessed: its blocks will not say when they are. */
  #mapped(linear: number): number {
    const { machine, ledger } = this.#host;
    const { paging } = machine.mmu.translation;
    if (!paging.enabled) return linear;
    const low = linear << 12;
    const root = paging.rootOf(low);
    if (root < 0) return -1;
    const walk = this.#walk;
    const outcome = walk.run(paging.format, this.#tables, root, low, 0, true);
    ledger.pay("guestWalk", 0, walk.references);
    if (outcome !== LEAF || !permits(walk.rights(paging.format), SYSTEM_FETCH, paging)) return -1;
    walk.markLeaf(paging.format, this.#tables, false);
    const size = 2 ** (paging.format.shifts[walk.level] as number);
    return Math.floor((walk.base(paging.format) + ((low >>> 0) % size)) / PAGE);
  }

  /** V has run by itself, out of our sight: everything is looked at. */
  recheck(): void {
    this.#dirty.clear();
    for (const page of this.cache.physicalPages()) {
      this.#compare(page);
      if (this.cache.blocksOfPage(page).length > 0) this.#watch(page, true);
    }
  }

  flush(): void {
    this.cache.flush();
    this.#dirty.clear();
    this.#pages.clear();
    this.#sites.clear();
    this.#callouts.clear();
  }
}
