/** What the TLBs keep, what flushes them, and what it costs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import type { EventName } from "../../../src/machine/trace.ts";
import { type Board, board, control, gva, level, PROFILE, raised } from "./board.ts";

const PD = 0x10000;
const PT = 0x11000;
const OTHER_PD = 0x12000;
const OTHER_PT = 0x13000;
const GLOBAL = 0x100;

/** Linear page n at frame 256 + n, and in the other tables at 512 + n; n < 256. */
function tables({ view }: Board, bits = 7): void {
  for (const [pd, pt, first] of [
    [PD, PT, 256],
    [OTHER_PD, OTHER_PT, 512],
  ] as const) {
    view.setUint32(pd, pt | 7, true);
    for (let n = 0; n < 256; n++) view.setUint32(pt + 4 * n, ((first + n) << 12) | bits, true);
  }
}

function paged(profile = {}, bits = 7, more = {}): Board {
  const b = board(profile);
  tables(b, bits);
  for (let frame = 256; frame < 1024; frame++) b.view.setInt32(frame << 12, frame, true);
  b.mmu.loadCr3(PD, 0);
  control(b.mmu, { format: "ia32", pge: true, ...more });
  return b;
}

const page = (n: number) => gva(n * 4096);
const counts = ({ trace }: Board, ...names: EventName[]) => names.map((name) => trace.count(name));

describe("staleness", () => {
  test("a changed entry is not seen before INVLPG", () => {
    const { mmu, view } = paged();
    expect(mmu.read32(page(3))).toBe(259);
    view.setUint32(PT + 12, (700 << 12) | 7, true);
    expect(mmu.read32(page(3))).toBe(259);
    mmu.invalidate(page(4));
    expect(mmu.read32(page(3))).toBe(259);
    mmu.invalidate(gva(3 * 4096 + 123));
    expect(mmu.read32(page(3))).toBe(700);
  });

  test("instructions have a TLB of their own, and INVLPG reaches it", () => {
    const { mmu, view } = paged();
    expect(mmu.fetch(page(3))).toBe(259 << 12);
    view.setUint32(PT + 12, (700 << 12) | 7, true);
    expect(mmu.read32(page(3))).toBe(700);
    expect(mmu.fetch(page(3))).toBe(259 << 12);
    mmu.invalidate(page(3));
    expect(mmu.fetch(page(3))).toBe(700 << 12);
  });

  test("an evicted translation is read again", () => {
    const { mmu, view } = paged({ dtlb: level(4, 1) });
    expect(mmu.read32(page(1))).toBe(257);
    view.setUint32(PT + 4, (700 << 12) | 7, true);
    mmu.read32(page(2));
    expect(mmu.read32(page(1))).toBe(257);
    mmu.read32(page(5));
    expect(mmu.read32(page(1))).toBe(700);
  });

  test("a hole is not remembered, nor is a protection that the tables have lifted", () => {
    const { mmu, view } = paged({}, 5);
    mmu.user = true;
    view.setUint32(PT + 4, 0, true);
    expect(raised(mmu, () => mmu.read32(page(1)))?.error).toBe(4);
    view.setUint32(PT + 4, (257 << 12) | 7, true);
    expect(mmu.read32(page(1))).toBe(257);
    expect(mmu.read32(page(2))).toBe(258);
    expect(raised(mmu, () => mmu.write32(page(2), 1))?.error).toBe(7);
    expect(mmu.read32(page(2))).toBe(258);
    view.setUint32(PT + 8, (258 << 12) | 7, true);
    expect(raised(mmu, () => mmu.write32(page(2), 1))).toBeUndefined();
  });

  test("a dirty bit cleared in memory is not set again before INVLPG", () => {
    const { mmu, view } = paged();
    mmu.write8(page(1), 1);
    expect(view.getUint32(PT + 4, true) & 0x60).toBe(0x60);
    view.setUint32(PT + 4, (257 << 12) | 7, true);
    mmu.write8(page(1), 1);
    expect(view.getUint32(PT + 4, true) & 0x60).toBe(0);
    mmu.invalidate(page(1));
    mmu.write8(page(1), 1);
    expect(view.getUint32(PT + 4, true) & 0x60).toBe(0x60);
  });

  test("a page read first is marked dirty by its first write", () => {
    const b = paged();
    b.mmu.read8(page(1));
    expect(b.view.getUint32(PT + 4, true) & 0x60).toBe(0x20);
    b.mmu.write8(page(1), 1);
    expect(b.view.getUint32(PT + 4, true) & 0x60).toBe(0x60);
    expect(counts(b, "dtlbMiss", "walk")).toEqual([1, 2]);
  });

  test("a large page goes as a whole, from wherever it was used", () => {
    const { mmu, view } = paged({}, 7, { pse: true });
    view.setUint32(PD + 4, 0x400000 | 0x87, true);
    view.setInt32(0x400000 + 0x5000, 55, true);
    view.setInt32(0x800000 + 0x5000, 66, true);
    expect(mmu.read32(gva(0x405000))).toBe(55);
    mmu.read32(gva(0x7ff000));
    view.setUint32(PD + 4, 0x800000 | 0x87, true);
    expect(mmu.read32(gva(0x405000))).toBe(55);
    mmu.invalidate(gva(0x7ff123));
    expect(mmu.read32(gva(0x405000))).toBe(66);
  });
});

