/**
 * The one walker of page tables: for the processor's own, and for whatever else is made of entries (shadow tables, EPT,
 * NPT, I/O page tables). It knows no format and no memory of its own.
 *
 *     root ─▶ ┌───────┐          level = format.depth
 *             │ entry │── hole ──▶ HOLE        neither table nor leaf: bits of `present` are all zero
 *             │       │── bad ───▶ RESERVED    a bit is set that must not be
 *             │       │── leaf ──▶ LEAF        base address of a page of 2^shift bytes
 *             │       │── table ─▶ ┌───────┐   mark it accessed, and go on one level below
 *             └───────┘            │ entry │ …
 */
import {
  type EntryFormat,
  PLAN_LEAF,
  PLAN_RESERVED_LEAF,
  PLAN_RESERVED_TABLE,
  PLAN_SHIFT,
  PLAN_STRIDE,
} from "./formats/format.ts";
import { ERROR_PRESENT, ERROR_RESERVED } from "./rights.ts";

/** Where entries live. Addresses are physical in whatever space the tables are written for; values are int32. */
export interface TableMemory {
  readEntry(at: number): number;
  writeEntry(at: number, value: number): void;
}

export const LEAF = 0;
export const HOLE = 1;
export const RESERVED = 2;

/** More levels than any format has. */
const MOST_LEVELS = 6;
const TWO32 = 4294967296;
// Copies: V8 folds a module's own constants into the code, but loads an exported one each time.
const STRIDE = PLAN_STRIDE;
const SHIFT = PLAN_SHIFT;
const LEAF_BIT = PLAN_LEAF;
const RESERVED_TABLE = PLAN_RESERVED_TABLE;
const RESERVED_LEAF = PLAN_RESERVED_LEAF;
const FOUND_LEAF = LEAF;
/** In an access table (rights.ts): without regard to marks. */
const PERMITTED = 8;
const FOUND_HOLE = HOLE;
const FOUND_RESERVED = RESERVED;

/** One walk's steps and result, to be used again for the next walk: walking allocates nothing. */
export class Walk {
  /** LEAF, HOLE or RESERVED. */
  outcome = HOLE;
  /** Entries read: element 0 is the first table's. */
  references = 0;
  /** Level of the last entry read; of a LEAF it tells the page's size. */
  level = 0;
  readonly address = new Float64Array(MOST_LEVELS);
  readonly low = new Int32Array(MOST_LEVELS);
  readonly high = new Int32Array(MOST_LEVELS);
  /** Of the entries above the first that was read: the AND of their low halves, the OR of their high ones. */
  everyLow = -1;
  someHigh = 0;

  /**
   * Translates the address of int32 halves (low, high) from the table at `root`. `mark`: sets the accessed bit of every entry
   * that leads to a table, when it is used (SDM Vol. 3, 4.8); the leaf's bits are for markLeaf, once the access is permitted.
   */
  run(
    format: EntryFormat,
    memory: TableMemory,
    root: number,
    low: number,
    high: number,
    mark: boolean,
  ): number {
    this.everyLow = -1;
    this.someHigh = 0;
    return this.descend(format, memory, format.depth, root, low, high, mark);
  }

  /** The same from a table of a level below the root's. `everyLow` and `someHigh` have been set to what the entries above it say. */
  descend(
    format: EntryFormat,
    memory: TableMemory,
    from: number,
    first: number,
    low: number,
    high: number,
    mark: boolean,
  ): number {
    const { entryBytes, indexMask, present, accessed, plan } = format;
    const { address, low: lows, high: highs } = this;
    let table = first;
    let level = from;
    for (let step = 0; ; step++, level--) {
      const row = level * STRIDE;
      const shift = plan[row + SHIFT] as number;
      const bits = shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | (high << (32 - shift));
      const at = table + (bits & indexMask) * entryBytes;
      const entry = memory.readEntry(at);
      const entryHigh = entryBytes === 8 ? memory.readEntry(at + 4) : 0;
      address[step] = at;
      lows[step] = entry;
      highs[step] = entryHigh;
      if ((entry & present) === 0) return this.end(FOUND_HOLE, step, level);
      const leaf = level === 1 || (entry & (plan[row + LEAF_BIT] as number)) !== 0;
      const must = row + (leaf ? RESERVED_LEAF : RESERVED_TABLE);
      if (((entry & (plan[must] as number)) | (entryHigh & (plan[must + 1] as number))) !== 0)
        return this.end(FOUND_RESERVED, step, level);
      if (leaf) return this.end(FOUND_LEAF, step, level);
      if (mark && (entry & accessed) !== accessed) this.set(memory, step, accessed);
      const tableHigh = entryHigh & format.addressHigh;
      table = (entry & -4096) >>> 0;
      if (tableHigh !== 0) table += tableHigh * TWO32;
    }
  }

  /** P and RSVD of the error code of a page fault, when the access is not permitted. */
  get error(): number {
    if (this.outcome === FOUND_LEAF) return ERROR_PRESENT;
    return this.outcome === FOUND_HOLE ? 0 : ERROR_PRESENT | ERROR_RESERVED;
  }

  /** RIGHT_… of the whole way, for a LEAF. */
  rights(format: EntryFormat): number {
    const leaf = this.references - 1;
    let everyLow = this.everyLow & (this.low[leaf] as number);
    let someHigh = this.someHigh | (this.high[leaf] as number);
    for (let step = 0; step < leaf; step++) {
      everyLow &= this.low[step] as number;
      someHigh |= this.high[step] as number;
    }
    return format.rights(everyLow, someHigh, this.low[leaf] as number);
  }

  /** It found a page, whose rights permit an access (Paging.kinds), but for what is left to mark. */
  allows(format: EntryFormat, kinds: Uint16Array, access: number): boolean {
    if (this.outcome !== FOUND_LEAF) return false;
    return (((kinds[this.rights(format)] as number) >> (access + PERMITTED)) & 1) !== 0;
  }

  /** Physical address of the page that a LEAF names, its low bits zero. */
  base(format: EntryFormat): number {
    const { level } = this;
    const entry = this.low[this.references - 1] as number;
    const high = format.leafHigh(entry, this.high[this.references - 1] as number, level);
    const low = (entry & -(1 << (format.shifts[level] as number))) >>> 0;
    return high === 0 ? low : high * TWO32 + low;
  }

  /** Sets the leaf's accessed bit, and its dirty bit for a write, where they are not set yet. */
  markLeaf(format: EntryFormat, memory: TableMemory, write: boolean): void {
    const leaf = this.references - 1;
    const bits = format.accessed | (write ? format.dirty : 0);
    if (((this.low[leaf] as number) & bits) !== bits) this.set(memory, leaf, bits);
  }

  /** The same for every entry of the way, for whoever had to look at them before any is marked. */
  markAll(format: EntryFormat, memory: TableMemory, write: boolean): void {
    for (let step = 0; step < this.references - 1; step++)
      if (((this.low[step] as number) & format.accessed) !== format.accessed)
        this.set(memory, step, format.accessed);
    this.markLeaf(format, memory, write);
  }

  private set(memory: TableMemory, step: number, bits: number): void {
    const entry = (this.low[step] as number) | bits;
    this.low[step] = entry;
    memory.writeEntry(this.address[step] as number, entry);
  }

  private end(outcome: number, step: number, level: number): number {
    this.references = step + 1;
    this.level = level;
    this.outcome = outcome;
    return outcome;
  }
}
