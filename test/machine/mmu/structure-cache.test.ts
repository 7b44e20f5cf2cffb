/** Paging-structure caches against a model that is a list of what each level holds, in the order of use. */
import { describe, expect, test } from "vitest";
import { ia32 } from "../../../src/machine/mmu/formats/ia32.ts";
import { ia32e } from "../../../src/machine/mmu/formats/ia32e.ts";
import { Spaces } from "../../../src/machine/mmu/spaces.ts";
import { StructureCaches } from "../../../src/machine/mmu/structure-cache.ts";
import { LEAF, Walk } from "../../../src/machine/mmu/walk.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";
import { choices } from "./random.ts";

const OPTIONS = { physicalBits: 40, pse: true, pge: true, nxe: true, gigabytePages: true };
const FORMAT = ia32e(OPTIONS);
const GEOMETRY = [
  { entries: 8, ways: 2 },
  { entries: 4, ways: 4 },
  { entries: 2, ways: 2 },
];
const ROOT = 0x1000;

/** Tables made up as they are asked for: every address is mapped by four levels, with rights that depend on the entry's address. */
class Endless {
  readonly entries = new Map<number, number>();
  #next = 0x2000;
  readEntry(at: number): number {
    if (at % 8 === 4) return 0;
    const known = this.entries.get(at);
    if (known !== undefined) return known;
    const value = this.#next | 1 | ((at >> 3) & 6);
    this.#next += 4096;
    this.entries.set(at, value);
    return value;
  }
  writeEntry(at: number, value: number): void {
    this.entries.set(at, value);
  }
}

/** One walk as the processor does it. Returns the level of the first table read. */
function walkThrough(
  caches: StructureCaches,
  walk: Walk,
  memory: Endless,
  low: number,
  high: number,
  format = FORMAT,
): number {
  const level = caches.begin(format, walk, low, high);
  if (level === 0) walk.run(format, memory, ROOT, low, high, true);
  else walk.descend(format, memory, level, caches.table, low, high, true);
  caches.fill(format, walk, low, high);
  return level === 0 ? format.depth : level;
}

/** A level as a list of its sets, each in the order of use. */
class Lists {
  readonly levels = GEOMETRY.map(({ entries, ways }) =>
    Array.from({ length: entries / ways }, (): { key: string; dead: boolean }[] => []),
  );

  /** The level where a walk begins. */
  walk(space: string, address: number): number {
    let begin = 4;
    for (let n = 2; n >= 0; n--) if (this.#find(n, space, address)) begin = n + 1;
    // A hit at the deepest level uses that level alone; the levels below it are filled.
    if (begin < 4) this.#touch(begin - 1, space, address);
    for (let n = begin - 2; n >= 0; n--) this.#touch(n, space, address);
    return begin;
  }

  drop(dead: (key: string) => boolean): void {
    for (const entry of this.levels.flat(2)) if (dead(entry.key)) entry.dead = true;
  }

  #set(n: number, address: number) {
    const tag = Math.floor(address / 2 ** (21 + 9 * n));
    const sets = this.levels[n]!;
    return { tag, set: sets[tag % sets.length]!, ways: GEOMETRY[n]!.ways };
  }
  #find(n: number, space: string, address: number) {
    const { set, tag } = this.#set(n, address);
    return set.find(({ key, dead }) => !dead && key === `${space}/${tag}`);
  }
  #touch(n: number, space: string, address: number): void {
    const { set, tag, ways } = this.#set(n, address);
    const found = this.#find(n, space, address);
    if (found) set.splice(set.indexOf(found), 1);
    else if (set.length === ways) {
      const dead = set.findIndex((entry) => entry.dead);
      set.splice(Math.max(dead, 0), 1);
    }
    set.push({ key: `${space}/${tag}`, dead: false });
  }
}

describe.each([1, 2, 3, 4])("seed %i", (seed) => {
  test("walks begin where the lists say, and come to what a walk from the root comes to", () => {
    const { below, of } = choices(seed);
    const spaces = new Spaces();
    const caches = new StructureCaches(GEOMETRY, spaces);
    const lists = new Lists();
    const memory = new Endless();
    const walk = new Walk();
    const whole = new Walk();
    const begun = new Set<number>();
    for (let n = 0; n < 6000; n++) {
      const kind = below(100);
      if (kind === 0) {
        caches.dropWhere((slot) => spaces.isCurrent(slot));
        lists.drop((key) => key.startsWith(`${spaces.pcid}/`));
      } else if (kind === 1) {
        const pcid = below(3);
        spaces.flush(pcid);
        lists.drop((key) => key.startsWith(`${pcid}/`));
      } else if (kind < 10) spaces.switchTo(below(3));
      else {
        const address = of([0, 1, 2]) * 2 ** 39 + below(3) * 2 ** 30 + below(6) * 2 ** 21 + below(512) * 4096;
        const low = address | 0;
        const high = Math.floor(address / 2 ** 32);
        const level = walkThrough(caches, walk, memory, low, high);
        begun.add(level);
        expect(level).toBe(lists.walk(String(spaces.pcid), address));
        expect(walk.references).toBe(level);
        expect(whole.run(FORMAT, memory, ROOT, low, high, false)).toBe(LEAF);
        expect([walk.outcome, walk.level, walk.base(FORMAT), walk.rights(FORMAT)]).toEqual([
          LEAF,
          1,
          whole.base(FORMAT),
          whole.rights(FORMAT),
        ]);
      }
    }
    expect([...begun].sort()).toEqual([1, 2, 3, 4]);
  });
});