describe("flushes", () => {
  test("MOV CR3 spares global pages; a change of CR4.PGE does not", () => {
    const { mmu, view } = paged();
    view.setUint32(PT + 4, (257 << 12) | 7 | GLOBAL, true);
    expect([mmu.read32(page(1)), mmu.read32(page(2))]).toEqual([257, 258]);
    mmu.loadCr3(OTHER_PD, 0);
    expect([mmu.read32(page(1)), mmu.read32(page(2))]).toEqual([257, 514]);
    mmu.flush(false);
    expect(mmu.read32(page(1))).toBe(257);
    control(mmu, { format: "ia32", pge: false });
    expect(mmu.read32(page(1))).toBe(513);
  });

  test("INVLPG takes a global page; without CR4.PGE the bit is ignored", () => {
    const { mmu, view } = paged({}, 7 | GLOBAL);
    mmu.read32(page(1));
    view.setUint32(PT + 4, (700 << 12) | 7, true);
    mmu.invalidate(page(1));
    expect(mmu.read32(page(1))).toBe(700);
    control(mmu, { format: "ia32", pge: false });
    expect(mmu.read32(page(2))).toBe(258);
    mmu.loadCr3(OTHER_PD, 0);
    expect(mmu.read32(page(2))).toBe(514);
  });

  test("a change of CR0.WP judges cached translations anew without a flush", () => {
    const b = paged({}, 5);
    const { mmu } = b;
    mmu.write32(page(1), 9);
    control(mmu, { format: "ia32", pge: true, writeProtect: true });
    expect(raised(mmu, () => mmu.write32(page(1), 9))?.error).toBe(3);
    control(mmu, { format: "ia32", pge: true });
    mmu.write32(page(1), 10);
    expect(mmu.read32(page(1))).toBe(10);
    expect(b.trace.count("tlbFlush")).toBe(2);
  });

  test("paging off is the identity again", () => {
    const { mmu } = paged();
    expect(mmu.read32(page(1))).toBe(257);
    control(mmu, { format: "none" });
    expect([mmu.read32(page(1)), mmu.read32(page(256))]).toEqual([0, 256]);
  });

  test("no number of flushes brings an old translation back", () => {
    const { mmu, view } = paged();
    for (let flushes = 1; flushes < 100; flushes++) {
      view.setUint32(PT + 4, (257 << 12) | 7, true);
      mmu.flush(true);
      expect(mmu.read32(page(1))).toBe(257);
      view.setUint32(PT + 4, (700 << 12) | 7, true);
      for (let i = 0; i < flushes; i++) mmu.loadCr3(PD, 0);
      expect(mmu.read32(page(1))).toBe(700);
    }
  });

  test("thousands of flushes leave nothing behind", () => {
    const { mmu, view } = paged();
    for (let i = 0; i < 10_000; i++) {
      view.setUint32(PT + 4, ((256 + (i % 512)) << 12) | 7, true);
      mmu.loadCr3(PD, 0);
      expect(mmu.read32(page(1))).toBe(256 + (i % 512));
    }
  });
});

