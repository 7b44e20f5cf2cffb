/** How a back end goes around a shared ring: the contract, and our own way (the macros of io/ring.h). */

/** Indices on the page that both sides can write; they count modulo 2^32. */
export type RingIndex = "req_prod" | "req_event" | "rsp_prod" | "rsp_event";

export interface RingPage {
  /** Unsigned. */
  read(index: RingIndex): number;
  write(index: RingIndex, value: number): void;
  /** Copies the request in a slot to the back end's own memory: the next one that it handles. */
  copy(slot: number): void;
  /** Writes the next answer into a slot. */
  answer(slot: number): void;
}

/** What the back end knows by itself. */
export interface RingPosition {
  /** Slots: a power of two. */
  readonly size: number;
  /** Requests taken, and answers made visible, so far; modulo 2^32. */
  readonly requests: number;
  readonly responses: number;
}

export interface RingPolicy {
  /** Copies at most so many new requests; without any it asks for an event and looks again. False: the front end's index cannot be. */
  take(position: RingPosition, most: number, page: RingPage): boolean;
  /** Makes so many answers visible. True: the front end wants an event for them. */
  push(position: RingPosition, answers: number, page: RingPage): boolean;
}

/** PUSH_…_AND_CHECK_NOTIFY: the other side asked to hear of an index between the old one and the new one. */
export const wantsNotice = (now: number, old: number, event: number): boolean =>
  (now - event) >>> 0 < (now - old) >>> 0;

export const BACK_END: RingPolicy = {
  take({ size, requests, responses }, most, page) {
    let produced = page.read("req_prod");
    if (produced === requests) {
      // RING_FINAL_CHECK_FOR_REQUESTS.
      page.write("req_event", (requests + 1) >>> 0);
      produced = page.read("req_prod");
    }
    const fresh = (produced - requests) >>> 0;
    // RING_REQUEST_PROD_OVERFLOW.
    if (fresh > size || (produced - responses) >>> 0 > size) return false;
    for (let n = 0; n < Math.min(fresh, most); n++) page.copy((requests + n) & (size - 1));
    return true;
  },
  push({ size, responses }, answers, page) {
    for (let n = 0; n < answers; n++) page.answer((responses + n) & (size - 1));
    const now = (responses + answers) >>> 0;
    page.write("rsp_prod", now);
    return wantsNotice(now, responses, page.read("rsp_event"));
  },
};
