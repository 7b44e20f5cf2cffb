/** What the student of lab 12 writes: what a hypervisor decides about grants and events, and a back end about its ring. */

/** An entry of another domain's grant table. That domain may write it at any time: also between two of your reads. */
export interface GrantEntry {
  /** Bits: 1 (of the lowest two) access is permitted, 4 for reading only, 8 somebody reads, 16 somebody writes. */
  flags(): number;
  setFlags(flags: number): void;
  /** Who may. */
  domain(): number;
  /** Which page. */
  frame(): number;
  /** Holds the page for the one who asks. False: it cannot be had. */
  reach(frame: number, writable: boolean): boolean;
}

/** A grant in use: the page that it named when it was first used, and by how many. */
export interface GrantUse {
  readonly frame: number;
  readonly readers: number;
  readonly writers: number;
}

export interface GrantAsked {
  /** Who asks. */
  readonly domain: number;
  readonly readonly: boolean;
}

/** Words of 32 bits: `pending` and `mask` have a bit a channel, `selector` a bit for each word of `pending`; `upcall` is 0 or 1. */
export type EventField = "pending" | "mask" | "selector" | "upcall";

/** What a domain shares with the hypervisor. `word` is 0 for `selector` and `upcall`. */
export interface EventWords {
  /** Unsigned. */
  read(field: EventField, word: number): number;
  write(field: EventField, word: number, value: number): void;
}

/** Indices on the ring's page that both sides can write; they count to 2^32 − 1 and begin anew. */
export type RingIndex = "req_prod" | "req_event" | "rsp_prod" | "rsp_event";

/** The ring's page, which the front end may write at any time. */
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
  /** Requests copied, and answers made visible, so far: from 0 to 2^32 − 1, and anew. */
  readonly requests: number;
  readonly responses: number;
}

export interface SplitDrivers {
  /** The hypervisor: may the domain use this grant? `use` says who does already. */
  pin(asked: GrantAsked, use: GrantUse | null, entry: GrantEntry): GrantUse | "denied" | "no page";
  /** The hypervisor: somebody has done with it. Who still uses it; null: nobody. */
  unpin(readonly: boolean, use: GrantUse, entry: GrantEntry): GrantUse | null;
  /** The hypervisor: an event was sent, or its channel is unmasked. True: an upcall has become due. */
  deliver(channel: number, cause: "sent" | "unmasked", words: EventWords): boolean;
  /** The back end: copies new requests, `most` at most. False: the front end's index cannot be. */
  take(position: RingPosition, most: number, page: RingPage): boolean;
  /** The back end: makes answers visible. True: the front end wants an event. */
  push(position: RingPosition, answers: number, page: RingPage): boolean;
}
