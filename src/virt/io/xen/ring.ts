/**
 * Xen's shared ring (io/ring.h): one page, requests and responses in the same slots, indices that only grow (modulo 2^32).
 *
 *     0 req_prod │ 4 req_event │ 8 rsp_prod │ 12 rsp_event │ … │ 64 slots, a power of two of them
 *
 * What the other side may write is read once, and a slot is copied out before it is looked at: what is checked is what is used.
 */

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

/** PUSH_…_AND_CHECK_NOTIFY: the other side asked to hear of an index between the old one and the new one. */
const wantsNotice = (now: number, old: number, event: number): boolean =>
  (now - event) >>> 0 < (now - old) >>> 0;

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

  /** Makes entries up to `now` visible; true: the other side wants an event. */
  protected push(produced: number, event: number, now: number): boolean {
    const old = this.memory.read32(this.page + produced);
    this.memory.write32(this.page + produced, now);
    return wantsNotice(now, old, this.memory.read32(this.page + event));
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
    return this.size - ((this.#requests - this.#responses) >>> 0);
  }

  /** False: the ring is full. */
  put(request: Uint8Array): boolean {
    if (this.free === 0) return false;
    this.memory.write(this.slot(this.#requests), request.subarray(0, this.slotBytes));
    this.#requests = (this.#requests + 1) >>> 0;
    return true;
  }

  pushRequests(): boolean {
    return this.push(SRING.requestProduced, SRING.requestEvent, this.#requests);
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

  /** FINAL_CHECK_FOR_RESPONSES: asks for the next event; true: something came before it was asked for. */
  finalCheck(): boolean {
    this.memory.write32(this.page + SRING.responseEvent, (this.#responses + 1) >>> 0);
    return this.memory.read32(this.page + SRING.responseProduced) !== this.#responses;
  }
}

export class BackRing extends Side {
  #requests = 0;
  #responses = 0;

  /** Copies of at most `most` requests; "broken": RING_REQUEST_PROD_OVERFLOW, more of them than the ring can hold. */
  take(most = this.size): Uint8Array[] | "broken" {
    const produced = this.memory.read32(this.page + SRING.requestProduced);
    if ((produced - this.#responses) >>> 0 > this.size || (produced - this.#requests) >>> 0 > this.size)
      return "broken";
    const taken: Uint8Array[] = [];
    while (this.#requests !== produced && taken.length < most) {
      taken.push(this.memory.read(this.slot(this.#requests), this.slotBytes));
      this.#requests = (this.#requests + 1) >>> 0;
    }
    return taken;
  }

  put(response: Uint8Array): void {
    if (this.#responses === this.#requests) throw new Error("invariant: a response without a request");
    this.memory.write(this.slot(this.#responses), response.subarray(0, this.slotBytes));
    this.#responses = (this.#responses + 1) >>> 0;
  }

  pushResponses(): boolean {
    return this.push(SRING.responseProduced, SRING.responseEvent, this.#responses);
  }

  /** FINAL_CHECK_FOR_REQUESTS. */
  finalCheck(): boolean {
    this.memory.write32(this.page + SRING.requestEvent, (this.#requests + 1) >>> 0);
    return this.memory.read32(this.page + SRING.requestProduced) !== this.#requests;
  }
}
