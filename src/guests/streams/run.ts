/** A stream run through a processor's translation, in one call. */
import type { CostProfile } from "../../machine/cost.ts";
import { Drive, type DriveCounts } from "../../machine/mmu/drive.ts";
import type { PageShift } from "../../machine/mmu/region.ts";
import type { AddressStream } from "../../machine/mmu/stream.ts";

/** Sizes of pages, as powers of two. */
export const STREAM_PAGES = { "4 KiB": 12, "2 MiB": 21, "1 GiB": 30 } as const satisfies Record<
  string,
  PageShift
>;
export type StreamPage = keyof typeof STREAM_PAGES;

export interface StreamRun {
  readonly stream: AddressStream;
  /** TLBs, caches and prices: a profile, or one with other numbers in it. */
  readonly profile: CostProfile;
  readonly pages: StreamPage;
  /** Pages of EPT's, for a guest; none: native. */
  readonly nested?: StreamPage;
  /** Accesses that are counted, … */
  readonly accesses: number;
  /** … and those before them, which fill TLBs and caches; none unless said. */
  readonly warmUp?: number;
}

/**
 * What so many accesses came to (drive.ts), after those that warm up.
 *
 *     runStream({ stream: new Gups({ span: 2 ** 30, seed: 1 }), profile: HASWELL, pages: "4 KiB", nested: "2 MiB", accesses: 1e6 })
 *
 * Throws a RangeError when the stream's region does not fit into the profile's physical addresses.
 */
export function runStream({ stream, profile, pages, nested, accesses, warmUp = 0 }: StreamRun): DriveCounts {
  const drive = new Drive({
    ...{ profile, span: stream.span, page: STREAM_PAGES[pages] },
    ...(nested !== undefined && { nested: STREAM_PAGES[nested] }),
  });
  drive.run(stream, warmUp);
  const before = drive.counts;
  drive.run(stream, accesses);
  return Object.fromEntries(
    Object.entries(drive.counts).map(([name, count]) => [name, count - before[name as keyof DriveCounts]]),
  ) as unknown as DriveCounts;
}