describe("process-context identifiers", () => {
  const PML4 = 0x20000;

  /** IA-32e tables over the first 2 MiB at PML4 and at PML4 + 0x4000, to the frames 256 + n and 512 + n. */
  function tagged(): Board {
    const b = board({ dtlb: level(64, 64) });
    const { view, mmu } = b;
    for (const [root, first] of [
      [PML4, 256],
      [PML4 + 0x4000, 512],
    ] as const) {
      for (let n = 0; n < 3; n++) view.setUint32(root + n * 0x1000, (root + (n + 1) * 0x1000) | 7, true);
      for (let n = 0; n < 64; n++) view.setUint32(root + 0x3000 + 8 * n, ((first + n) << 12) | 7, true);
    }
    for (let frame = 256; frame < 1024; frame++) view.setInt32(frame << 12, frame, true);
    mmu.loadCr3(PML4, 0);
    control(mmu, { format: "ia32e", pge: true, pcide: true });
    return b;
  }
  const KEEP = 1 << 31;

  test("two spaces live side by side; bit 63 keeps, without it the PCID is flushed", () => {
    const b = tagged();
    const { mmu, view } = b;
    mmu.loadCr3(PML4 | 1, 0);
    expect(mmu.read32(page(1))).toBe(257);
    mmu.loadCr3((PML4 + 0x4000) | 2, 0);
    expect(mmu.read32(page(1))).toBe(513);
    const walks = b.trace.count("walk");
    mmu.loadCr3(PML4 | 1, KEEP);
    expect(mmu.read32(page(1))).toBe(257);
    mmu.loadCr3((PML4 + 0x4000) | 2, KEEP);
    expect(mmu.read32(page(1))).toBe(513);
    expect(b.trace.count("walk")).toBe(walks);
    view.setUint32(PML4 + 0x3008, (700 << 12) | 7, true);
    mmu.loadCr3(PML4 | 1, KEEP);
    expect(mmu.read32(page(1))).toBe(257);
    mmu.loadCr3(PML4 | 1, 0);
    expect(mmu.read32(page(1))).toBe(700);
    mmu.loadCr3((PML4 + 0x4000) | 2, KEEP);
    expect(mmu.read32(page(1))).toBe(513);
  });

  test("a global page is every space's", () => {
    const { mmu, view } = tagged();
    view.setUint32(PML4 + 0x3008, (257 << 12) | 7 | GLOBAL, true);
    mmu.loadCr3(PML4 | 1, 0);
    expect(mmu.read32(page(1))).toBe(257);
    mmu.loadCr3((PML4 + 0x4000) | 2, 0);
    expect(mmu.read32(page(1))).toBe(257);
  });

  /** INVPCID: type, PCID, page → which of (1: page 1), (1: page 2), (2: page 1), (1: global page 3) are walked anew. */
  const CASES: readonly [type: number, pcid: number, at: number, fresh: readonly boolean[]][] = [
    [0, 1, 1, [true, false, false, false]],
    [0, 1, 3, [false, false, false, false]],
    [1, 1, 0, [true, true, false, false]],
    [1, 2, 0, [false, false, true, false]],
    [2, 0, 0, [true, true, true, true]],
    [3, 0, 0, [true, true, true, false]],
  ];
  test.each(CASES)("INVPCID type %i of PCID %i, page %i", (type, pcid, at, fresh) => {
    const b = tagged();
    const { mmu, view } = b;
    view.setUint32(PML4 + 0x3018, (259 << 12) | 7 | GLOBAL, true);
    const visit = (): boolean[] =>
      [
        [1, 1],
        [1, 2],
        [2, 1],
        [1, 3],
      ].map(([space, n]) => {
        mmu.loadCr3(space === 1 ? PML4 | 1 : (PML4 + 0x4000) | 2, KEEP);
        const before = b.trace.count("walk");
        mmu.read32(page(n as number));
        return b.trace.count("walk") > before;
      });
    visit();
    expect(visit()).toEqual([false, false, false, false]);
    mmu.loadCr3(PML4, KEEP);
    mmu.invpcid(type, pcid, page(at));
    expect(visit()).toEqual(fresh);
  });

  test("clearing CR4.PCIDE flushes all of it", () => {
    const b = tagged();
    b.mmu.read32(page(1));
    control(b.mmu, { format: "ia32e", pge: true });
    const walks = b.trace.count("walk");
    b.mmu.read32(page(1));
    expect(b.trace.count("walk")).toBe(walks + 1);
  });
});

