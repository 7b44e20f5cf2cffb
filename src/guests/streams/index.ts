/**
 * What programs ask of memory, as streams of accesses (machine/mmu/stream.ts): the workloads whose working sets are out of an interpreter's
 * reach. Each is endless and the same for the same seed.
 */
import type { AddressStream } from "../../machine/mmu/stream.ts";
import { GraphWalk } from "./graph-walk.ts";
import { Gups } from "./gups.ts";
import { PointerChase } from "./pointer-chase.ts";
import { Strided } from "./strided.ts";
import { WorkingSets } from "./working-sets.ts";
import { Zipf } from "./zipf.ts";

export { GraphWalk, type GraphWalkOptions } from "./graph-walk.ts";
export { Gups, type GupsOptions } from "./gups.ts";
export { PointerChase, type PointerChaseOptions } from "./pointer-chase.ts";
export { Recorded, Recorder, type Recording } from "./recording.ts";
export { runStream, STREAM_PAGES, type StreamPage, type StreamRun } from "./run.ts";
export { Strided, type StridedOptions } from "./strided.ts";
export { WorkingSets, type WorkingSetsOptions } from "./working-sets.ts";
export { Zipf, type ZipfOptions } from "./zipf.ts";

/** The kinds that take a size. */
export const STREAMS = ["gups", "pointer-chase", "strided", "zipf", "graph-walk", "working-sets"] as const;
export type StreamName = (typeof STREAMS)[number];

/** Offset, edges in both directions, parent, place in the queue. */
const GRAPH_BYTES_OF_VERTEX = 8 * (1 + 32 + 1 + 1);

/**
 * A stream with the usual numbers over a region of about so many bytes: a power of two. Throws a RangeError when it is too small or too large
 * for the kind.
 */
export function makeStream(name: StreamName, span: number, seed: number): AddressStream {
  switch (name) {
    case "gups":
      return new Gups({ span, seed });
    case "pointer-chase":
      return new PointerChase({ span, seed });
    case "strided":
      return new Strided({ span, stride: 64 });
    case "zipf":
      return new Zipf({ span, seed });
    case "graph-walk":
      return new GraphWalk({ scale: Math.floor(Math.log2(span / GRAPH_BYTES_OF_VERTEX)), seed });
    case "working-sets":
      return new WorkingSets({ span, window: span / 16, phase: 100_000, seed });
  }
}
