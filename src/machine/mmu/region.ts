/**
 * Page tables for a trace: a region of addresses from 0 on, mapped to as many frames in a row, in pages of one size; under EPT two such.
 *
 *     physical    0 ─────────── tables ─────────── RAM's end ──── next GiB ──────────────────
 *                 │ guest's own │ EPT (nested only) │   nothing    │ frames of the region …
 *
 * Guest-physical addresses are the host's: what a translation costs is the same wherever it leads. The frames themselves need not be there.
 */
import { Bus } from "../bus.ts";
import { P, RW, US } from "./formats/bits.ts";
import { EPT_EXECUTE, EPT_READ, EPT_WRITE, EPT_WRITE_BACK, ept, isMisconfigured } from "./formats/ept.ts";
import type { EntryFormat } from "./formats/format.ts";
import { ia32e } from "./formats/ia32e.ts";
import type { SecondDimension } from "./nested.ts";

const PAGE = 4096;
const GIB = 2 ** 30;
const LEAST_RAM = 1 << 20;
const TWO32 = 4294967296;

/** Powers of two: 4 KiB, 2 MiB, 1 GiB. */
export const PAGE_SHIFTS = [12, 21, 30] as const;
export type PageShift = (typeof PAGE_SHIFTS)[number];

export interface RegionOptions {
  /** Bytes, a multiple of the pages'. */
  readonly span: number;
  readonly page: PageShift;
  /** Of EPT's pages: addresses go through two dimensions. */
  readonly nested?: PageShift;
  /** MAXPHYADDR. */
  readonly physicalBits: number;
}

export interface Region {
  /** RAM with nothing in it but the tables. */
  readonly bus: Bus;
  /** For CR3. */
  readonly root: number;
  readonly second: SecondDimension | null;
  /** Physical address of the region's first frame. */
  readonly frames: number;
}

interface Bits {
  readonly table: number;
  readonly leaf: number;
}

const OWN: Bits = { table: P | RW | US, leaf: P | RW | US };
const RWX = EPT_READ | EPT_WRITE | EPT_EXECUTE;
const OF_EPT: Bits = { table: RWX, leaf: RWX | EPT_WRITE_BACK };

/** Throws a RangeError when the region does not fit into the addresses that there are. */
export function mapRegion({ span, page, nested, physicalBits }: RegionOptions): Region {
  const rounded = Math.ceil(span / 2 ** page) * 2 ** page;
  const own = tablesOf(0, rounded, page);
  // EPT maps the guest's tables and the region; the gap before the region is less than its own tables cover.
  const most = own * PAGE + rounded + 2 * GIB;
  const above = nested === undefined ? 0 : tablesOf(0, most, nested);
  const frames = Math.ceil(((own + above) * PAGE) / GIB) * GIB;
  if (frames + rounded > 2 ** physicalBits)
    throw new RangeError(
      `a region of ${span} bytes at ${frames}: physical addresses have ${physicalBits} bits only`,
    );
  const bus = new Bus(Math.max(LEAST_RAM, (own + above) * PAGE));
  const options = { physicalBits, gigabytePages: true };
  const builder = new Builder(bus);
  const format = ia32e({ ...options, pse: true, pge: false, nxe: true });
  const root = builder.take();
  builder.map(format, root, OWN, { from: 0, to: frames, bytes: rounded, shift: page });
  if (nested === undefined) return { bus, root, second: null, frames };
  const extended = ept({ ...options, marks: false });
  const eptRoot = builder.take();
  const tables = { from: 0, to: 0, bytes: Math.ceil((own * PAGE) / 2 ** nested) * 2 ** nested };
  builder.map(extended, eptRoot, OF_EPT, { ...tables, shift: nested });
  builder.map(extended, eptRoot, OF_EPT, { from: frames, to: frames, bytes: rounded, shift: nested });
  return { bus, root, second: secondDimension(extended, eptRoot), frames };
}

/** EPT over all that a trace touches: nothing is ever refused. */
function secondDimension(format: EntryFormat, root: number): SecondDimension {
  return {
    ...{ format, root, tablesAreWritten: false },
    misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, true),
    refuse: ({ low, high }) => {
      throw new Error(`invariant: EPT does not map ${(high * TWO32 + (low >>> 0)).toString(16)}`);
    },
  };
}

/** How many tables four levels need for addresses from `from` on, at most. */
function tablesOf(from: number, bytes: number, shift: number): number {
  let tables = 0;
  for (let covers = shift + 9; covers <= 48; covers += 9)
    tables += Math.ceil((from + bytes) / 2 ** covers) - Math.floor(from / 2 ** covers);
  return tables;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly shift: number;
}

class Builder {
  readonly #words: Int32Array;
  #next = 0;

  constructor(bus: Bus) {
    this.#words = new Int32Array(bus.ram.buffer, bus.ram.byteOffset, bus.ram.length / 4);
  }

  take(): number {
    const at = this.#next;
    this.#next += PAGE;
    return at;
  }

  map(format: EntryFormat, root: number, { table, leaf }: Bits, { from, to, bytes, shift }: Range): void {
    const words = this.#words;
    const large = format.levels.find((level) => level.shift === shift)?.leaf as number;
    for (let at = 0; at < bytes; at += 2 ** shift) {
      let entry = 0;
      let place = root;
      for (let level = format.depth; ; level--) {
        const above = format.shifts[level] as number;
        entry = (place + 8 * (Math.floor((from + at) / 2 ** above) & format.indexMask)) >>> 2;
        if (above === shift) break;
        if (words[entry] === 0) words[entry] = this.take() | table;
        place = (words[entry] as number) & -PAGE;
      }
      const frame = to + at;
      words[entry] = frame | 0 | leaf | large;
      words[entry + 1] = Math.floor(frame / TWO32);
    }
  }
}