test("a changed table is not seen before INVLPG of any page, and other PCIDs keep theirs", () => {
  const spaces = new Spaces();
  const caches = new StructureCaches(GEOMETRY, spaces);
  const memory = new Endless();
  const walk = new Walk();
  const go = () => walkThrough(caches, walk, memory, 0x123456, 0);
  expect([go(), go()]).toEqual([4, 1]);
  const before = walk.base(FORMAT);
  spaces.switchTo(1);
  expect(go()).toBe(4);
  spaces.switchTo(0);
  // Another page-directory-pointer table, so another page.
  memory.writeEntry(ROOT, 0x7000_0007);
  expect([go(), walk.base(FORMAT)]).toEqual([1, before]);
  caches.dropWhere((slot) => spaces.isCurrent(slot));
  expect(go()).toBe(4);
  expect(walk.base(FORMAT)).not.toBe(before);
  spaces.switchTo(1);
  expect([go(), walk.base(FORMAT)]).toEqual([1, before]);
});

test("a page fault takes the entries of its address alone", () => {
  const spaces = new Spaces();
  const caches = new StructureCaches(GEOMETRY, spaces);
  const memory = new Endless();
  const walk = new Walk();
  for (const low of [0, 0x200000]) walkThrough(caches, walk, memory, low, 0);
  caches.forget(FORMAT, 0x1000, 0);
  expect([0x200000, 0].map((low) => walkThrough(caches, walk, memory, low, 0))).toEqual([1, 4]);
});

test("entries are marked accessed before they come in, holes and leaves do not come in", () => {
  const spaces = new Spaces();
  const caches = new StructureCaches(GEOMETRY, spaces);
  const memory = new Endless();
  const walk = new Walk();
  memory.writeEntry(ROOT, 0x2007);
  memory.writeEntry(0x2000, 0x3007);
  // A page of 2 MiB, and a hole.
  memory.writeEntry(0x3000, 0x87);
  memory.writeEntry(0x3008, 0);
  expect([walkThrough(caches, walk, memory, 0, 0), walkThrough(caches, walk, memory, 0x200000, 0)]).toEqual([
    4, 2,
  ]);
  expect([ROOT, 0x2000].map((at) => memory.entries.get(at))).toEqual([0x2027, 0x3027]);
  memory.writeEntry(0x3008, 0x4007);
  expect(walkThrough(caches, walk, memory, 0x200000, 0)).toBe(2);
});

test("32-bit paging has one upper level, of ten bits", () => {
  const format = ia32(OPTIONS);
  const spaces = new Spaces();
  const caches = new StructureCaches(GEOMETRY, spaces);
  const memory = new Endless();
  const walk = new Walk();
  memory.writeEntry(ROOT, 0x2007);
  memory.writeEntry(ROOT + 4, 0x2007);
  const levels = [0, 0x3ff000, 0x400000].map((low) => walkThrough(caches, walk, memory, low, 0, format));
  expect(levels).toEqual([2, 1, 2]);
});

test("a snapshot goes on as its original does", () => {
  const { below } = choices(9);
  const spaces = new Spaces();
  const original = new StructureCaches(GEOMETRY, spaces);
  const copy = new StructureCaches(GEOMETRY, spaces);
  const memory = new Endless();
  const walk = new Walk();
  const next = () => below(40) * 2 ** 21;
  for (let n = 0; n < 200; n++) walkThrough(original, walk, memory, next() | 0, 0);
  const out = new StateWriter();
  original.save(out);
  copy.load(new StateReader(out.finish()));
  for (let n = 0; n < 200; n++) {
    const low = next() | 0;
    expect(walkThrough(copy, walk, memory, low, 0)).toBe(walkThrough(original, walk, memory, low, 0));
  }
});

test("a geometry without a power of two of sets is refused", () => {
  expect(() => new StructureCaches([{ entries: 12, ways: 4 }], new Spaces())).toThrow(
    "a paging-structure cache of 12 entries and 4 ways",
  );
});
