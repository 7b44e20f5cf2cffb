/** Receive responses grouped into frames, as the back end wrote them: nothing of it is believed. */
import { PAGE } from "../abi/numbers.ts";
import { decodeExtra, decodeRxResponse, EXTRA, NETRXF } from "./netif.ts";
import type { Offload } from "./offload.ts";

export interface Arrival {
  /** Ids in the ring's order; undefined: an extra info, which has none. */
  readonly ids: readonly (number | undefined)[];
  /** Where the bytes are on each page; no bytes where the page is not the frame's. */
  readonly parts: readonly { readonly offset: number; readonly length: number }[];
  /** False: the back end had an error, or it makes no sense. */
  readonly okay: boolean;
  readonly offload: Offload;
}

/** "broken": the last one promises a response that is not there. */
export function arrivals(responses: readonly Uint8Array[]): Arrival[] | "broken" {
  const found: Arrival[] = [];
  for (let at = 0; at < responses.length; ) {
    const arrival = arrivalAt(responses, at);
    if (arrival === undefined) return "broken";
    found.push(arrival);
    at += arrival.ids.length;
  }
  return found;
}

function arrivalAt(responses: readonly Uint8Array[], from: number): Arrival | undefined {
  const ids: (number | undefined)[] = [];
  const parts: { offset: number; length: number }[] = [];
  const offload = { checksum: false, segment: 0 };
  let okay = true;
  for (let more = true; more; ) {
    const slot = responses[from + ids.length];
    if (slot === undefined) return undefined;
    const { id, offset, flags, status } = decodeRxResponse(slot);
    const sound = status > 0 && offset + status <= PAGE;
    okay = okay && sound;
    if (ids.length === 0) offload.checksum = (flags & NETRXF.checksumBlank) !== 0;
    ids.push(id);
    parts.push(sound ? { offset, length: status } : { offset: 0, length: 0 });
    if (ids.length === 1 && (flags & NETRXF.extraInfo) !== 0) {
      const info = responses[from + 1];
      if (info === undefined) return undefined;
      const { type, gsoType, size, flags: others } = decodeExtra(info);
      okay = okay && type === EXTRA.gso && gsoType === EXTRA.tcp4 && size > 0 && (others & EXTRA.more) === 0;
      offload.segment = size;
      ids.push(undefined);
      parts.push({ offset: 0, length: 0 });
    }
    more = (flags & NETRXF.moreData) !== 0;
  }
  return { ids, parts, okay, offload };
}
