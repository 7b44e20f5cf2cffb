/**
 * The invalidation queue (Intel VT-d 3.3, 6.5.2): a ring in memory, which software fills at IQT and the unit serves from IQH.
 *
 *     descriptor  127 ── 64                     63 ── 32       31 ── 16   5 4   3 ─ 0
 *       1 context  ·                            requester 47…32 domain     G     0001       G: 1 all, 2 domain, 3 requester
 *       2 IOTLB    page 127…76, mask 69…64      ·               domain     G     0010       G: 1 all, 2 domain, 3 2^mask pages
 *       4 IEC      ·                            index 47…32     mask 31…27 G     0100       nothing is cached: nothing to do
 *       5 wait     status address 127…66        status data     ·          SW IF 0101       SW: bit 5, IF: bit 4
 */
import type { Clock, Timer } from "../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { type CheckedTables, ENTRY_BYTES, fourWords } from "./context.ts";
import type { Faults } from "./faults.ts";
import type { Translator } from "./translator.ts";

const CONTEXT = 1;
const IOTLB = 2;
const INTERRUPTS = 4;
const WAIT = 5;
const ALL = 1;
const DOMAIN = 2;
const SELECTED = 3;
const STATUS_WRITE = 0x20;
const INTERRUPT = 0x10;
const PAGE = 4096;
const TWO32 = 4294967296;

type Words = [number, number, number, number];

/** A wait descriptor that writes `data` to `status` when all before it is done. */
export const waitDescriptor = (status: number, data: number): Words => [
  WAIT | STATUS_WRITE,
  data | 0,
  status | 0,
  Math.floor(status / TWO32),
];
export const flushAllDescriptor = (): Words => [IOTLB | (ALL << 4), 0, 0, 0];
export const flushDomainDescriptor = (domain: number): Words => [
  IOTLB | (DOMAIN << 4) | (domain << 16),
  ...([0, 0, 0] as const),
];
/** 2^mask pages from `at`, a multiple of as many. */
export const flushPagesDescriptor = (domain: number, at: number, mask: number): Words => [
  IOTLB | (SELECTED << 4) | (domain << 16),
  0,
  at | mask | 0,
  Math.floor(at / TWO32),
];
export const flushContextsDescriptor = (): Words => [CONTEXT | (ALL << 4), 0, 0, 0];

export const flushInterruptsDescriptor = (): Words => [INTERRUPTS, 0, 0, 0];

export class InvalidationQueue implements Stateful {
  enabled = false;
  /** IQA: page of the ring, and its size in pages as a power of two. */
  base = 0;
  order = 0;
  /** Bytes from the ring's start. */
  head = 0;
  tail = 0;
  /** Descriptors served. */
  served = 0;
  /** A wait descriptor asked for an interrupt: ICS.IWC. */
  completed = false;
  readonly #tables: CheckedTables;
  readonly #translator: Translator;
  readonly #faults: Faults;
  readonly #time: { readonly clock: Clock; readonly cycles: number; readonly timer: Timer } | undefined;

  /** `time`: from being told of descriptors to their being done. */
  constructor(
    tables: CheckedTables,
    translator: Translator,
    faults: Faults,
    time?: { readonly clock: Clock; readonly cycles: number },
  ) {
    this.#time = time && { ...time, timer: time.clock.timer(() => this.serve()) };
    this.#tables = tables;
    this.#translator = translator;
    this.#faults = faults;
  }

  get bytes(): number {
    return PAGE * 2 ** this.order;
  }

  /** The host has moved the tail. Whoever is told while it works goes on with what is there then. */
  told(): void {
    if (this.#time === undefined) this.serve();
    else if (this.#time.timer.deadline === Number.POSITIVE_INFINITY) {
      const { clock, cycles, timer } = this.#time;
      clock.set(timer, clock.now + cycles);
    }
  }

  /** Serves what is there. An error stops the queue at the descriptor until the host has cleared FSTS.IQE. */
  serve(): void {
    if (!this.enabled) return;
    if (this.tail >= this.bytes) {
      this.#faults.queueError();
      return;
    }
    while (this.head !== this.tail) {
      this.#tables.failed = false;
      const words = fourWords(this.#tables, this.base + this.head);
      if (this.#tables.failed || !this.#obey(words)) {
        this.#faults.queueError();
        return;
      }
      this.head = (this.head + ENTRY_BYTES) % this.bytes;
      this.served++;
    }
  }

  /** False: it is no descriptor. */
  #obey([low, high, address, addressHigh]: Words): boolean {
    const { contexts, iotlb } = this.#translator;
    const granularity = (low >> 4) & 3;
    const wanted = low >>> 16;
    switch (low & 15) {
      case CONTEXT:
        if (granularity === 0) return false;
        contexts.flush((requester, { domain }) => {
          if (granularity === ALL) return true;
          return domain === wanted && (granularity === DOMAIN || requester === (high & 0xffff));
        });
        return true;
      case IOTLB: {
        const mask = address & 63;
        if (granularity === ALL) iotlb.flush();
        else if (granularity === DOMAIN) iotlb.flushDomain(wanted);
        else if (granularity === SELECTED) {
          const at = addressHigh * TWO32 + ((address & -PAGE) >>> 0);
          iotlb.flushPages(wanted, at - (at % (PAGE * 2 ** mask)), mask);
        } else return false;
        return true;
      }
      case INTERRUPTS:
        return true;
      case WAIT:
        if (low & STATUS_WRITE) this.#tables.writeEntry(addressHigh * TWO32 + ((address & -4) >>> 0), high);
        if (low & INTERRUPT) this.completed = true;
        return true;
      default:
        return false;
    }
  }

  save(out: StateWriter): void {
    for (const value of [this.base, this.order, this.head, this.tail, this.served]) out.double(value);
    out.flag(this.enabled);
    out.flag(this.completed);
    out.double(this.#time?.timer.deadline ?? Number.POSITIVE_INFINITY);
  }

  load(from: StateReader): void {
    this.base = from.double();
    this.order = from.double();
    this.head = from.double();
    this.tail = from.double();
    this.served = from.double();
    this.enabled = from.flag();
    this.completed = from.flag();
    const deadline = from.double();
    if (this.#time === undefined) return;
    const { clock, timer } = this.#time;
    if (deadline === Number.POSITIVE_INFINITY) clock.clear(timer);
    else clock.set(timer, deadline);
  }
}
