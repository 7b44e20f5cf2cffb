/**
 * The translation cache: blocks one after the other; what was invalidated leaves a hole, and when the end is reached everything is
 * thrown away (Adams & Agesen 2006 do not say how VMware made room; this is the simplest way that is known to work).
 *
 *     (context, ip) ──▶ block ◀── links of chained branches
 *                         │
 *            its pages, linear and physical: a write to the one, a new mapping of the other end it
 */
import type { MonitorArea } from "./area.ts";
import { Block, type Link } from "./block.ts";
import type { Context } from "./classify.ts";
import { BadTranslation, type WayOut } from "./policy.ts";
import { CALLOUT, type Translation } from "./translation.ts";

/** The call-out that stands in a chained branch's place before it is chained. */
const UNCHAINED = [0xcd, CALLOUT.translate, 0x90, 0x90, 0x90];

export class CodeCache {
  readonly #area: MonitorArea;
  readonly #byContext = new Map<Context, Map<number, Block>>();
  /** In the order of their places. */
  #blocks: Block[] = [];
  readonly #byPhysical = new Map<number, Set<Block>>();
  readonly #byLinear = new Map<number, Set<Block>>();
  #end = 0;
  #made = 0;
  #links = 0;
  readonly #from: number;
  #returnContext: Context | undefined;
  /** A physical page has its first block, or has lost its last one. */
  onPage: (page: number, holds: boolean) => void = () => {};
  flushes = 0;
  invalidations = 0;
  chained = 0;

  /** `from`: the offset of the first byte for blocks. */
  constructor(area: MonitorArea, from: number) {
    this.#area = area;
    this.#from = from;
    this.#end = from;
  }

  get bytes(): number {
    return this.#end - this.#from;
  }

  /** By rising place. */
  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  get size(): number {
    return this.#blocks.length;
  }

  find(context: Context, ip: number): Block | undefined {
    return this.#byContext.get(context)?.get(ip);
  }

  /** The block that an address (offset in the cache) lies in. */
  at(offset: number): Block | undefined {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((blocks[middle] as Block).start <= offset) low = middle + 1;
      else high = middle;
    }
    return blocks[low - 1];
  }

  /** Puts a translation into the cache; everything else may have to go for it. */
  add(context: Context, ip: number, translation: Translation, pages: Block["pages"]): Block {
    const { bytes } = translation;
    if (this.#from + bytes.length > this.#area.cacheBytes)
      throw new Error(`invariant: a unit of ${bytes.length} bytes does not fit into an empty code cache`);
    if (this.#end + bytes.length > this.#area.cacheBytes) this.flush();
    const block = new Block(this.#made++, context, ip, this.#end, translation, pages);
    this.#area.write(block.start, bytes);
    this.#end += bytes.length;
    this.#blocks.push(block);
    let byIp = this.#byContext.get(context);
    if (byIp === undefined) {
      byIp = new Map();
      this.#byContext.set(context, byIp);
    }
    byIp.set(ip, block);
    for (const { linear, physical } of pages) {
      add(this.#byLinear, linear, block);
      if (add(this.#byPhysical, physical, block)) this.onPage(physical, true);
    }
    return block;
  }

  /** Where the branch can be chained, and how. */
  wayOut({ block, exit }: Link): WayOut {
    const target = exit.target >>> 0;
    return exit.jcc === undefined
      ? { target, form: "jump", place: (block.address + exit.offset) >>> 0 }
      : { target, form: "displacement", place: (block.address + exit.jcc) >>> 0 };
  }

  /** From now on the branch goes to the block itself: these bytes make it. Throws a BadTranslation when they do not fit. */
  chain({ block, exit }: Link, to: Block, bytes: readonly number[]): void {
    const room = exit.jcc === undefined ? UNCHAINED.length : 4;
    if (bytes.length !== room)
      throw new BadTranslation(`chain returned ${bytes.length} bytes where there is room for ${room}`);
    this.#area.write(block.start + (exit.jcc ?? exit.offset), bytes);
    const id = this.#links++;
    to.incoming.push({ block, exit, id });
    block.outgoing.push({ to, id });
    this.chained++;
  }

  /** Indirect branches find the block by themselves. The return table is of one context. */
  remember(block: Block): void {
    if (block.context !== this.#returnContext) {
      this.#area.clearReturns();
      this.#returnContext = block.context;
    }
    this.#area.setReturn(block.ip, block.address);
  }

  /** With all that leads to it. */
  invalidate(block: Block): void {
    if (!block.valid) return;
    this.drop(block);
    for (const { id } of [...block.incoming]) this.unchain(block, id);
  }

  /** One of the branches that lead to the block calls out again. */
  unchain(block: Block, id: number): void {
    const link = forget(block.incoming, id);
    if (link === undefined) return;
    const { block: from, exit } = link;
    forget(from.outgoing, id);
    if (exit.jcc === undefined) this.#area.write(from.start + exit.offset, UNCHAINED);
    else this.#area.write(from.start + exit.jcc, little(exit.offset - (exit.jcc + 4)));
  }

  /** It is found no more; branches that are chained to it still lead there. */
  drop(block: Block): void {
    if (!block.valid) return;
    block.valid = false;
    this.invalidations++;
    for (const { to, id } of block.outgoing) forget(to.incoming, id);
    block.outgoing.length = 0;
    this.#byContext.get(block.context)?.delete(block.ip);
    this.#area.forgetReturn(block.ip);
    for (const { linear, physical } of block.pages) {
      remove(this.#byLinear, linear, block);
      if (remove(this.#byPhysical, physical, block)) this.onPage(physical, false);
    }
  }

  flush(): void {
    this.flushes++;
    for (const page of this.#byPhysical.keys()) this.onPage(page, false);
    for (const block of this.#blocks) block.valid = false;
    this.#blocks = [];
    this.#byContext.clear();
    this.#byPhysical.clear();
    this.#byLinear.clear();
    this.#area.clearReturns();
    this.#end = this.#from;
  }

  blocksOfPage(physical: number): Block[] {
    return [...(this.#byPhysical.get(physical) ?? [])];
  }

  /** Linear pages with blocks. */
  linearPages(): number[] {
    return [...this.#byLinear.keys()];
  }

  blocksOfLinear(linear: number): Block[] {
    return [...(this.#byLinear.get(linear) ?? [])];
  }

  physicalPages(): number[] {
    return [...this.#byPhysical.keys()];
  }
}

/** Takes the link of a number out of a list. */
function forget<T extends { readonly id: number }>(list: T[], id: number): T | undefined {
  const at = list.findIndex((link) => link.id === id);
  return at < 0 ? undefined : list.splice(at, 1)[0];
}

function little(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}

/** True when it is the first. */
function add(map: Map<number, Set<Block>>, key: number, block: Block): boolean {
  const known = map.get(key);
  if (known !== undefined) {
    known.add(block);
    return false;
  }
  map.set(key, new Set([block]));
  return true;
}

/** True when it was the last. */
function remove(map: Map<number, Set<Block>>, key: number, block: Block): boolean {
  const known = map.get(key);
  if (known === undefined || !known.delete(block) || known.size > 0) return false;
  map.delete(key);
  return true;
}
