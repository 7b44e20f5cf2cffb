/** The caches of page-walk references against a model that keeps each set as a list. */
import { describe, expect, test } from "vitest";
import { DataCache } from "../../../src/machine/mmu/data-cache.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";
import { choices } from "./random.ts";

const LEVELS = [
  { bytes: 512, ways: 2, latency: 4 },
  { bytes: 4096, ways: 4, latency: 12 },
];
const CACHES = { levels: LEVELS, memory: 200, start: 0 };

/** Each set a list of lines, the last one used at its end. */
class Lists {
  readonly sets = LEVELS.map(({ bytes, ways }) =>
    Array.from({ length: bytes / 64 / ways }, (): number[] => []),
  );

  reference(address: number): number {
    const line = Math.floor(address / 64);
    for (const [n, { ways, latency }] of LEVELS.entries()) {
      const sets = this.sets[n] as number[][];
      const set = sets[line % sets.length] as number[];
      const found = set.includes(line);
      if (found) set.splice(set.indexOf(line), 1);
      set.push(line);
      if (set.length > ways) set.shift();
      if (found) return latency;
    }
    return CACHES.memory;
  }
}

test("a line is dear once, then near, and goes when its set is full of later ones", () => {
  const cache = new DataCache(CACHES);
  expect([0, 63, 64, 0].map((at) => cache.reference(at))).toEqual([200, 4, 200, 4]);
  // Level 1 has four sets: lines 0, 4, 8 meet in one of two ways. Level 2, of sixteen sets, holds all three.
  expect([256, 512, 0].map((at) => cache.reference(at))).toEqual([200, 200, 12]);
});

describe.each([1, 2, 3])("seed %i", (seed) => {
  test("every reference costs what the lists say, near and far", () => {
    const { below } = choices(seed);
    const cache = new DataCache(CACHES);
    const lists = new Lists();
    const costs = new Set<number>();
    for (let n = 0; n < 20_000; n++) {
      // Also beyond 4 GiB.
      const at = below(4) === 0 ? 2 ** 33 + below(300) * 64 : below(150) * 64 + below(64);
      const cost = cache.reference(at);
      costs.add(cost);
      expect(cost).toBe(lists.reference(at));
    }
    expect([...costs].sort((a, b) => a - b)).toEqual([4, 12, 200]);
  });

  test("a snapshot goes on as its original does", () => {
    const { below } = choices(seed);
    const original = new DataCache(CACHES);
    for (let n = 0; n < 1000; n++) original.reference(below(8192));
    const out = new StateWriter();
    original.save(out);
    const copy = new DataCache(CACHES);
    copy.load(new StateReader(out.finish()));
    for (let n = 0; n < 1000; n++) {
      const at = below(8192);
      expect(copy.reference(at)).toBe(original.reference(at));
    }
  });
});

test("a geometry without a power of two of sets is refused", () => {
  expect(
    () => new DataCache({ levels: [{ bytes: 3072, ways: 4, latency: 1 }], memory: 2, start: 0 }),
  ).toThrow("a cache of 3072 bytes and 4 ways");
});
