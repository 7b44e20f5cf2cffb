/** The bytes of a chain, whatever its segments are (2.7.4.1: no assumption about how a request is cut up). */
import type { Iova } from "../../../machine/address.ts";
import type { Dma } from "../../../machine/dma.ts";
import { type IoLedger, lines } from "../backend.ts";
import type { Segment } from "./queue.ts";

export const lengthOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { length }) => sum + length, 0);

/** The parts of the segments that hold `length` bytes from `offset` on; fewer when there are fewer. */
function* pieces(segments: readonly Segment[], offset: number, length: number): Generator<Segment> {
  let skip = offset;
  let rest = length;
  for (const segment of segments) {
    const here = Math.min(segment.length - skip, rest);
    if (here > 0) {
      yield { address: segment.address + skip, length: here };
      rest -= here;
      skip = 0;
    } else skip = Math.max(0, skip - segment.length);
    if (rest === 0) return;
  }
}

/** A device's way to its buffers: each byte that it copies is paid for. */
export class Transfer {
  readonly #dma: Dma;
  readonly #ledger: IoLedger;

  constructor(dma: Dma, ledger: IoLedger) {
    this.#dma = dma;
    this.#ledger = ledger;
  }

  /** A copy of `length` bytes; undefined when they are not all there, or not in memory. */
  read(segments: readonly Segment[], offset: number, length: number): Uint8Array | undefined {
    if (offset + length > lengthOf(segments)) return undefined;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces(segments, offset, length)) {
      if (!this.#dma.read(piece.address as Iova, bytes.subarray(at, at + piece.length))) return undefined;
      at += piece.length;
    }
    this.#ledger.pay("copyLine", 0, lines(length));
    return bytes;
  }

  /** False: the bytes did not all find a place. */
  write(segments: readonly Segment[], offset: number, bytes: Uint8Array): boolean {
    if (offset + bytes.length > lengthOf(segments)) return false;
    let at = 0;
    for (const piece of pieces(segments, offset, bytes.length)) {
      if (!this.#dma.write(piece.address as Iova, bytes.subarray(at, at + piece.length))) return false;
      at += piece.length;
    }
    this.#ledger.pay("copyLine", 0, lines(bytes.length));
    return true;
  }
}
