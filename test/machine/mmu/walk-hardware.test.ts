/**
 * Structure caches, nested TLB and tags in their places: a processor that has all of them, tiny, beside one that forgets everything before
 * each access. Both see the same edits of the tables, followed by what the manual asks for and no more, and must do the same.
 */
import { describe, expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import type { CostProfile } from "../../../src/machine/cost.ts";
import { EPT_WRITE_BACK, ept, isMisconfigured } from "../../../src/machine/mmu/formats/ept.ts";
import { ia32e } from "../../../src/machine/mmu/formats/ia32e.ts";
import type { Refusal, SecondDimension } from "../../../src/machine/mmu/nested.ts";
import { type Board, board, control, raised } from "./board.ts";
import { choices } from "./random.ts";

const TINY: Partial<CostProfile> = {
  dtlb: { small: { entries: 4, ways: 2 }, large: { entries: 2, ways: 1 } },
  itlb: { small: { entries: 4, ways: 2 } },
  stlb: { entries: 8, ways: 2 },
  structureCaches: [
    { entries: 4, ways: 2 },
    { entries: 2, ways: 2 },
    { entries: 2, ways: 1 },
  ],
  nestedStructureCaches: [
    { entries: 4, ways: 2 },
    { entries: 2, ways: 2 },
    { entries: 1, ways: 1 },
  ],
  nestedTlb: { entries: 4, ways: 2 },
  walkCaches: { levels: [{ bytes: 256, ways: 2, latency: 4 }], memory: 100, start: 0 },
};

/** Guest-physical pages (and physical ones, natively): tables of level n at 16 n + 0 … 3, data from 96 on. */
const tablePage = (level: number, n: number) => (16 * level + n) * 4096;
const DATA = 96;
const ROOT = tablePage(4, 0);
/** Host-physical: where the guest lies, and the monitor's tables. */
const BASE = 0x400000;
const EPT_ROOT = 0x200000;
/** Two entries of each table of levels 4 to 2, four of level 1. */
const WIDTHS = [0, 4, 2, 2, 2];

class Left extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super("left the guest");
    this.refusal = refusal;
  }
}

type Kind = "native" | "EPT" | "EPT, marks" | "NPT";

const secondOf = (kind: Kind): SecondDimension => ({
  format:
    kind === "NPT"
      ? ia32e({ physicalBits: 36, pse: false, pge: false, nxe: true, gigabytePages: true })
      : ept({ physicalBits: 36, marks: kind === "EPT, marks", gigabytePages: true }),
  root: EPT_ROOT,
  tablesAreWritten: kind !== "EPT",
  ...(kind !== "NPT" && { misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, false) }),
  refuse: (refusal) => {
    throw new Left(refusal);
  },
});

