/**
 * The translations: blocks in the code buffer, found by where their guest code is. The buffer fills up from its start; when it is full
 * everything goes, as in QEMU.
 *
 *     guest-physical page ──▶ blocks, each for an EIP and a key ──▶ host code, jumps into it from other blocks
 */
import type { Bus } from "../../../machine/bus.ts";
import type { Site, Start } from "./site.ts";
import type { Translation } from "./translate.ts";

const PAGE = 4096;
/** A displacement is patched, and the next instruction after it is where an unpatched jump goes. */
const DISPLACEMENT = 4;

export class Block {
  readonly ip: number;
  readonly key: number;
  /** Guest-physical address of its code, and its bytes. */
  readonly physical: number;
  readonly bytes: number;
  /** Guest-physical address of the page in which its only instruction goes on, or −1. */
  readonly second: number;
  /** Host address. */
  readonly host: number;
  /** Displacements of the jumps into it. */
  readonly incoming: number[] = [];
  /** Its guest code as it was translated. */
  readonly source: Uint8Array;
  /** It still is so. */
  valid = true;

  constructor(parts: {
    ip: number;
    key: number;
    physical: number;
    bytes: number;
    host: number;
    second: number;
    source: Uint8Array;
  }) {
    this.ip = parts.ip;
    this.key = parts.key;
    this.physical = parts.physical;
    this.bytes = parts.bytes;
    this.host = parts.host;
    this.second = parts.second;
    this.source = parts.source;
  }

  overlaps(physical: number, length: number): boolean {
    const end = physical + length;
    const first = this.second < 0 ? this.bytes : Math.min(this.bytes, PAGE - (this.physical % PAGE));
    if (this.physical < end && physical < this.physical + first) return true;
    return this.second >= 0 && this.second < end && physical < this.second + this.bytes - first;
  }

  /** What is in its place in the guest's RAM. */
  codeIn(ram: Uint8Array): Uint8Array {
    return sourceIn(ram, this.physical, this.bytes, this.second);
  }

  /** Guest-physical pages in which it has code. */
  get pages(): readonly number[] {
    const first = Math.floor(this.physical / PAGE);
    return this.second < 0 ? [first] : [first, this.second / PAGE];
  }
}

/** A way out of a block. */
export interface Leave {
  readonly site: Site;
  readonly block: Block;
}

export class Blocks {
  readonly #bus: Bus;
  readonly #from: number;
  readonly #to: number;
  /** Where the next block goes: a host address. */
  next: number;
  readonly #pages = new Map<number, Block[]>();
  readonly #leaves = new Map<number, Leave>();
  readonly #starts = new Map<number, Start>();

  /** The buffer is [from, to) of the host's memory. */
  constructor(bus: Bus, from: number, to: number) {
    this.#bus = bus;
    this.#from = from;
    this.#to = to;
    this.next = from;
  }

  /** `second`: where the next page is now. */
  find(ip: number, key: number, physical: number, second: () => number): Block | undefined {
    return this.#pages
      .get(Math.floor(physical / PAGE))
      ?.find(
        (block) =>
          block.ip === ip &&
          block.key === key &&
          block.physical === physical &&
          (block.second < 0 || block.second === second()),
      );
  }

  /** What a host address, after a call-out or of an instruction that trapped, stands for. */
  leave(host: number): Leave | undefined {
    return this.#leaves.get(host);
  }

  /** The guest instruction that begins at a host address. */
  start(host: number): Start | undefined {
    return this.#starts.get(host);
  }

  fits(bytes: number): boolean {
    return this.next + bytes <= this.#to;
  }

  add(block: Block, { code, sites, starts }: Translation): void {
    this.write(block.host, code);
    this.next = block.host + code.length;
    for (const page of block.pages) {
      const blocks = this.#pages.get(page);
      if (blocks === undefined) this.#pages.set(page, [block]);
      else blocks.push(block);
    }
    for (const site of sites) this.#leaves.set(site.at, { site, block });
    for (const start of starts) this.#starts.set(start.at, start);
  }

  /** The jump whose displacement is at `slot` goes to the block from now on. */
  chain(slot: number, block: Block): void {
    block.incoming.push(slot);
    this.#patch(slot, block.host);
  }

  /** Takes away the blocks with code at these guest-physical addresses, all within a page. Returns them. */
  invalidate(physical: number, length: number): readonly Block[] {
    const blocks = this.#pages.get(Math.floor(physical / PAGE)) ?? [];
    return this.#remove(blocks.filter((block) => block.overlaps(physical, length)));
  }

  /** Takes away those whose code is no more what it was in the guest's RAM. Returns them. */
  recheck(ram: Uint8Array): readonly Block[] {
    const all = new Set([...this.#pages.values()].flat());
    return this.#remove([...all].filter((block) => Buffer.compare(block.source, block.codeIn(ram)) !== 0));
  }

  #remove(gone: readonly Block[]): readonly Block[] {
    for (const block of gone) {
      block.valid = false;
      for (const slot of block.incoming) this.#patch(slot, slot + DISPLACEMENT);
      block.incoming.length = 0;
      for (const page of block.pages) this.#drop(page, block);
    }
    return gone;
  }

  #drop(page: number, block: Block): void {
    const rest = (this.#pages.get(page) ?? []).filter((other) => other !== block);
    if (rest.length === 0) this.#pages.delete(page);
    else this.#pages.set(page, rest);
  }

  holds(page: number): boolean {
    return this.#pages.has(page);
  }

  overlaps(physical: number, length: number): boolean {
    const blocks = this.#pages.get(Math.floor(physical / PAGE));
    return blocks?.some((block) => block.overlaps(physical, length)) ?? false;
  }

  /** Guest-physical pages with translated code. */
  get pages(): Iterable<number> {
    return this.#pages.keys();
  }

  clear(): void {
    for (const blocks of this.#pages.values()) for (const block of blocks) block.valid = false;
    this.#pages.clear();
    this.#leaves.clear();
    this.#starts.clear();
    this.next = this.#from;
  }

  /** What P had decoded there is dropped. */
  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const piece = Math.min(bytes.length - done, PAGE - ((at + done) % PAGE));
      this.#bus.prepareWrite((at + done) as never, piece);
      this.#bus.ram.set(bytes.subarray(done, done + piece), at + done);
      done += piece;
    }
  }

  #patch(slot: number, target: number): void {
    const bytes = new Uint8Array(DISPLACEMENT);
    new DataView(bytes.buffer).setInt32(0, target - (slot + DISPLACEMENT), true);
    this.write(slot, bytes);
  }
}

/** Code of so many bytes that may go on in a second page (guest-physical; −1: it does not). */
export function sourceIn(ram: Uint8Array, physical: number, bytes: number, second: number): Uint8Array {
  if (second < 0) return ram.slice(physical, physical + bytes);
  const first = Math.min(bytes, PAGE - (physical % PAGE));
  const source = new Uint8Array(bytes);
  source.set(ram.subarray(physical, physical + first));
  source.set(ram.subarray(second, second + bytes - first), first);
  return source;
}
