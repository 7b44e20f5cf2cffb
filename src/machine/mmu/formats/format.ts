/**
 * What the walker (walk.ts) must know of a kind of page table. A format file holds bits, conversions and geometry only; an
 * entry is a table, a leaf or a hole, and nothing else is ever asked of it. Levels count from the leaves: 1 is the page
 * table. Words are int32 halves: 4-byte entries have a high half of zero.
 */
export interface LevelBits {
  /** The level's name in the manual: "PTE", "PDE", "PML4E". */
  readonly name: string;
  /** Lowest bit of the address that indexes this level's tables, which is also the size of a leaf here, as a power of two. */
  readonly shift: number;
  /** Low-half bit that makes an entry a leaf; 0 where only tables can stand. Level 1 needs none. */
  readonly leaf: number;
  /** Bits that must be zero in an entry that points to a table … */
  readonly reservedTable: readonly [low: number, high: number];
  /** … and in a leaf. */
  readonly reservedLeaf: readonly [low: number, high: number];
  /** The parts of the two. */
  readonly tableFields: readonly Field[];
  readonly leafFields: readonly Field[];
}

/** A named bit or group of bits, for drawings of an entry. */
export interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Where a group's lowest bit belongs in an address; `from` unless said. */
  readonly at?: number;
}

export interface FormatParts {
  readonly name: string;
  /** 4 or 8. */
  readonly entryBytes: number;
  /** Address bits that one table translates. */
  readonly indexBits: number;
  /** Level 1 first. */
  readonly levels: readonly LevelBits[];
  /** Low-half bits of which at least one is set in every entry that is not a hole. */
  readonly present: number;
  /** Accessed and dirty, in the low half; 0 where the format has none. */
  readonly accessed: number;
  readonly dirty: number;
  /** Mask of the address bits in the high half. */
  readonly addressHigh: number;
  /** RIGHT_… of a walk: the AND of all low halves, the OR of all high halves, and the leaf's low half. */
  rights(everyLow: number, someHigh: number, leafLow: number): number;
  /** Bits 32 and up of a leaf's address. */
  leafHigh(low: number, high: number, level: number): number;
}

/**
 * A maker of formats that makes each one once: control registers change oftener, at every VM entry and exit, than there are formats. Options
 * are told apart by the values named.
 */
export function once<O extends object>(
  named: readonly (keyof O)[],
  make: (options: O) => EntryFormat,
): (options: O) => EntryFormat {
  const made = new Map<string, EntryFormat>();
  return (options) => {
    let key = "";
    for (const name of named) key += `${options[name]} `;
    let format = made.get(key);
    if (format === undefined) {
      format = make(options);
      made.set(key, format);
    }
    return format;
  };
}

const PAGE_SHIFT = 12;

export const PLAN_STRIDE = 8;
export const PLAN_SHIFT = 0;
export const PLAN_LEAF = 1;
/** Low half, the high half following. */
export const PLAN_RESERVED_TABLE = 2;
export const PLAN_RESERVED_LEAF = 4;

export class EntryFormat {
  readonly name: string;
  readonly entryBytes: number;
  readonly depth: number;
  readonly indexMask: number;
  readonly present: number;
  readonly accessed: number;
  readonly dirty: number;
  readonly addressHigh: number;
  readonly levels: readonly LevelBits[];
  readonly rights: FormatParts["rights"];
  readonly leafHigh: FormatParts["leafHigh"];
  /** Page sizes by level, from 1, as powers of two. */
  readonly shifts: Int32Array;
  /** By level, from 1: what LevelBits says, laid out for the walk; PLAN_… are the places within a level's eight. */
  readonly plan: Int32Array;

  /** Throws a RangeError when levels, entries and pages do not fit together. */
  constructor(parts: FormatParts) {
    const { name, entryBytes, indexBits, levels } = parts;
    if (entryBytes << indexBits !== 1 << PAGE_SHIFT)
      throw new RangeError(`${name}: a table of 2^${indexBits} entries of ${entryBytes} bytes is not a page`);
    levels.forEach((level, number) => {
      if (level.shift !== PAGE_SHIFT + number * indexBits)
        throw new RangeError(
          `${name}: level ${number + 1} does not begin at bit ${PAGE_SHIFT + number * indexBits}`,
        );
    });
    this.name = name;
    this.entryBytes = entryBytes;
    this.depth = levels.length;
    this.indexMask = (1 << indexBits) - 1;
    this.present = parts.present;
    this.accessed = parts.accessed;
    this.dirty = parts.dirty;
    this.addressHigh = parts.addressHigh;
    this.levels = levels;
    this.rights = parts.rights;
    this.leafHigh = parts.leafHigh;
    this.shifts = Int32Array.of(0, ...levels.map(({ shift }) => shift));
    this.plan = Int32Array.of(
      ...new Array(PLAN_STRIDE).fill(0),
      ...levels.flatMap(({ shift, leaf, reservedTable, reservedLeaf }) => [
        ...[shift, leaf, ...reservedTable, ...reservedLeaf],
        ...[0, 0],
      ]),
    );
  }
}
