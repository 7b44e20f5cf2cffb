/**
 * A processor's memory without a processor, whose walks are to be counted: address spaces with tables of their own, natively or each in a
 * virtual machine with a second dimension.
 */
import type { Gva } from "../../machine/address.ts";
import { Bus } from "../../machine/bus.ts";
import { Clock } from "../../machine/clock.ts";
import type { CostProfile } from "../../machine/cost.ts";
import { CR0, CR4, EFER } from "../../machine/cpu/cpu.ts";
import { P, RW, US } from "../../machine/mmu/formats/bits.ts";
import {
  EPT_EXECUTE,
  EPT_READ,
  EPT_WRITE,
  EPT_WRITE_BACK,
  ept,
  isMisconfigured,
} from "../../machine/mmu/formats/ept.ts";
import type { EntryFormat } from "../../machine/mmu/formats/format.ts";
import { ia32e, la57 } from "../../machine/mmu/formats/ia32e.ts";
import { Mmu } from "../../machine/mmu/mmu.ts";
import type { SecondDimension } from "../../machine/mmu/nested.ts";
import { Trace } from "../../machine/trace.ts";

const PAGE = 4096;
const TWO32 = 4294967296;
const LARGE = 1 << 7;
const LA57 = 1 << 12;
const RWX = EPT_READ | EPT_WRITE | EPT_EXECUTE;

/** Sizes of pages, as powers of two. */
export const PAGE_SIZES = { "4 KiB": 12, "2 MiB": 21, "1 GiB": 30 } as const;
export type PageSize = keyof typeof PAGE_SIZES;

export interface WorldOptions {
  readonly profile: CostProfile;
  /** Bytes of RAM. */
  readonly ram: number;
  /** Levels of the tables, of both dimensions. */
  readonly levels?: 4 | 5;
}

/** Where `bytes` from `from` on lead, in pages of 2^shift bytes. */
interface Mapping {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly shift: number;
}

export class World {
  readonly clock = new Clock();
  readonly trace = new Trace(this.clock);
  readonly bus: Bus;
  readonly mmu: Mmu;
  readonly #options: WorldOptions;
  readonly #format: EntryFormat;
  readonly #extended: EntryFormat;
  #next = PAGE;

  constructor(options: WorldOptions) {
    const { profile, ram, levels = 4 } = options;
    const { physicalBits, gigabytePages } = profile;
    this.#options = options;
    this.bus = new Bus(ram);
    const { bus, clock, trace } = this;
    this.mmu = new Mmu({ bus, clock, trace, profile });
    const own = { physicalBits, gigabytePages, pse: true, pge: true, nxe: true };
    this.#format = levels === 5 ? la57(own) : ia32e(own);
    this.#extended = ept({ physicalBits, gigabytePages, marks: false, depth: levels });
  }

  /** Paging is on, with PCIDs where asked. */
  start(root: number, pcids = false): void {
    const { mmu } = this;
    const cr4 = CR4.PAE | (pcids ? CR4.PCIDE : 0) | (this.#options.levels === 5 ? LA57 : 0);
    mmu.setControl(CR0.PE | CR0.PG, cr4, EFER.LME | EFER.LMA | EFER.NXE);
    mmu.wide = true;
    mmu.loadCr3(root, 0);
  }

  /** A page of RAM with nothing in it. */
  take(): number {
    const page = this.#next;
    this.#next += PAGE;
    if (this.#next > this.bus.ram.length)
      throw new RangeError(`${this.bus.ram.length} bytes hold no more tables`);
    return page;
  }

  /** The root of tables of the processor's own format. */
  space(mapping: Mapping): number {
    const bits = { table: P | RW | US, leaf: P | RW | US };
    return this.#map(this.#format, bits, mapping);
  }

  /** A second dimension over all of RAM. */
  machine(size: PageSize): SecondDimension {
    const bits = { table: RWX, leaf: RWX | EPT_WRITE_BACK };
    const shift = PAGE_SIZES[size];
    const bytes = Math.ceil(this.bus.ram.length / 2 ** shift) * 2 ** shift;
    const root = this.#map(this.#extended, bits, { from: 0, to: 0, bytes, shift });
    return {
      ...{ format: this.#extended, root, tablesAreWritten: false },
      misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, false),
      refuse: ({ low, high }) => {
        throw new Error(`invariant: guest-physical ${high.toString(16)}:${low.toString(16)} is not mapped`);
      },
    };
  }

  read(at: number): void {
    this.mmu.read8(at as Gva);
  }

  #map(
    format: EntryFormat,
    bits: { readonly table: number; readonly leaf: number },
    { from, to, bytes, shift }: Mapping,
  ): number {
    const { view } = this.bus;
    const root = this.take();
    for (let offset = 0; offset < bytes; offset += 2 ** shift) {
      let table = root;
      for (let level = format.depth; ; level--) {
        const below = format.shifts[level] as number;
        const at = table + 8 * (Math.floor((from + offset) / 2 ** below) % 512);
        if (below === shift) {
          const page = to + offset;
          view.setInt32(at, (page % TWO32) | bits.leaf | (shift > 12 ? LARGE : 0), true);
          view.setInt32(at + 4, Math.floor(page / TWO32), true);
          break;
        }
        const entry = view.getInt32(at, true);
        table = entry === 0 ? this.take() : (entry & -PAGE) >>> 0;
        view.setInt32(at, table | bits.table, true);
      }
    }
    return root;
  }
}
