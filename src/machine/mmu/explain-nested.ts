/**
 * A two-dimensional walk as data, for a diagram and for a walk by hand: each reference in its order, what it reads, and where it leads.
 * It reads the tables as they are now (TLBs and page-walk caches may know otherwise), for a read of the page, and marks and charges nothing.
 */
import type { EntryKind } from "./explain.ts";
import type { SecondDimension } from "./nested.ts";
import type { Paging } from "./paging.ts";
import { RIGHT_READ, RIGHT_WRITE } from "./rights.ts";
import { HOLE, LEAF, RESERVED, type TableMemory, Walk } from "./walk.ts";

export interface NestedReference {
  /** Which guest-physical address is being translated: an index into `translated`. */
  readonly row: number;
  /** Level of the nested tables, the root's first; one past the last: the guest's own entry. */
  readonly column: number;
  readonly kind: EntryKind;
  /** Host-physical address of the entry. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
}

export interface NestedExplanation {
  /** Lower and upper half of the linear address, int32. */
  readonly linear: readonly [low: number, high: number];
  /** Names of the guest's levels, the root's first; none without paging. */
  readonly guest: readonly string[];
  /** Names of the nested levels, the root's first. */
  readonly nested: readonly string[];
  /** Guest-physical addresses of the guest's entries in their order, then of the page's byte: as far as the walk went. */
  readonly translated: readonly number[];
  readonly references: readonly NestedReference[];
  /** Host-physical; undefined when the walk ends early. */
  readonly physical: number | undefined;
  /** What the guest or the monitor gets to see. */
  readonly end: "page" | "page fault" | "violation" | "misconfiguration";
}

const TWO32 = 4294967296;
const UPPER_HALF = 4;
const KINDS = { [LEAF]: "leaf", [HOLE]: "hole", [RESERVED]: "reserved" } as Record<number, EntryKind>;

/** The second dimension refuses. */
class Stopped extends Error {
  readonly end: "violation" | "misconfiguration";
  constructor(end: "violation" | "misconfiguration") {
    super(`the second dimension has a ${end}`);
    this.end = end;
  }
}

/** The guest's tables as its walk sees them: each address goes through the second dimension first. */
class Through implements TableMemory {
  readonly references: NestedReference[] = [];
  readonly translated: number[] = [];
  readonly #second: SecondDimension;
  readonly #tables: TableMemory;
  readonly #entryBytes: number;
  readonly #walk = new Walk();
  #host = 0;

  constructor(second: SecondDimension, tables: TableMemory, entryBytes: number) {
    this.#second = second;
    this.#tables = tables;
    this.#entryBytes = entryBytes;
  }

  readEntry(at: number): number {
    if (this.#entryBytes === 8 && (at & 7) === UPPER_HALF) return this.#read(this.#host + UPPER_HALF);
    const { tablesAreWritten, format } = this.#second;
    this.#host = this.toHost(at, tablesAreWritten ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ);
    const [row, column] = [this.translated.length - 1, format.depth];
    const high = this.#entryBytes === 8 ? this.#read(this.#host + UPPER_HALF) : 0;
    // What it is, the walk finds out.
    const entry = {
      row,
      column,
      kind: "table",
      address: this.#host,
      low: this.#read(this.#host),
      high,
    } as const;
    this.references.push(entry);
    return entry.low;
  }

  writeEntry(): void {}

  /** Throws Stopped when these rights are not granted. */
  toHost(at: number, rights: number): number {
    const { format, root, misconfigured } = this.#second;
    const walk = this.#walk;
    const row = this.translated.push(at) - 1;
    const outcome = walk.run(format, this.#tables, root, at | 0, Math.floor(at / TWO32), false);
    const last = walk.references - 1;
    let end: Stopped["end"] | undefined;
    for (let column = 0; column <= last; column++) {
      const [low, high] = [walk.low[column] as number, walk.high[column] as number];
      const found = column === last ? (KINDS[outcome] as EntryKind) : "table";
      const wrong = found !== "hole" && misconfigured?.(low, column === last);
      const kind = wrong ? "reserved" : found;
      this.references.push({ row, column, kind, address: walk.address[column] as number, low, high });
      if (kind === "reserved") end = "misconfiguration";
      if (wrong) break;
    }
    if (end === undefined && (outcome === HOLE || (walk.rights(format) & rights) !== rights))
      end = "violation";
    if (end !== undefined) throw new Stopped(end);
    return walk.base(format) + (at % 2 ** (format.shifts[walk.level] as number));
  }

  #read(at: number): number {
    return this.#tables.readEntry(at);
  }
}

/** The walk of a linear address of int32 halves; `tables` is the host's memory. */
export function explainNestedWalk(
  paging: Paging,
  second: SecondDimension,
  tables: TableMemory,
  low: number,
  high: number,
): NestedExplanation {
  const { enabled, format } = paging;
  const through = new Through(second, tables, format.entryBytes);
  const names = (levels: readonly { readonly name: string }[]) => levels.map(({ name }) => name).reverse();
  /** What the guest's last entry is. */
  let kind: EntryKind = "table";
  const explanation = (end: NestedExplanation["end"], physical?: number) => ({
    linear: [low, high] as const,
    guest: enabled ? names(format.levels) : [],
    nested: names(second.format.levels),
    translated: through.translated,
    references: named(through.references, second.format.depth, kind),
    ...{ physical, end },
  });
  try {
    let page = low >>> 0;
    if (enabled) {
      const walk = new Walk();
      const root = paging.rootOf(low);
      const outcome = root < 0 ? HOLE : walk.run(format, through, root, low, high, false);
      kind = KINDS[outcome] as EntryKind;
      if (outcome !== LEAF) return explanation("page fault");
      page = walk.base(format) + ((low >>> 0) % 2 ** (format.shifts[walk.level] as number));
    }
    return explanation("page", through.toHost(page, RIGHT_READ));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return explanation(error.end);
  }
}

/** The guest's last entry is what its walk found it to be. */
function named(
  references: readonly NestedReference[],
  column: number,
  outcome: EntryKind,
): NestedReference[] {
  const last = references.findLastIndex((reference) => reference.column === column);
  return references.map((reference, at) => (at === last ? { ...reference, kind: outcome } : reference));
}
