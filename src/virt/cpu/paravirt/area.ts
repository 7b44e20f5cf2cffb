/**
 * The monitor's part of every address space, made once, in the monitor's frames: two level-1 tables, and what they map.
 * (interface.ts has the drawing.)
 */
import type { Gpa } from "../../../machine/address.ts";
import { BIG, GRANULAR, PRESENT, SEGMENT } from "../../../machine/cpu/descriptor.ts";
import type { Host } from "../host.ts";
import { monitorEntry, tableEntry } from "./frames.ts";
import {
  FAST_VECTOR,
  GDT_AREA,
  GDT_PAGES,
  GUEST_END,
  GUEST_GDT_PAGES,
  IDT_AREA,
  SELECTOR,
  TSS_AREA,
} from "./interface.ts";

const PAGE = 4096;
const VECTORS = 256;
const TSS_SIZE = 104;
/** Where ESP1 and SS1, ESP0 and SS0, and the I/O bitmap's offset stand (SDM Vol. 3, 8.2.1). */
const TSS = { esp0: 4, ss0: 8, esp1: 12, ss1: 16, bitmap: 102 } as const;
const INTERRUPT_GATE = 0x8e00;
const TRAP_GATE_USER = 0xef00;
const CODE_TYPE = 0x0b00;
const DATA_TYPE = 0x0300;
const BUSY_TSS = 0x8b00;
const LAST_PAGE = GUEST_END / PAGE - 1;

export class Area {
  readonly #host: Host;
  readonly #gdtTable: number;
  readonly #tss: number;
  readonly #idt: number;
  readonly #empty: number;
  /** For the directory: machine → physical, then the tables of the processor. */
  readonly entries: readonly number[];

  constructor(host: Host, physicalPages: number) {
    this.#host = host;
    const map = this.#machineToPhysical(physicalPages);
    this.#gdtTable = host.frame();
    this.#empty = host.frame();
    this.#idt = host.frame();
    this.#tss = host.frame();
    this.setGdt([]);
    const own = [this.#segments(), host.frame()];
    for (const [n, frame] of own.entries()) this.#map(GDT_AREA + PAGE * (GUEST_GDT_PAGES + n), frame);
    this.#map(IDT_AREA, this.#idt);
    this.#map(TSS_AREA, this.#tss);
    this.#fillTables();
    this.entries = [tableEntry(map, false), tableEntry(this.#gdtTable, false)];
  }

  /** The guest's pages of the GDT, machine frames; the rest is empty. */
  setGdt(frames: readonly number[]): void {
    for (let n = 0; n < GUEST_GDT_PAGES; n++)
      this.#map(GDT_AREA + PAGE * n, (frames[n] ?? this.#empty / PAGE) * PAGE);
  }

  /** Where the guest's kernel is entered from ring 3. */
  setStack(selector: number, pointer: number): void {
    this.#write(this.#tss + TSS.esp1, pointer);
    this.#write(this.#tss + TSS.ss1, selector);
  }

  get stack(): { selector: number; pointer: number } {
    const { view } = this.#host.bus;
    return {
      selector: view.getUint16(this.#tss + TSS.ss1, true),
      pointer: view.getInt32(this.#tss + TSS.esp1, true),
    };
  }

  /** INT 80h leads to the guest's kernel without the monitor, or, without an address, to the monitor. */
  setFast(target?: { readonly selector: number; readonly address: number }): void {
    if (target === undefined) this.#gate(FAST_VECTOR, SELECTOR.monitorCode, 0, INTERRUPT_GATE);
    else this.#gate(FAST_VECTOR, target.selector, target.address, TRAP_GATE_USER);
  }

  /** P's registers for these tables. */
  load(): void {
    const { gdtr, idtr, segments } = this.#host.cpu;
    Object.assign(gdtr, { base: GDT_AREA, baseHigh: 0, limit: GDT_PAGES * PAGE - 1 });
    Object.assign(idtr, { base: IDT_AREA, baseHigh: 0, limit: 8 * VECTORS - 1 });
    const TR = 7;
    segments.selector[TR] = SELECTOR.task;
    segments.base[TR] = TSS_AREA;
    segments.baseHigh[TR] = 0;
    segments.limit[TR] = TSS_SIZE - 1;
    segments.access[TR] = BUSY_TSS;
  }

  #map(at: number, frame: number): void {
    this.#write(this.#gdtTable + 4 * ((at >>> 12) & 0x3ff), monitorEntry(frame, true));
  }

  /** The guest's view of its machine frames; frames that are not its own have none. */
  #machineToPhysical(physicalPages: number): number {
    const { base } = this.#host;
    const table = this.#host.frame();
    const bytes = 4 * (base / PAGE + physicalPages);
    for (let n = 0; n < bytes / PAGE; n++) {
      const frame = this.#host.frame();
      this.#write(table + 4 * n, monitorEntry(frame, false));
      for (let entry = 0; entry < PAGE / 4; entry++) {
        const physical = n * (PAGE / 4) + entry - base / PAGE;
        this.#write(frame + 4 * entry, physical >= 0 && physical < physicalPages ? physical : -1);
      }
    }
    return table;
  }

  /** The page of the GDT that is the monitor's. */
  #segments(): number {
    const frame = this.#host.frame();
    const flat = (selector: number, type: number) => {
      const dpl = selector & 3;
      const pages = dpl === 0 ? 0xfffff : LAST_PAGE;
      const high = SEGMENT | PRESENT | BIG | GRANULAR | type | (dpl << 13) | (pages & 0xf0000);
      this.#descriptor(frame, selector, pages & 0xffff, high);
    };
    flat(SELECTOR.monitorCode, CODE_TYPE);
    flat(SELECTOR.monitorData, DATA_TYPE);
    flat(SELECTOR.ring1Code, CODE_TYPE);
    flat(SELECTOR.ring1Data, DATA_TYPE);
    flat(SELECTOR.ring3Code, CODE_TYPE);
    flat(SELECTOR.ring3Data, DATA_TYPE);
    const low = (TSS_SIZE - 1) | ((TSS_AREA & 0xffff) << 16);
    this.#descriptor(
      frame,
      SELECTOR.task,
      low,
      (TSS_AREA & 0xff000000) | ((TSS_AREA >>> 16) & 0xff) | BUSY_TSS,
    );
    return frame;
  }

  #descriptor(frame: number, selector: number, low: number, high: number): void {
    const at = frame + (selector & 0xff8);
    this.#write(at, low);
    this.#write(at + 4, high);
  }

  #fillTables(): void {
    for (let vector = 0; vector < VECTORS; vector++)
      this.#gate(vector, SELECTOR.monitorCode, 0, INTERRUPT_GATE);
    this.#write(this.#tss + TSS.esp0, 0);
    this.#write(this.#tss + TSS.ss0, SELECTOR.monitorData);
    // Beyond the limit: no port is open.
    this.#write(this.#tss + TSS.bitmap - 2, TSS_SIZE << 16);
  }

  #gate(vector: number, selector: number, address: number, access: number): void {
    this.#write(this.#idt + 8 * vector, (address & 0xffff) | (selector << 16));
    this.#write(this.#idt + 8 * vector + 4, (address & 0xffff0000) | access);
  }

  #write(at: number, value: number): void {
    this.#host.bus.write(at as Gpa, value >>> 0, 4);
  }
}
