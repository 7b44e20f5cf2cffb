/**
 * The descriptor tables that the processor really has: shadows of the guest's GDT and LDT in the monitor's area.
 *
 *     FFC00000  shadow GDT   64 KiB        as long as the guest's, entry n made from the guest's entry n (compress.ts)
 *     FFC10000  shadow LDT   64 KiB
 *     FFC20000  the monitor's TSS: no port is allowed by its bitmap, no inner stack is in it
 *     FFC21000  the monitor's IDT: empty, as its hook sees every event first (machine/monitor.ts)
 *
 * A guest writes its tables whenever it likes. Its kernel's own loads all trap on a virtualizable processor, and V makes them from the guest's
 * table; a program's do not, so everything is compared before a program goes on. What ring 3 itself writes into a table counts
 * from the next entry into the kernel.
 *
 * No instruction writes the hidden part of a segment register: a monitor can only load a descriptor again. Where a register holds
 * what its entry says no more ("irreversible"), the guest is interpreted until it loads another one (Adams & Agesen 2006, sec. 2).
 */
import type { Gva, Hpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import { type Cpu, LDTR } from "../../../machine/cpu/cpu.ts";
import { ACCESS, Descriptor, PRESENT, readPair, systemAddress } from "../../../machine/cpu/descriptor.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { setFromDescriptor, setNull, setSegment } from "../../../machine/cpu/segments.ts";
import type { AreaPage } from "../../mmu/pager.ts";
import { MONITOR_AREA } from "../area.ts";
import { compress, type Pair } from "./compress.ts";

const PAGE = 4096;
const TABLE_BYTES = 65536;
const ENTRIES = TABLE_BYTES / 8;
const LDT_AT = MONITOR_AREA + TABLE_BYTES;
const TSS_AT = LDT_AT + TABLE_BYTES;
const IDT_AT = TSS_AT + PAGE;
const PAGES = (2 * TABLE_BYTES) / PAGE + 2;
const TABLE_LDT = 4;
/** The TSS's I/O map base lies beyond its limit: every port is denied (SDM Vol. 1, 18.5.2). */
const TSS_LIMIT = 103;
const IO_MAP_BASE = 102;
const BUSY_TSS32 = 0x8b00;
/** The last slot, where monitors hide theirs. */
const TSS_SELECTOR = 0xfff8;
const IDT_LIMIT = 0x7ff;
const LDT_ACCESS = 0x8200;

/** One table: the guest's entries as they were read, and where their shadows are. */
class Table {
  readonly low = new Int32Array(ENTRIES);
  readonly high = new Int32Array(ENTRIES);
  readonly #frames: readonly Hpa[];
  readonly #bus: Bus;
  /** How many entries the guest's has. */
  count = 0;

  constructor(bus: Bus, frames: readonly Hpa[]) {
    this.#bus = bus;
    this.#frames = frames;
  }

  /** False when it is there already. */
  put(index: number, low: number, high: number): boolean {
    if (this.low[index] === low && this.high[index] === high) return false;
    this.low[index] = low;
    this.high[index] = high;
    compress(low, high, pair);
    const at = (this.#frames[index >> 9] as number) + (index & 511) * 8;
    this.#bus.view.setInt32(at, pair.low, true);
    this.#bus.view.setInt32(at + 4, pair.high, true);
    return true;
  }
}

const pair: Pair = { low: 0, high: 0 };
const found = new Descriptor();

export class ShadowTables {
  readonly area: readonly AreaPage[];
  readonly #virtual: Cpu;
  readonly #gdt: Table;
  readonly #ldt: Table;
  /** What the tables were made from. */
  readonly #from = { gdt: 0, gdtLimit: -1, ldt: 0, ldtLimit: -1 };

  /** `take` gives frames of the monitor's, which are never given back. */
  constructor(virtual: Cpu, bus: Bus, take: () => Hpa) {
    this.#virtual = virtual;
    const frames = Array.from({ length: PAGES }, take);
    this.area = frames.map((frame, n) => ({ at: (MONITOR_AREA + n * PAGE) as Gva, frame, writable: true }));
    const pages = TABLE_BYTES / PAGE;
    this.#gdt = new Table(bus, frames.slice(0, pages));
    this.#ldt = new Table(bus, frames.slice(pages, 2 * pages));
    bus.view.setUint16((frames[2 * pages] as number) + IO_MAP_BASE, TSS_LIMIT + 1, true);
  }

  /** V's tables may be other ones now. Returns how many entries changed. */
  follow(): number {
    const { gdtr, segments } = this.#virtual;
    const from = this.#from;
    const ldt = segments.base[LDTR] as number;
    // Out of reset LDTR holds a table of 64 KiB at 0, which nobody means: V deals with selectors that lead there.
    const none = ((segments.selector[LDTR] as number) & 0xfffc) === 0;
    const present = !none && ((segments.access[LDTR] as number) & PRESENT) !== 0;
    const ldtLimit = present ? Math.min(segments.limit[LDTR] as number, TABLE_BYTES - 1) : -1;
    let changed = 0;
    if (from.gdt !== gdtr.base || from.gdtLimit !== gdtr.limit) {
      from.gdt = gdtr.base;
      from.gdtLimit = gdtr.limit;
      changed += this.#copy(this.#gdt, 0, (gdtr.limit + 1) >> 3);
    }
    if (from.ldt !== ldt || from.ldtLimit !== ldtLimit) {
      from.ldt = ldt;
      from.ldtLimit = ldtLimit;
      changed += this.#copy(this.#ldt, TABLE_LDT, (ldtLimit + 1) >> 3);
    }
    return changed;
  }

  /** Compares both tables with the guest's. Returns how many entries changed. */
  compare(): number {
    return this.#copy(this.#gdt, 0, this.#gdt.count) + this.#copy(this.#ldt, TABLE_LDT, this.#ldt.count);
  }

  /** Compares one entry; true when it changed. */
  refresh(selector: number): boolean {
    const table = (selector & TABLE_LDT) === 0 ? this.#gdt : this.#ldt;
    const index = selector >> 3;
    return index < table.count && this.#read(table, selector & TABLE_LDT, index);
  }

  /** The shadow of an entry is absent, or was stale, although the guest's is present. */
  differs(selector: number): boolean {
    const table = this.#describe(selector);
    if (table === undefined) return false;
    if (this.refresh(selector)) return true;
    return ((table.high[selector >> 3] as number) & PRESENT) !== 0 && !this.#shadow(selector);
  }

  /** P can load V's segment register by its selector, and gets what V has. */
  represents(seg: number): boolean {
    const { segments } = this.#virtual;
    const selector = segments.selector[seg] as number;
    const access = segments.access[seg] as number;
    if (access === 0) return (selector & 0xfffc) === 0;
    const table = this.#describe(selector);
    if (table === undefined || !this.#shadow(selector)) return false;
    found.low = table.low[selector >> 3] as number;
    found.high = table.high[selector >> 3] as number;
    return (
      found.base === segments.base[seg] &&
      found.limit >>> 0 === segments.limit[seg] &&
      (found.high & ACCESS) === access
    );
  }

  /** Loads P's register, at the privilege that `rpl` gives (−1: the selector's own). */
  load(physical: Cpu, seg: number, rpl: number): void {
    const { segments } = this.#virtual;
    const selector = segments.selector[seg] as number;
    if (segments.access[seg] === 0) {
      setNull(physical, seg, selector);
      return;
    }
    this.#shadow(selector);
    setFromDescriptor(physical, seg, rpl < 0 ? selector : (selector & 0xfffc) | rpl, found);
  }

  /** P has loaded a selector by itself: V's register gets what the guest's entry said. */
  adopt(seg: number, selector: number, access: number): void {
    const table = access === 0 ? undefined : this.#describe(selector);
    if (table === undefined) {
      setNull(this.#virtual, seg, selector);
      return;
    }
    found.low = table.low[selector >> 3] as number;
    found.high = table.high[selector >> 3] as number;
    setFromDescriptor(this.#virtual, seg, selector, found);
  }

  /** Gives P its tables. */
  install(physical: Cpu): void {
    const { gdtr, idtr } = physical;
    const { segments } = this.#virtual;
    gdtr.base = MONITOR_AREA;
    gdtr.baseHigh = 0;
    gdtr.limit = this.#from.gdtLimit;
    idtr.base = IDT_AT;
    idtr.baseHigh = 0;
    idtr.limit = IDT_LIMIT;
    setSegment(physical, 7, TSS_SELECTOR, TSS_AT, TSS_LIMIT, BUSY_TSS32);
    const { ldtLimit } = this.#from;
    if (ldtLimit < 0) setNull(physical, LDTR, segments.selector[LDTR] as number);
    else setSegment(physical, LDTR, segments.selector[LDTR] as number, LDT_AT, ldtLimit, LDT_ACCESS);
  }

  /** The shadow of a selector's entry, in `found`; false where it is absent. */
  #shadow(selector: number): boolean {
    const table = this.#describe(selector);
    if (table === undefined) return false;
    compress(table.low[selector >> 3] as number, table.high[selector >> 3] as number, pair);
    found.low = pair.low;
    found.high = pair.high;
    return pair.high !== 0;
  }

  #describe(selector: number): Table | undefined {
    const table = (selector & TABLE_LDT) === 0 ? this.#gdt : this.#ldt;
    return selector >> 3 < table.count && selector >> 2 !== 0 ? table : undefined;
  }

  #copy(table: Table, kind: number, count: number): number {
    let changed = 0;
    for (let index = 0; index < count; index++) if (this.#read(table, kind, index)) changed++;
    for (let index = count; index < table.count; index++) if (table.put(index, 0, 0)) changed++;
    table.count = count;
    return changed;
  }

  /** Reads the guest's entry: one that lies in no memory counts as absent. True when it is another one than before. */
  #read(table: Table, kind: number, index: number): boolean {
    const virtual = this.#virtual;
    const base = kind === 0 ? virtual.gdtr.base : (virtual.segments.base[LDTR] as number);
    found.address = systemAddress(virtual, base, 0, index * 8);
    const { cr2 } = virtual;
    try {
      readPair(virtual, found);
    } catch (fault) {
      if (fault !== FAULT) throw fault;
      virtual.cr2 = cr2;
      found.low = found.high = 0;
    }
    return table.put(index, found.low, found.high);
  }
}
