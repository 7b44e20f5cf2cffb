/**
 * Xen's shared ring (io/ring.h): one page, requests and responses in the same slots, indices that only grow (modulo 2^32).
 *
 *     0 req_prod │ 4 req_event │ 8 rsp_prod │ 12 rsp_event │ … │ 64 slots, a power of two of them
 *
 * What the other side may write is read once, and a slot is copied out before it is looked at: what is checked is what is used.
 */

import { BACK_END, type RingIndex, type RingPage, type RingPolicy, wantsNotice } from "./ring-policy.ts";

/** A side's view of the page: its own memory, or what it has mapped. */
export interface RingMemory {
  read32(at: number): number;
  write32(at: number, value: number): void;
  read(at: number, length: number): Uint8Array;
  write(at: number, bytes: Uint8Array): void;
}

export const SRING = {
  requestProduced: 0,
  requestEvent: 4,
  responseProduced: 8,
  responseEvent: 12,
  slots: 64,
};
const PAGE = 4096;

/** __RD32: the greatest power of two that fits. */
export const ringSize = (slotBytes: number): number =>
  2 ** Math.floor(Math.log2((PAGE - SRING.slots) / slotBytes));

abstract class Side {
  protected readonly memory: RingMemory;
  protected readonly page: number;
  protected readonly slotBytes: number;
  readonly size: number;

  /** `page` is the ring's address in `memory`. */
  constructor(memory: RingMemory, page: number, slotBytes: number) {
    this.memory = memory;
    this.page = page;
    this.slotBytes = slotBytes;
    this.size = ringSize(slotBytes);
  }

  protected slot(index: number): number {
    return this.page + SRING.slots + (index & (this.size - 1)) * this.slotBytes;
  }
}

export class FrontRing extends Side {
  #requests = 0;
  #responses = 0;

  /** SHARED_RING_INIT: both events are asked for from the first entry on. */
  init(): void {
    const { memory, page } = this;
    memory.write(page, new Uint8Array(PAGE));
    memory.write32(page + SRING.requestEvent, 1);
    memory.write32(page + SRING.responseEvent, 1);
  }

  get free(): number {
    return this.size - this.outstanding;
  }

  /** False: the ring is full. */
  put(request: Uint8Array): boolean {
    if (this.free === 0) return false;
    this.memory.write(this.slot(this.#requests), request.subarray(0, this.slotBytes));
    this.#requests = (this.#requests + 1) >>> 0;
    return true;
  }

  /** True: the back end wants an event. */
  pushRequests(): boolean {
    const { memory, page } = this;
    const old = memory.read32(page + SRING.requestProduced);
    memory.write32(page + SRING.requestProduced, this.#requests);
    return wantsNotice(this.#requests, old, memory.read32(page + SRING.requestEvent));
  }

  /** Copies of what was answered; "broken": the other side claims answers to what was not asked. */
  take(): Uint8Array[] | "broken" {
    const produced = this.memory.read32(this.page + SRING.responseProduced);
    if ((produced - this.#responses) >>> 0 > (this.#requests - this.#responses) >>> 0) return "broken";
    const taken: Uint8Array[] = [];
    for (; this.#responses !== produced; this.#responses = (this.#responses + 1) >>> 0)
      taken.push(this.memory.read(this.slot(this.#responses), this.slotBytes));
    return taken;
  }

  /** Requests that were not answered. */
  get outstanding(): number {
    return (this.#requests - this.#responses) >>> 0;
  }

  /** FINAL_CHECK_FOR_RESPONSES: asks for an event after so many more answers; true: something came before it was asked for. */
  finalCheck(after = 1): boolean {
    this.memory.write32(this.page + SRING.responseEvent, (this.#responses + after) >>> 0);
    return this.memory.read32(this.page + SRING.responseProduced) !== this.#responses;
  }
}

const INDEX: Readonly<Record<RingIndex, number>> = {
  req_prod: SRING.requestProduced,
  req_event: SRING.requestEvent,
  rsp_prod: SRING.responseProduced,
  rsp_event: SRING.responseEvent,
};

export class BackRing extends Side {
  readonly #policy: RingPolicy;
  /** Requests taken, answers made visible. */
  #requests = 0;
  #responses = 0;
  /** Requests that were taken and not handed out, and answers that are not visible yet. */
  #ahead: Uint8Array[] = [];
  #answers: Uint8Array[] = [];
  readonly #shared: RingPage;

  constructor(memory: RingMemory, page: number, slotBytes: number, policy: RingPolicy = BACK_END) {
    super(memory, page, slotBytes);
    this.#policy = policy;
    this.#shared = {
      read: (index) => memory.read32(page + INDEX[index]),
      write: (index, value) => memory.write32(page + INDEX[index], value),
      copy: (slot) => {
        this.#ahead.push(memory.read(this.slot(slot), slotBytes));
        this.#requests = (this.#requests + 1) >>> 0;
      },
      answer: (slot) => {
        const response = this.#answers.shift();
        if (response) memory.write(this.slot(slot), response.subarray(0, slotBytes));
      },
    };
  }

  /** Copies of at most `most` requests; "broken": RING_REQUEST_PROD_OVERFLOW, more of them than the ring can hold. */
  take(most = this.size): Uint8Array[] | "broken" {
    if (this.#ahead.length === 0 && !this.#look(most)) return "broken";
    return this.#ahead.splice(0, most);
  }

  /** What is put is visible with the next pushResponses. */
  put(response: Uint8Array): void {
    const owed = (this.#requests - this.#ahead.length - this.#responses) >>> 0;
    if (this.#answers.length === owed) throw new Error("invariant: a response without a request");
    this.#answers.push(response);
  }

  /** True: the front end wants an event. */
  pushResponses(): boolean {
    const count = this.#answers.length;
    const notify = this.#policy.push(this.#position, count, this.#shared);
    this.#answers = [];
    this.#responses = (this.#responses + count) >>> 0;
    return notify;
  }

  /** FINAL_CHECK_FOR_REQUESTS: true when there are some, or what is there cannot be; otherwise an event was asked for. */
  finalCheck(): boolean {
    return this.#ahead.length > 0 || !this.#look(this.size) || this.#ahead.length > 0;
  }

  #look(most: number): boolean {
    return this.#policy.take(this.#position, most, this.#shared);
  }

  get #position() {
    return { size: this.size, requests: this.#requests, responses: this.#responses };
  }
}