describe("costs and geometry", () => {
  test("a miss is charged by the reference, a second-level hit its own price", () => {
    const b = paged({ dtlb: level(2, 2), stlb: { entries: 64, ways: 4 } });
    const cost = (access: () => void) => {
      const before = b.clock.now;
      access();
      return b.clock.now - before;
    };
    expect(cost(() => b.mmu.read32(page(1)))).toBe(2 * PROFILE.walkReference);
    expect(cost(() => b.mmu.read32(page(1)))).toBe(0);
    for (const n of [2, 3]) b.mmu.read32(page(n));
    expect(cost(() => b.mmu.read32(page(1)))).toBe(PROFILE.stlbHit);
    expect(cost(() => b.mmu.fetch(page(1)))).toBe(PROFILE.stlbHit);
    expect(counts(b, "dtlbMiss", "itlbMiss", "stlbHit", "walk", "walkReference")).toEqual([4, 1, 2, 3, 6]);
  });

  test("large pages fill their own buffer where there is one", () => {
    const run = (large: boolean) => {
      const small = { entries: 2, ways: 2 };
      const b = paged({ dtlb: large ? { small, large: small } : { small } }, 7, { pse: true });
      b.view.setUint32(PD + 4, 0x87, true);
      for (let round = 0; round < 3; round++)
        for (const at of [0x1000, 0x2000, 0x400000]) b.mmu.read8(gva(at));
      return b.trace.count("dtlbMiss");
    };
    expect([run(true), run(false)]).toEqual([3, 9]);
  });

  test("a geometry without a power of two of sets is refused", () => {
    expect(() => board({ dtlb: level(12, 4) })).toThrow("a TLB of 12 entries and 4 ways");
  });

  /** The replacement as one would write it down: each set a ring of pages. */
  class Ring {
    readonly sets: (number | undefined)[][];
    readonly turn: number[];
    constructor(entries: number, ways: number) {
      this.sets = Array.from({ length: entries / ways }, () =>
        new Array<number | undefined>(ways).fill(undefined),
      );
      this.turn = this.sets.map(() => 0);
    }
    /** True on a miss. */
    touch(n: number): boolean {
      const index = n % this.sets.length;
      const set = this.sets[index] as (number | undefined)[];
      if (set.includes(n)) return false;
      const turn = this.turn[index] as number;
      set[turn] = n;
      this.turn[index] = (turn + 1) % set.length;
      return true;
    }
  }

  test.each([
    [16, 1],
    [16, 4],
    [32, 32],
  ])("%i entries of %i ways miss when the ring of each set says so", (entries, ways) => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 50, maxLength: 300 }), (pages) => {
        const b = paged({ dtlb: level(entries, ways) });
        const ring = new Ring(entries, ways);
        let misses = 0;
        for (const n of pages) {
          if (ring.touch(n)) misses++;
          expect(b.mmu.read32(page(n))).toBe(256 + n);
          expect(b.trace.count("dtlbMiss")).toBe(misses);
        }
      }),
      { seed: 7, numRuns: 8 },
    );
  });

  test("the front adds nothing: cycles are those of a memory that never hits it", () => {
    const operation = fc.record({ kind: fc.nat(9), page: fc.nat(40), other: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 100, maxLength: 400 }), (operations) => {
        const run = (front: boolean) => {
          const b = paged({ dtlb: level(16, 4), stlb: { entries: 32, ways: 2 } }, 7 | GLOBAL, { pse: true });
          for (let n = 0; n < 256; n += 2) b.view.setUint32(PT + 4 * n, ((256 + n) << 12) | 7, true);
          const { mmu } = b;
          for (const { kind, page: n, other } of operations) {
            if (!front) {
              mmu.translation.data.clear();
              mmu.translation.code.clear();
            }
            const at = (n * 4096) as Gva;
            if (kind < 4) mmu.read32(at);
            else if (kind < 6) mmu.write32((at + 8) as Gva, n);
            else if (kind < 8) mmu.fetch(at);
            else if (kind === 8) mmu.invalidate(at);
            else mmu.loadCr3(other ? OTHER_PD : PD, 0);
          }
          return [b.clock.now, ...b.trace.counts];
        };
        expect(run(true)).toEqual(run(false));
      }),
      { seed: 11, numRuns: 10 },
    );
  });
});
