/**
 * A small guest operating system's memory management: page cache, anonymous memory, a clock over both, a swap area of its own.
 * It knows nothing of the host; all that it has goes through GuestMemory and its disk, and it checks every byte that it relies on.
 */
import { type GuestMemory, PAGE_BYTES } from "../contract.ts";
import type { MemoryLedger } from "../ledger.ts";
import { fillPage, mix } from "./content.ts";
import type { GuestDisk } from "./disk.ts";

const FREE = 0;
const KERNEL = 1;
const FILE = 2;
const ANONYMOUS = 3;
/** Given away: to the balloon, or unplugged. */
const GONE = 4;

/** Swap blocks lie behind all files. */
const SWAP = 1 << 28;

/**
 * What Linux 2.4 keeps for each page of memory: struct page (64 bytes), and its share of the hash tables for pages (4), buffers (1),
 * inodes (2) and directory entries (4), all sized at boot by the memory that there is (mm/page_alloc.c, fs/dcache.c, fs/inode.c;
 * recalled, not looked up). That memory stays taken when a balloon takes the rest.
 */
const BYTES_PER_PAGE = 75;

export interface GuestOptions {
  /** Numbers its kernel's and its files' contents. Equal images have equal pages. */
  readonly image: number;
  /** Pages of the kernel's own text and data. */
  readonly kernel: number;
  /** Numbers the contents that are its own. */
  readonly identity: number;
}

export class GuestOs {
  readonly counts = { hits: 0, faults: 0, evictions: 0, swapIns: 0, swapOuts: 0, moves: 0 };
  readonly #memory: GuestMemory;
  readonly #disk: GuestDisk;
  readonly #ledger: MemoryLedger;
  readonly #identity: number;
  readonly #image: number;
  /** By page of memory: what it is for, and which block or anonymous page is in it. */
  readonly #kinds: Uint8Array;
  readonly #what: Int32Array;
  readonly #referenced: Uint8Array;
  readonly #dirty: Uint8Array;
  readonly #free: number[] = [];
  readonly #cache = new Map<number, number>();
  readonly #resident = new Map<number, number>();
  /** Anonymous pages that were ever touched: how often they were written, which is also what is in them. */
  readonly #versions = new Map<number, number>();
  readonly #swapped = new Set<number>();
  readonly #page = new Uint8Array(PAGE_BYTES);
  readonly #kernel: number;
  #hand = 0;
  #calls = 0;

