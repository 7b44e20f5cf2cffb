/**
 * XenStore on the wire (io/xs_wire.h; docs/misc/xenstore.txt): messages with a header of 16 bytes, and the page in which a domain and
 * xenstored pass them on, a ring of bytes each way.
 *
 *     message   0 type │ 4 req_id │ 8 tx_id │ 12 len │ 16 len bytes
 *     page      0 req[1024] │ 1024 rsp[1024] │ 2048 req_cons │ 2052 req_prod │ 2056 rsp_cons │ 2060 rsp_prod
 *
 * Indices only grow, modulo 2^32. Strings end with a zero byte, but for a value that is written or read.
 */
import type { RingMemory } from "../ring.ts";

export const XS = {
  directory: 1,
  read: 2,
  getPermissions: 3,
  watch: 4,
  unwatch: 5,
  transactionStart: 6,
  transactionEnd: 7,
  getDomainPath: 10,
  write: 11,
  mkdir: 12,
  remove: 13,
  setPermissions: 14,
  watchEvent: 15,
  error: 16,
} as const;

export const HEADER = 16;
/** XENSTORE_PAYLOAD_MAX. */
export const LONGEST = 4096;
export const RING_BYTES = 1024;
export const STORE_PAGE = {
  requests: { ring: 0, consumer: 2048, producer: 2052 },
  responses: { ring: 1024, consumer: 2056, producer: 2060 },
} as const;

export interface Message {
  readonly type: number;
  /** The asker's own, given back as they are; 0 in a watch event. */
  readonly request: number;
  readonly transaction: number;
  /** Each character is a byte. */
  readonly payload: string;
}

export const toBytes = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length }, (_, n) => text.charCodeAt(n));
const toText = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

export function encode({ type, request, transaction, payload }: Message): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  for (const [n, word] of [type, request, transaction, payload.length].entries())
    view.setUint32(4 * n, word, true);
  bytes.set(toBytes(payload), HEADER);
  return bytes;
}

/** Bytes as they come → messages. */
export class Decoder {
  #bytes = new Uint8Array(0);

  /** Bytes of a message that is not complete yet. */
  get pending(): number {
    return this.#bytes.length;
  }

  push(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#bytes.length + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, this.#bytes.length);
    this.#bytes = all;
  }

  /** Undefined: it is not complete. "broken": it is longer than any message is. */
  next(): Message | undefined | "broken" {
    const bytes = this.#bytes;
    if (bytes.length < HEADER) return undefined;
    const view = new DataView(bytes.buffer);
    const length = view.getUint32(12, true);
    if (length > LONGEST) return "broken";
    if (bytes.length < HEADER + length) return undefined;
    this.#bytes = bytes.slice(HEADER + length);
    return {
      type: view.getUint32(0, true),
      request: view.getUint32(4, true),
      transaction: view.getUint32(8, true),
      payload: toText(bytes.subarray(HEADER, HEADER + length)),
    };
  }
}

type Way = (typeof STORE_PAGE)["requests" | "responses"];

/** Everything that has come on one way of the page at `page`, at most 1024 bytes; "broken": more than the ring holds. */
export function receive(memory: RingMemory, page: number, way: Way): Uint8Array | "broken" {
  const consumer = memory.read32(page + way.consumer);
  const length = (memory.read32(page + way.producer) - consumer) >>> 0;
  if (length > RING_BYTES) return "broken";
  const bytes = new Uint8Array(length);
  const start = consumer % RING_BYTES;
  const first = Math.min(length, RING_BYTES - start);
  bytes.set(memory.read(page + way.ring + start, first));
  bytes.set(memory.read(page + way.ring, length - first), first);
  memory.write32(page + way.consumer, (consumer + length) >>> 0);
  return bytes;
}

/** How many of the bytes have found room; "broken": the other side claims to have read what was not there. */
export function send(memory: RingMemory, page: number, way: Way, bytes: Uint8Array): number | "broken" {
  const producer = memory.read32(page + way.producer);
  const waiting = (producer - memory.read32(page + way.consumer)) >>> 0;
  if (waiting > RING_BYTES) return "broken";
  const length = Math.min(bytes.length, RING_BYTES - waiting);
  const start = producer % RING_BYTES;
  const first = Math.min(length, RING_BYTES - start);
  memory.write(page + way.ring + start, bytes.subarray(0, first));
  memory.write(page + way.ring, bytes.subarray(first, length));
  memory.write32(page + way.producer, (producer + length) >>> 0);
  return length;
}
