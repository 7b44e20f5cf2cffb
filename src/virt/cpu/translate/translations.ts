/**
 * Which guest code is translated, and whether it still is what it was:
 *
 *     page with code  ── watched: a write faults, V does it, blocks whose bytes changed go ── often ──▶ checked: blocks compare their
 *                                                                                       bytes themselves, writes are free
 *     an access that faults often, a page table's or a device's ──▶ call-out ── no longer of use ──▶ as it was
 *                                                                                (adaptive: Adams & Agesen 2006, section 4)
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
import type { BlockOnPage, TranslationPolicy } from "./policy.ts";
import { translateBlock } from "./translate.ts";
import type { Translation } from "./translation.ts";

const PAGE = 4096;
/** Writes that changed code of a page, after which its blocks check themselves. */
const MOST_CHANGES = 32;
/** Faults of one instruction, after which it becomes a call-out; call-outs for nothing, after which it becomes itself again. */
const MOST_FAULTS = 4;
const MOST_QUIET = 64;
/** Bytes in front of the blocks: the stub that has one instruction executed by the monitor. */
const FIRST_BLOCK = 16;

interface PageState {
  changes: number;
  checked: boolean;
}

interface Site {
  faults: number;
  /** Call-outs in a row that were of no use. */
  quiet: number;
}

export interface TranslationsOptions {
  /** Guest instructions in a unit. */
  readonly most: number | undefined;
  readonly policy: TranslationPolicy;
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
  readonly #policy: TranslationPolicy;
  readonly #pages = new Map<number, PageState>();
  readonly #sites = new Map<number, Site>();
  /** Instructions that are call-outs because they faulted often. */
  readonly #callouts = new Set<number>();
  /** Writes to pages with code since the last look. */
  #written: { readonly at: number; length: number }[] = [];
  readonly #walk = new Walk();
  readonly #tables: BusTables;

  constructor(host: Host, pager: Pager, area: MonitorArea, options: TranslationsOptions) {
    this.#host = host;
    this.#pager = pager;
    this.#most = options.most;
    this.#policy = options.policy;
    this.#tables = new BusTables(host.machine.bus);
    this.cache = new CodeCache(area, FIRST_BLOCK);
    this.cache.onPage = (page, holds) => this.#watch(page, holds);
    const { bus } = host.machine;
    const noted = bus.onCodeWrite;
    bus.onCodeWrite = (at, length) => {
      noted(at, length);
      const last = this.#written.at(-1);
      if (last !== undefined && last.at + last.length === at) last.length += length;
      else this.#written.push({ at, length });
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
    return translateBlock(fetch, ip, context, {
      ...{ most: this.#most, policy: this.#policy, callouts: this.#callouts, checks },
    });
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
    if (this.#written.length === 0) return false;
    const writes = this.#written;
    this.#written = [];
    const pages = new Set<number>();
    for (const { at, length } of writes)
      for (let from = at; from < at + length; ) {
        const page = from >>> 12;
        const to = Math.min(at + length, (page + 1) * PAGE);
        if (this.#invalidate(from, to - from)) pages.add(page);
        from = to;
      }
    for (const page of pages) this.#countChange(page);
    return true;
  }

  /** Memory within a page may be another one. Whether code was. */
  #invalidate(address: number, length: number): boolean {
    const { bus } = this.#host.machine;
    const page = address >>> 12;
    const blocks = this.cache.blocksOfPage(page);
    if (blocks.length === 0) return false;
    // A page that a device has read in, or that nobody has an idea of: mostly it is what it was.
    if (length === PAGE && blocks.every((one) => isCurrent(one, page, bus.ram))) return false;
    const bytes = Array.from(bus.ram.subarray(address, address + length));
    const verdict = this.#policy.invalidate(
      { address, bytes },
      blocks.flatMap((one) => view(one, page)),
    );
    const [gone, unchained] = [new Set(verdict.blocks), new Set(verdict.unchain)];
    for (const block of blocks) {
      for (const { id } of [...block.incoming]) if (unchained.has(id)) this.cache.unchain(block, id);
      if (gone.has(block.id)) this.cache.drop(block);
    }
    return gone.size > 0;
  }

  /** Code that keeps changing is better checked by itself. Data beside code is not: the stores to it become call-outs. */
  #countChange(page: number): void {
    let state = this.#pages.get(page);
    if (state === undefined) {
      state = { changes: 0, checked: false };
      this.#pages.set(page, state);
    }
    if (++state.changes < MOST_CHANGES || state.checked) return;
    this.#watch(page, false);
    state.checked = true;
    for (const block of this.cache.blocksOfPage(page)) this.cache.invalidate(block);
  }

  /** The instruction at `ip` of a block faulted on a page that is watched, or a device's. */
  faulted(block: Block, ip: number): void {
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

  /** The call-out at `ip` was executed; `useful`: it wrote what is watched, or met a device. */
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
    this.#written = [];
    for (const page of this.cache.physicalPages()) {
      this.#invalidate(page * PAGE, PAGE);
      if (this.cache.blocksOfPage(page).length > 0) this.#watch(page, true);
    }
  }

  flush(): void {
    this.cache.flush();
    this.#written = [];
    this.#pages.clear();
    this.#sites.clear();
    this.#callouts.clear();
  }
}

function view(block: Block, page: number): BlockOnPage[] {
  const incoming = block.incoming.map(({ id }) => id);
  return block.partsOn(page).map(({ at, bytes }) => ({ id: block.id, address: at, bytes, incoming }));
}

/** Memory still holds what the block was made of, as far as it is on that page. */
function isCurrent(block: Block, page: number, ram: Uint8Array): boolean {
  return block.partsOn(page).every(({ at, bytes }) => bytes.every((byte, i) => ram[at + i] === byte));
}