  /** Boots. `most`: pages that it can ever have. Throws a RangeError when the kernel does not fit. */
  constructor(
    memory: GuestMemory,
    disk: GuestDisk,
    ledger: MemoryLedger,
    { image, kernel, identity }: GuestOptions,
    most = memory.pages,
  ) {
    this.#memory = memory;
    this.#disk = disk;
    this.#ledger = ledger;
    this.#identity = identity;
    this.#image = image;
    this.#kernel = kernel;
    this.#kinds = new Uint8Array(most).fill(GONE);
    this.#what = new Int32Array(most);
    this.#referenced = new Uint8Array(most);
    this.#dirty = new Uint8Array(most);
    const tables = Math.ceil((memory.pages * BYTES_PER_PAGE) / PAGE_BYTES);
    if (kernel + tables >= memory.pages)
      throw new RangeError(`a kernel of ${kernel} pages and its tables do not fit into ${memory.pages}`);
    for (let gpn = memory.pages - 1; gpn >= kernel + tables; gpn--) this.release(gpn);
    for (let gpn = 0; gpn < kernel + tables; gpn++) {
      this.#kinds[gpn] = KERNEL;
      fillPage(this.#page, gpn < kernel ? image : identity, -1 - gpn);
      memory.writePage(gpn, this.#page);
    }
  }

  /** Pages that neither the kernel nor anybody outside has. */
  get usable(): number {
    let count = 0;
    for (const kind of this.#kinds) if (kind !== KERNEL && kind !== GONE) count++;
    return count;
  }

  /** Reads or changes a word of a file's block. */
  file(block: number, write: boolean): void {
    let gpn = this.#cache.get(block);
    if (gpn === undefined) {
      this.counts.faults++;
      gpn = this.take(FILE, block);
      this.#memory.writePage(gpn, this.#disk.read(block));
      this.#cache.set(block, gpn);
    } else this.counts.hits++;
    this.enter(gpn);
    const at = gpn * PAGE_BYTES;
    this.require(this.#memory.read32(at), mix(this.#image, block), `block ${block}`);
    if (!write) return;
    this.#dirty[gpn] = 1;
    this.#memory.write32(at + 4, this.#identity);
  }

  /** Reads or changes a word of a process's page. */
  anonymous(id: number, write: boolean): void {
    let gpn = this.#resident.get(id);
    let version = this.#versions.get(id) ?? 0;
    if (gpn === undefined) {
      this.counts.faults++;
      gpn = this.take(ANONYMOUS, id);
      if (this.#swapped.delete(id)) {
        this.counts.swapIns++;
        this.#memory.writePage(gpn, this.#disk.read(SWAP + id));
        this.#disk.discard(SWAP + id);
      } else {
        fillPage(this.#page, this.#identity, id);
        this.#memory.writePage(gpn, this.#page);
        version = mix(this.#identity, id);
        this.#versions.set(id, version);
      }
      // The swap area has it no more, so this is the only copy.
      this.#dirty[gpn] = 1;
      this.#resident.set(id, gpn);
    } else this.counts.hits++;
    this.enter(gpn);
    const at = gpn * PAGE_BYTES;
    this.require(this.#memory.read32(at), version, `anonymous page ${id}`);
    if (!write) return;
    this.#versions.set(id, (version + 1) | 0);
    this.#memory.write32(at, (version + 1) | 0);
  }

  /** A process ends: its page is free. What was in it stays there, as in every guest. */
  discard(id: number): void {
    const gpn = this.#resident.get(id);
    if (gpn !== undefined) this.release(gpn);
    if (this.#swapped.delete(id)) this.#disk.discard(SWAP + id);
    this.#resident.delete(id);
    this.#versions.delete(id);
  }

  /** A page for somebody outside, with nothing in it that anybody needs; undefined when all are the kernel's. */
  surrender(): number | undefined {
    const gpn = this.#free.pop() ?? this.evict();
    if (gpn !== undefined) this.#kinds[gpn] = GONE;
    return gpn;
  }

  /** A page comes back, or is new. */
  receive(gpn: number): void {
    this.release(gpn);
  }

  /**
   * Empties certain pages, to have them unplugged: what is in them moves to others, for which something may have to be evicted. False,
   * and nothing has changed, when the kernel is in one of them, or the balloon has one, which would come back to a place without memory.
   */
  vacate(from: number, to: number): boolean {
    for (let gpn = from; gpn < to; gpn++)
      if (this.#kinds[gpn] === KERNEL || this.#kinds[gpn] === GONE) return false;
    const moving: { kind: number; from: number }[] = [];
    for (let gpn = from; gpn < to; gpn++) {
      const kind = this.#kinds[gpn]!;
      if (kind === FREE) this.#free.splice(this.#free.indexOf(gpn), 1);
      if (kind === FILE || kind === ANONYMOUS) moving.push({ kind, from: gpn });
      // Neither is chosen by the clock from here on.
      this.#kinds[gpn] = GONE;
    }
    for (const page of moving) this.move(page);
    return true;
  }

  private move({ kind, from }: { kind: number; from: number }): void {
    const to = this.#free.pop() ?? this.evict();
    if (to === undefined) {
      this.#kinds[from] = kind;
      this.writeBack(from);
      this.#kinds[from] = GONE;
      return;
    }
    this.counts.moves++;
    this.#ledger.pay("copy");
    this.#memory.readPage(from, this.#page);
    this.#memory.writePage(to, this.#page);
    this.#kinds[to] = kind;
    this.#what[to] = this.#what[from]!;
    this.#dirty[to] = this.#dirty[from]!;
    this.#referenced[to] = this.#referenced[from]!;
    (kind === FILE ? this.#cache : this.#resident).set(this.#what[to]!, to);
  }

  /** The kernel's part of a request: its own text, and what it knows of the page. */
  private enter(gpn: number): void {
    this.#referenced[gpn] = 1;
    if (this.#kernel > 0) this.#memory.read32((this.#calls++ % this.#kernel) * PAGE_BYTES);
    this.#memory.read32((this.#kernel + Math.floor((gpn * BYTES_PER_PAGE) / PAGE_BYTES)) * PAGE_BYTES);
  }

  private take(kind: number, what: number): number {
    const gpn = this.#free.pop() ?? this.evict();
    if (gpn === undefined) throw new Error("out of memory: the guest has no page that it could evict");
    this.#kinds[gpn] = kind;
    this.#what[gpn] = what;
    this.#dirty[gpn] = 0;
    return gpn;
  }

  private release(gpn: number): void {
    this.#kinds[gpn] = FREE;
    this.#free.push(gpn);
  }

  /** The clock: the next page that was not referenced since the hand was here last. */
  private evict(): number | undefined {
    const pages = this.#kinds.length;
    for (let step = 0; step < 2 * pages; step++) {
      const gpn = this.#hand;
      this.#hand = (gpn + 1) % pages;
      const kind = this.#kinds[gpn];
      if (kind !== FILE && kind !== ANONYMOUS) continue;
      if (this.#referenced[gpn] === 1) {
        this.#referenced[gpn] = 0;
        continue;
      }
      this.writeBack(gpn);
      return gpn;
    }
    return undefined;
  }

  /** Nothing is lost by taking the page after this. */
  private writeBack(gpn: number): void {
    this.counts.evictions++;
    this.#ledger.pay("guestReclaim");
    const what = this.#what[gpn]!;
    const anonymous = this.#kinds[gpn] === ANONYMOUS;
    if (this.#dirty[gpn] === 1) {
      this.#memory.readPage(gpn, this.#page);
      this.#disk.write(anonymous ? SWAP + what : what, this.#page);
    }
    if (anonymous) {
      this.counts.swapOuts++;
      this.#swapped.add(what);
      this.#resident.delete(what);
    } else this.#cache.delete(what);
  }

  private require(found: number, expected: number, where: string): void {
    if (found !== expected)
      throw new Error(`invariant: ${where} holds ${found} where ${expected} was written`);
  }
}
