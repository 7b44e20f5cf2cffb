/** A VM's map from guest-physical pages to frames, in tables that lie in the host's own frames and are read by the one walker. */
import { LEAF, type TableMemory, Walk } from "../../machine/mmu/walk.ts";
import { PAGE_BYTES } from "./contract.ts";
import { type HostFrames, MONITOR } from "./frames.ts";
import { hole, type P2mFormat, UNPLUGGED } from "./p2m-format.ts";

const SHIFT = 12;

export class P2m implements TableMemory {
  readonly #frames: HostFrames;
  readonly #format: P2mFormat;
  readonly #tables: number[] = [];
  /** Host-physical address: what an EPTP or an nCR3 holds. */
  readonly root: number;
  readonly #walk = new Walk();

  constructor(frames: HostFrames, format: P2mFormat) {
    this.#frames = frames;
    this.#format = format;
    this.root = this.table();
  }

  /** Makes tables for pages from `from` up to, not including, `to`; they are unplugged. Throws when the host has no frame for one. */
  cover(from: number, to: number): void {
    const { entryBytes, depth, indexMask } = this.#format.format;
    const perTable = indexMask + 1;
    for (let gpn = from; gpn < to; gpn++) {
      let table = this.root;
      for (let level = depth; level > 1; level--) {
        const at = table + (Math.floor(gpn / perTable ** (level - 1)) % perTable) * entryBytes;
        if (this.readEntry(at) === 0) this.writeEntry(at, this.table() | this.#format.table);
        table = (this.readEntry(at) & -PAGE_BYTES) >>> 0;
      }
      this.writeEntry(table + (gpn % perTable) * entryBytes, hole(UNPLUGGED));
    }
  }

  /** The low half of the page's entry, as the processor finds it: `leaf` says whether the page is there. */
  find(gpn: number): number {
    const { format } = this.#format;
    this.#walk.run(format, this, this.root, (gpn << SHIFT) | 0, gpn >>> (32 - SHIFT), false);
    return this.#walk.low[this.#walk.references - 1]!;
  }

  /** Whether the last `find` ended at a page. */
  get leaf(): boolean {
    return this.#walk.outcome === LEAF;
  }

  /** Replaces the entry of a page that `cover` has made a table for. */
  set(gpn: number, entry: number): void {
    this.find(gpn);
    if (this.#walk.level !== 1) throw new Error(`invariant: page ${gpn} has no table in its p2m`);
    this.writeEntry(this.#walk.address[this.#walk.references - 1]!, entry);
  }

  map(gpn: number, frame: number, writable: boolean): void {
    const { writable: rw, readable } = this.#format;
    this.set(gpn, (frame << SHIFT) | (writable ? rw : readable));
  }

  /** Gives the tables back. Nothing may be found any more. */
  free(): void {
    for (const frame of this.#tables.splice(0)) this.#frames.drop(frame);
  }

  readEntry(at: number): number {
    return this.#frames.words[at >>> 2]!;
  }

  writeEntry(at: number, value: number): void {
    this.#frames.words[at >>> 2] = value;
  }

  /** The address of a new table. */
  private table(): number {
    const frame = this.#frames.take(MONITOR, -1, "zero");
    if (frame === undefined) throw new Error("out of memory: the host has no frame left for a page table");
    this.#tables.push(frame);
    return frame * PAGE_BYTES;
  }
}