describe.each<Kind>(["native", "EPT", "EPT, marks", "NPT"])("%s", (kind) => {
  const nested = kind !== "native";
  const home = nested ? BASE : 0;
  const seen = new Set<string>();

  test.each([1, 2, 3])("seed %i", (seed) => {
    const { below, of } = choices(seed);
    const cached = board(TINY);
    const naive = board();
    const both = [cached, naive];
    const put = (at: number, low: number) => {
      for (const { view } of both) view.setInt32(at, low, true);
    };

    const flags = () => (below(40) === 0 ? 0 : 1) | (below(20) === 0 ? 0 : 2) | (below(20) === 0 ? 0 : 4);
    /** An entry of a guest's table. */
    const guestEntry = (level: number) => {
      const marks = of([0, 0x20, 0x60]);
      if (level === 1) return ((DATA + below(8)) << 12) | flags() | marks | (below(8) === 0 ? 0x100 : 0);
      if (level === 2 && below(6) === 0) return 0x80 | flags() | marks;
      return tablePage(level - 1, below(3)) | flags() | marks;
    };
    const leaf = kind === "NPT" ? 0 : EPT_WRITE_BACK;
    const nestedEntry = (page: number) => {
      const rights = below(20) === 0 ? of([0, 1, 3, 5, 2]) : 7;
      return (BASE + 4096 * (below(10) === 0 ? DATA + below(8) : page)) | rights | leaf;
    };
    const nestedAt = (page: number) => EPT_ROOT + 0x3000 + 8 * page;

    for (let level = 4; level > 0; level--)
      for (let n = 0; n < (level === 4 ? 1 : 3); n++)
        for (let index = 0; index < (WIDTHS[level] as number); index++)
          put(home + tablePage(level, n) + 8 * index, guestEntry(level));
    if (nested) {
      for (let n = 0; n < 3; n++) put(EPT_ROOT + 4096 * n, (EPT_ROOT + 4096 * (n + 1)) | 7);
      for (let page = 0; page < 128; page++) put(nestedAt(page), (BASE + 4096 * page) | 7 | leaf);
      for (const { mmu } of both) mmu.setSecondDimension(secondOf(kind));
    }
    for (const { mmu } of both) {
      mmu.loadCr3(ROOT, 0);
      control(mmu, { format: "ia32e", writeProtect: true, pge: true });
    }

    const address = () =>
      (below(2) * 2 ** 39 + below(2) * 2 ** 30 + below(2) * 2 ** 21 + below(4) * 4096) as Gva;
    const all: Gva[] = [];
    for (let n = 0; n < 32; n++)
      all.push(
        ((n >> 4) * 2 ** 39 + ((n >> 3) & 1) * 2 ** 30 + ((n >> 2) & 1) * 2 ** 21 + (n & 3) * 4096) as Gva,
      );

    const attempt = ({ mmu }: Board, how: number, at: Gva): unknown => {
      mmu.wide = true;
      mmu.user = how >= 3;
      let value: number | undefined;
      try {
        const fault = raised(mmu, () => {
          if (how % 3 === 0) value = mmu.read32(at);
          else if (how % 3 === 1) mmu.write32(at, how);
          else value = mmu.fetch(at);
        });
        return fault ?? value;
      } catch (error) {
        if (!(error instanceof Left)) throw error;
        return { ...error.refusal };
      }
    };

    for (let step = 0; step < 3000; step++) {
      const choice = below(40);
      if (choice === 0) {
        const level = 1 + below(4);
        const index = below(WIDTHS[level] as number);
        put(home + tablePage(level, level === 4 ? 0 : below(3)) + 8 * index, guestEntry(level));
        // Any page's INVLPG drops the structure caches, that of each page what the TLBs hold.
        if (below(2) === 0) cached.mmu.flush(true);
        else for (const at of all) cached.mmu.invalidate(at);
      } else if (choice === 1) cached.mmu.loadCr3(ROOT, 0);
      else if (choice === 2 && nested) {
        const page = of([
          tablePage(4, 0),
          ...[1, 2, 3].map((n) => tablePage(n, below(3))),
          (DATA + below(8)) << 12,
        ]);
        put(nestedAt(page >> 12), nestedEntry(page >> 12));
        cached.mmu.translation.flushEpt(below(2) === 0 ? EPT_ROOT : null);
      }
      const [how, at] = [below(6), address()];
      naive.mmu.translation.flushEverything();
      const expected = attempt(naive, how, at);
      expect(attempt(cached, how, at)).toEqual(expected);
      seen.add(typeof expected === "object" ? Object.keys(expected as object).join() : typeof expected);
    }
    expect(Buffer.compare(cached.bus.ram, naive.bus.ram)).toBe(0);
    expect(cached.trace.count("structureHit")).toBeGreaterThan(200);
    expect(cached.trace.count("nestedTlbHit") > 200).toBe(nested);
    expect(cached.trace.count("walkReference")).toBeLessThan(
      naive.trace.count("walkReference") * (nested ? 0.4 : 0.8),
    );
  });

  test("pages were read, fetched and written, faults were met, and the guest was left", () => {
    expect(seen.size).toBe(nested ? 4 : 3);
  });
});
