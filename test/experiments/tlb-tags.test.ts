/** Tags spare walks, the more the oftener there is a switch, and change nothing where there is none. */
import { expect, test } from "vitest";
import { run } from "../../src/experiments/index.ts";
import { tlbTags } from "../../src/experiments/tlb-tags.ts";

const measure = (settings: object) => {
  const rows = run(tlbTags, { switches: 40, ...settings });
  return new Map(rows.map((row) => [`${row.tags} ${row.interval}`, row as Record<string, number>]));
};
const at = (rows: ReturnType<typeof measure>, key: string) => {
  const row = rows.get(key);
  if (row === undefined) throw new Error(`no row ${key}`);
  return row as { walks: number; cycles: number };
};

test("with tags next to no walk is left, and the gain falls as switches become rare", () => {
  const rows = measure({ interval: [100, 1000, 10_000] });
  for (const who of ["processes", "machines"]) {
    const tag = who === "processes" ? "PCID" : "VPID";
    const gains = [100, 1000, 10_000].map((interval) => {
      const [without, tagged] = [
        at(rows, `${who}, no tags ${interval}`),
        at(rows, `${who}, ${tag} ${interval}`),
      ];
      expect(tagged.walks).toBeLessThan(without.walks / 3);
      return without.cycles / tagged.cycles;
    });
    expect(gains[0]).toBeGreaterThan(1.4);
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    expect(gains[2]).toBeLessThan(1.1);
  }
});

test("machines gain more than processes: what they walk is two-dimensional", () => {
  const rows = measure({ interval: 100 });
  const gain = (who: string, tag: string) =>
    at(rows, `${who}, no tags 100`).cycles / at(rows, `${who}, ${tag} 100`).cycles;
  expect(gain("machines", "VPID")).toBeGreaterThan(1.2 * gain("processes", "PCID"));
});

test("one space alone gains nothing but the flushes that it is spared", () => {
  const rows = measure({ interval: 10_000, spaces: 1, pages: 16 });
  expect(at(rows, "processes, PCID 10000").walks).toBe(0);
  expect(at(rows, "processes, no tags 10000").walks).toBeCloseTo(1.6, 5);
});

test("the same seed, the same rows; another seed, others", () => {
  const once = (seed: number) => run(tlbTags, { interval: 300, switches: 20 }, { seed });
  expect(once(1)).toEqual(once(1));
  expect(once(1)).not.toEqual(once(2));
});
