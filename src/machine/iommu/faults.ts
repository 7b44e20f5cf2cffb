/**
 * Fault recording (Intel VT-d 3.3, 7.2 and 10.4.14): a refused request leaves its requester, address and reason in a register of 128 bits,
 * and an interrupt for whoever runs the unit.
 *
 *     127 F │ 126 T read │ 103 … 96 reason │ 79 … 64 requester │ 63 … 12 page of the address, or 63 … 48 interrupt index
 */
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";

/** Reasons (7.1.3 and 7.1.4, tables of legacy-mode requests and of interrupt requests). */
export const FAULT = {
  rootNotPresent: 0x01,
  contextNotPresent: 0x02,
  contextInvalid: 0x03,
  beyondWidth: 0x04,
  write: 0x05,
  read: 0x06,
  nextTable: 0x07,
  rootTable: 0x08,
  contextTable: 0x09,
  rootReserved: 0x0a,
  contextReserved: 0x0b,
  entryReserved: 0x0c,
  interruptReserved: 0x20,
  interruptIndex: 0x21,
  irteNotPresent: 0x22,
  irteAccess: 0x23,
  irteReserved: 0x24,
  compatibilityFormat: 0x25,
  sourceId: 0x26,
  descriptorAccess: 0x27,
  descriptorReserved: 0x28,
} as const;
export type FaultReason = (typeof FAULT)[keyof typeof FAULT];

export interface FaultRecord {
  readonly requester: number;
  readonly reason: number;
  /** First byte of the page; of an interrupt request its index · 2^48. */
  readonly address: number;
  readonly write: boolean;
}

/** Registers CAP.NFR + 1. */
export const FAULT_RECORDS = 8;
const WORDS = 4;
const TWO32 = 4294967296;
/** Of a record's last word. */
const F = 0x8000_0000;
const T = 0x4000_0000;
/** FSTS: overflow, a record pends, the queue has an error; FRI is bits 15:8. */
const PFO = 1;
const PPF = 2;
export const IQE = 16;
/** FECTL: masked, an event waits behind the mask. */
const IM = 0x8000_0000;
const IP = 0x4000_0000;

export class Faults implements Stateful {
  readonly records = new Int32Array(FAULT_RECORDS * WORDS);
  /** FEDATA, FEADDR. */
  data = 0;
  address = 0;
  #overflow = 0;
  #queueError = 0;
  #first = 0;
  #next = 0;
  /** Reset leaves events masked. */
  control: number = IM;
  readonly #send: (address: number, data: number) => void;

  /** `send`: the unit's own interrupt message, which nobody remaps (5.1.5.1 of older editions). */
  constructor(send: (address: number, data: number) => void) {
    this.#send = send;
  }

  get status(): number {
    const pending = this.#pending ? PPF | (this.#first << 8) : 0;
    return this.#overflow | this.#queueError | pending;
  }

  /** PFO and IQE go when a one is written to them. */
  set status(value: number) {
    this.#overflow &= ~value;
    this.#queueError &= ~value;
    if ((this.status & (PPF | PFO | IQE)) === 0) this.control &= ~IP;
  }

  record({ requester, reason, address, write }: FaultRecord): void {
    const at = this.#next * WORDS;
    if ((this.records[at + 3] as number) & F) {
      this.#raise(() => {
        this.#overflow = PFO;
      });
      return;
    }
    this.#raise(() => {
      if (!this.#pending) this.#first = this.#next;
      this.#next = (this.#next + 1) % FAULT_RECORDS;
      const page = address - (address % 4096);
      this.records[at] = page | 0;
      this.records[at + 1] = Math.floor(page / TWO32) | 0;
      this.records[at + 2] = requester;
      this.records[at + 3] = F | (write ? 0 : T) | reason;
    });
  }

  /** The queue holds what is no descriptor (6.5.2.10). */
  queueError(): void {
    this.#raise(() => {
      this.#queueError = IQE;
    });
  }

  /** The host writes a record's last word: a one clears F, and software goes on to the next. */
  clear(record: number, value: number): void {
    const at = record * WORDS + 3;
    this.records[at] = (this.records[at] as number) & ~(value & F);
    while (this.#pending && !((this.records[this.#first * WORDS + 3] as number) & F))
      this.#first = (this.#first + 1) % FAULT_RECORDS;
  }

  setControl(value: number): void {
    this.control = (value & IM) | (this.control & IP);
    if (!(value & IM) && this.control & IP) {
      this.control &= ~IP;
      this.#send(this.address, this.data);
    }
  }

  /** The oldest records first; they are cleared. */
  take(): FaultRecord[] {
    const taken: FaultRecord[] = [];
    while (this.#pending) {
      const at = this.#first * WORDS;
      const [low, high, requester, last] = this.records.subarray(at, at + WORDS) as unknown as number[];
      taken.push({
        requester: (requester as number) & 0xffff,
        reason: (last as number) & 0xff,
        address: ((high as number) >>> 0) * TWO32 + ((low as number) >>> 0),
        write: ((last as number) & T) === 0,
      });
      this.clear(this.#first, F);
    }
    this.status = PFO;
    return taken;
  }

  get #pending(): boolean {
    for (let at = 3; at < this.records.length; at += WORDS) if ((this.records[at] as number) & F) return true;
    return false;
  }

  /** An event is sent when there was none to serve before (7.3). */
  #raise(change: () => void): void {
    const before = this.status & (PPF | PFO | IQE);
    change();
    if (before !== 0) return;
    if (this.control & IM) this.control |= IP;
    else this.#send(this.address, this.data);
  }

  save(out: StateWriter): void {
    out.section("iommu faults");
    out.array(this.records);
    saveFields(out, this, "data address control");
    for (const value of [this.#overflow, this.#queueError, this.#first, this.#next]) out.int(value);
  }

  load(from: StateReader): void {
    from.section("iommu faults");
    from.array(this.records);
    loadFields(from, this, "data address control");
    this.#overflow = from.int();
    this.#queueError = from.int();
    this.#first = from.int();
    this.#next = from.int();
  }
}
