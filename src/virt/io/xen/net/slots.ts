/**
 * Transmit requests grouped into frames, as the front end wrote them: nothing of it is believed.
 *
 *     request, size of all ── extra_info ──▶ extra info ── more_data ──▶ request ── more_data ──▶ request
 */
import { PAGE } from "../abi/numbers.ts";
import { decodeExtra, decodeTx, EXTRA, MOST_SLOTS, NETTXF, SHORTEST_FRAME, type TxRequest } from "./netif.ts";
import type { Offload } from "./offload.ts";

/** TCP_MIN_MSS of Linux: less would make thousands of frames of one. */
const SHORTEST_SEGMENT = 88;

/** Bytes of a page that the front end granted. */
export interface Fragment {
  readonly reference: number;
  readonly offset: number;
  readonly length: number;
}

export interface TxFrame {
  /** In the ring's order; null: an extra info, which has no id. */
  readonly ids: readonly (number | null)[];
  /** Undefined: it makes no sense, and is answered with errors. */
  readonly fragments: readonly Fragment[] | undefined;
  readonly offload: Offload;
}

/** "broken": the last one promises a slot that is not there, which no honest front end pushes. */
export function frames(slots: readonly Uint8Array[]): TxFrame[] | "broken" {
  const found: TxFrame[] = [];
  for (let at = 0; at < slots.length; ) {
    const frame = frameAt(slots, at);
    if (frame === undefined) return "broken";
    found.push(frame);
    at += frame.ids.length;
  }
  return found;
}

function frameAt(slots: readonly Uint8Array[], from: number): TxFrame | undefined {
  const first = decodeTx(slots[from] as Uint8Array);
  const ids: (number | null)[] = [first.id];
  let segment = 0;
  let sound = true;
  for (let more = (first.flags & NETTXF.extraInfo) !== 0; more; ) {
    const slot = slots[from + ids.length];
    if (slot === undefined) return undefined;
    const extra = decodeExtra(slot);
    ids.push(null);
    sound =
      sound && extra.type === EXTRA.gso && extra.gsoType === EXTRA.tcp4 && extra.size >= SHORTEST_SEGMENT;
    segment = extra.size;
    more = (extra.flags & EXTRA.more) !== 0;
  }
  const requests = [first];
  while (((requests.at(-1) as TxRequest).flags & NETTXF.moreData) !== 0) {
    const slot = slots[from + ids.length];
    if (slot === undefined) return undefined;
    const request = decodeTx(slot);
    ids.push(request.id);
    requests.push(request);
  }
  const checksum = (first.flags & NETTXF.checksumBlank) !== 0 || segment > 0;
  return { ids, fragments: sound ? fragmentsOf(requests) : undefined, offload: { checksum, segment } };
}

/** What the others have is not the first one's. */
function fragmentsOf(requests: readonly TxRequest[]): Fragment[] | undefined {
  const [first, ...others] = requests as [TxRequest, ...TxRequest[]];
  const own = first.size - others.reduce((sum, { size }) => sum + size, 0);
  if (requests.length > MOST_SLOTS || own < SHORTEST_FRAME) return undefined;
  const fragments = requests.map(({ reference, offset, size }, n) => ({
    ...{ reference, offset, length: n === 0 ? own : size },
  }));
  return fragments.every(({ offset, length }) => length > 0 && offset + length <= PAGE)
    ? fragments
    : undefined;
}
