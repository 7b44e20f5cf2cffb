/** Streams through the processor's translation: counts that can be said beforehand. */
import { expect, test } from "vitest";
import { Gups, makeStream, PointerChase, STREAMS, Strided } from "../../../src/guests/streams/index.ts";
import type { CostProfile } from "../../../src/machine/cost.ts";
import { Drive } from "../../../src/machine/mmu/drive.ts";
import { PAGE_SHIFTS, type PageShift } from "../../../src/machine/mmu/region.ts";
import { accessTo } from "../../../src/machine/mmu/stream.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";

const {
  structureCaches: _structures,
  nestedStructureCaches: _nestedStructures,
  nestedTlb: _nestedTlb,
  walkCaches: _caches,
  ...FLAT
} = HASWELL;
const GIB = 2 ** 30;

function chased(span: number, accesses: number, page: PageShift, nested?: PageShift) {
  const drive = new Drive({ profile: FLAT, span, page, ...(nested !== undefined && { nested }) });
  drive.run(new PointerChase({ span, seed: 1 }), accesses);
  return drive.counts;
}

/** Levels of tables that lead to a page. */
const levels = (page: PageShift) => 4 - PAGE_SHIFTS.indexOf(page);

test.each(
  PAGE_SHIFTS.flatMap((page) => [undefined, ...PAGE_SHIFTS].map((nested) => [page, nested] as const)),
)("pages of 2^%i, EPT's %s: (g + 1)(n + 1) − 1 references for each walk", (page, nested) => {
  const { walks, references, nestedReferences } = chased(GIB / 4, 20_000, page, nested);
  const [g, n] = [levels(page), nested === undefined ? 0 : levels(nested)];
  expect(walks).toBeGreaterThan(0);
  expect(references).toBe(walks * ((g + 1) * (n + 1) - 1));
  expect(nestedReferences).toBe(walks * (g + 1) * n);
});

test("a cycle of no more pages than the TLB has entries misses once in each, one of more in all, round robin as it is", () => {
  expect(chased(64 * 4096, 10_000, 12)).toMatchObject({ firstLevelMisses: 64, walks: 64 });
  const { firstLevelMisses, secondLevelHits, walks } = chased(1024 * 4096, 102_400, 12);
  expect(firstLevelMisses).toBe(102_400);
  expect([walks, secondLevelHits]).toEqual([1024, 102_400 - 1024]);
  expect(chased(4096 * 4096, 40_960, 12).walks).toBe(40_960);
});

test("cycles are the profile's", () => {
  const { cycles, references, secondLevelHits } = chased(2048 * 4096, 50_000, 12, 12);
  expect(cycles).toBe(references * FLAT.walkReference + secondLevelHits * FLAT.stlbHit);
});

test("a stride within pages walks once a page, wherever blocks and chunks end", () => {
  const drive = new Drive({ profile: FLAT, span: GIB, page: 12 });
  drive.run(new Strided({ span: GIB, stride: 192 }), 200_001);
  expect(drive.counts).toMatchObject({ accesses: 200_001, walks: Math.floor((200_000 * 192) / 4096) + 1 });
});

test("the first write to a page that was read walks to mark it dirty, on its page and beyond", () => {
  const drive = new Drive({ profile: FLAT, span: GIB, page: 12 });
  const page = (n: number, write: boolean) => accessTo(n * 4096, write);
  drive.replay(Uint32Array.of(page(0, false), page(0, true), page(0, false), page(0, true)));
  expect(drive.counts).toMatchObject({ walks: 2, firstLevelMisses: 1 });
  drive.replay(Uint32Array.of(page(1, true), page(2, false), page(1, false), page(1, true), page(0, true)));
  expect(drive.counts).toMatchObject({ walks: 4, firstLevelMisses: 3 });
});

test("short cuts change nothing: the counts are those of one access at a time", () => {
  for (const nested of [undefined, 12] as const)
    for (const profile of [FLAT, HASWELL] as CostProfile[])
      for (const name of STREAMS) {
        const options = { profile, span: 2 ** 23, page: 12, ...(nested && { nested }) } as const;
        const [whole, single] = [new Drive(options), new Drive(options)];
        const accesses = new Uint32Array(2000);
        makeStream(name, 2 ** 22, 3).fill(accesses);
        whole.replay(accesses);
        for (const access of accesses) {
          single.translation.data.clear();
          single.translation.touch((access & ~1) << 5, access >>> 27, access & 1);
        }
        single.replay(new Uint32Array(0));
        expect({ ...single.counts, accesses: 2000 }, name).toEqual(whole.counts);
      }
});

test("what does not fit is refused", () => {
  const drive = new Drive({ profile: FLAT, span: 2 ** 20, page: 12 });
  expect(() => drive.run(new Gups({ span: 2 ** 21, seed: 1 }), 1)).toThrow(
    "a stream over 2097152 bytes in a region of 1048576",
  );
  expect(() => new Drive({ profile: FLAT, span: 2 ** 38, page: 12 })).toThrow(/streams reach 137438953472/);
  const few = { ...FLAT, physicalBits: 32 };
  expect(() => new Drive({ profile: few, span: 4 * GIB, page: 12 })).toThrow(
    /physical addresses have 32 bits/,
  );
});
