/**
 * The unit's registers (Intel VT-d 3.3, 10.4), of which software reads and writes dwords; a register of 64 bits is two.
 *
 *     00 VER · 08 CAP · 10 ECAP · 18 GCMD · 1C GSTS · 20 RTADDR · 34 FSTS · 38 FECTL · 3C FEDATA · 40 FEADDR
 *     80 IQH · 88 IQT · 90 IQA · 9C ICS · B8 IRTA · 100 fault records
 */
import type { MmioDevice } from "../bus.ts";
import { FAULT_RECORDS, type Faults, IQE } from "./faults.ts";
import type { InterruptRemapping } from "./interrupts.ts";
import type { InvalidationQueue } from "./invalidation.ts";
import type { Translator } from "./translator.ts";

export const REGISTER = {
  ...{ version: 0x00, cap: 0x08, ecap: 0x10, gcmd: 0x18, gsts: 0x1c, rtaddr: 0x20, fsts: 0x34, fectl: 0x38 },
  ...{ fedata: 0x3c, feaddr: 0x40, iqh: 0x80, iqt: 0x88, iqa: 0x90, ics: 0x9c, irta: 0xb8, records: 0x100 },
} as const;
/** Of GCMD and GSTS. */
export const COMMAND = {
  translate: 2 ** 31,
  setRoot: 2 ** 30,
  queue: 2 ** 26,
  remapInterrupts: 2 ** 25,
  setInterruptTable: 2 ** 24,
  compatibility: 2 ** 23,
} as const;

const TWO32 = 4294967296;
const RECORD_BYTES = 16;
/** Domains of 12 bits: all that the IOTLB tells apart. */
const ND = 4;
const VERSION = 0x10;

export interface Parts {
  readonly translator: Translator;
  readonly queue: InvalidationQueue;
  readonly interrupts: InterruptRemapping;
  readonly faults: Faults;
  readonly superpages: boolean;
}

export class Registers implements MmioDevice {
  /** RTADDR and IRTA as they were written; a command makes them count. */
  readonly pending = { rtaddr: 0, irta: 0 };
  rootSet = false;
  tableSet = false;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  read(offset: number, size: number): number {
    if (size !== 4 || (offset & 3) !== 0) return 0;
    const { faults, queue } = this.#parts;
    const record = offset - REGISTER.records;
    if (record >= 0) return ((faults.records[record >> 2] ?? 0) as number) >>> 0;
    switch (offset) {
      case REGISTER.version:
        return VERSION;
      case REGISTER.gsts:
        return this.#status;
      case REGISTER.fsts:
        return faults.status;
      case REGISTER.fectl:
        return faults.control >>> 0;
      case REGISTER.fedata:
        return faults.data;
      case REGISTER.feaddr:
        return faults.address;
      case REGISTER.ics:
        return queue.completed ? 1 : 0;
      default:
        return this.#half(offset);
    }
  }

  write(offset: number, value: number, size: number): void {
    if (size !== 4 || (offset & 3) !== 0) return;
    const { faults, queue } = this.#parts;
    const record = offset - REGISTER.records;
    if (record >= 0) {
      if (record < FAULT_RECORDS * RECORD_BYTES && record % RECORD_BYTES === 12)
        faults.clear(record >> 4, value);
      return;
    }
    const { pending } = this;
    switch (offset) {
      case REGISTER.gcmd:
        this.#command(value);
        return;
      case REGISTER.fsts:
        faults.status = value;
        if (value & IQE) queue.serve();
        return;
      case REGISTER.fectl:
        faults.setControl(value);
        return;
      case REGISTER.fedata:
        faults.data = value;
        return;
      case REGISTER.feaddr:
        faults.address = value;
        return;
      case REGISTER.ics:
        if (value & 1) queue.completed = false;
        return;
      case REGISTER.iqt:
        queue.tail = value & 0x7fff0;
        queue.told();
        return;
      case REGISTER.iqa:
        queue.order = value & 7;
        queue.base = withLow(queue.base, value & -4096);
        return;
      case REGISTER.iqa + 4:
        queue.base = withHigh(queue.base, value);
        return;
      case REGISTER.rtaddr:
      case REGISTER.irta:
        pending[offset === REGISTER.irta ? "irta" : "rtaddr"] = withLow(this.#table(offset), value);
        return;
      case REGISTER.rtaddr + 4:
      case REGISTER.irta + 4:
        pending[offset === REGISTER.irta + 4 ? "irta" : "rtaddr"] = withHigh(this.#table(offset - 4), value);
    }
  }

  #table(offset: number): number {
    return offset === REGISTER.irta ? this.pending.irta : this.pending.rtaddr;
  }

  #command(value: number): void {
    const { translator, queue, interrupts } = this.#parts;
    const is = (bit: number) => (value & bit) !== 0;
    const pageOf = (at: number) => at - (at % 4096);
    if (is(COMMAND.setRoot)) {
      translator.rootTable = pageOf(this.pending.rtaddr);
      this.rootSet = true;
    }
    if (is(COMMAND.setInterruptTable)) {
      interrupts.table = pageOf(this.pending.irta);
      interrupts.entries = 2 ** ((this.pending.irta & 15) + 1);
      this.tableSet = true;
    }
    translator.enabled = is(COMMAND.translate);
    interrupts.enabled = is(COMMAND.remapInterrupts);
    interrupts.compatibility = is(COMMAND.compatibility);
    if (is(COMMAND.queue) !== queue.enabled) {
      queue.enabled = is(COMMAND.queue);
      // 6.5.2: the head is reset when the queue is switched off.
      if (!queue.enabled) queue.head = 0;
      queue.serve();
    }
  }

  get #status(): number {
    const { translator, queue, interrupts } = this.#parts;
    return (
      (translator.enabled ? COMMAND.translate : 0) +
      (this.rootSet ? COMMAND.setRoot : 0) +
      (queue.enabled ? COMMAND.queue : 0) +
      (interrupts.enabled ? COMMAND.remapInterrupts : 0) +
      (this.tableSet ? COMMAND.setInterruptTable : 0) +
      (interrupts.compatibility ? COMMAND.compatibility : 0)
    );
  }

  /** A half of a register of 64 bits; what is none reads zero. */
  #half(offset: number): number {
    const { queue, superpages } = this.#parts;
    const high = (offset & 4) !== 0;
    const half = (value: number) => (high ? Math.floor(value / TWO32) : value % TWO32);
    switch (offset & ~4) {
      case REGISTER.cap: {
        // ND, SAGAW (39 and 48 bits), MGAW; FRO; SLLPS, PSI, NFR; MAMV, PI.
        const low = (ND | (6 << 8) | (47 << 16) | ((REGISTER.records >> 4) << 24)) >>> 0;
        const upper =
          (superpages ? 3 << 2 : 0) | (1 << 7) | ((FAULT_RECORDS - 1) << 8) | (18 << 16) | (1 << 27);
        return high ? upper >>> 0 : low;
      }
      case REGISTER.ecap:
        // C, QI, IR, PT.
        return high ? 0 : 1 | 2 | 8 | 64;
      case REGISTER.rtaddr:
        return half(this.pending.rtaddr);
      case REGISTER.irta:
        return half(this.pending.irta);
      case REGISTER.iqh:
        return half(queue.head);
      case REGISTER.iqt:
        return half(queue.tail);
      case REGISTER.iqa:
        return half(queue.base + queue.order);
      default:
        return 0;
    }
  }
}

const withLow = (of: number, low: number): number => of - (of % TWO32) + (low >>> 0);
const withHigh = (of: number, high: number): number => (of % TWO32) + (high >>> 0) * TWO32;
