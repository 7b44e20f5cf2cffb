/** Small tables for the public checks, as a student would write them down. */
import type { Access, Context, Entry, Slot } from "./component.ts";
import type { Words } from "./memory.ts";
import { digit, HostMemory } from "./memory.ts";
import type { Filling, LookUp, OneDimension, TwoDimensions } from "./scenarios.ts";

/** Three levels: root at 100h, then 110h and 120h. The page of guest-physical 3a70h is at 5500h; 3b00h is a large one at 6200h. */
export const THREE: Words = { "103": "117", "11a": "127", "11b": "620f", "127": "5507" };
export const oneOf = (
  gpa: number,
  words: Words = THREE,
  access: Access = "read",
  levels = 3,
): OneDimension => ({
  ...{ gpa, access, words },
  ept: { root: 0x100, levels },
});

/**
 * The guest's two levels: root at 10h, table at 20h, guest-physical; linear 3a5h is the page 40h, and 4b.h a large one at 100h. The nested
 * two: root at 100h, then 110h, 120h; guest-physical 10h, 20h, 40h are at 710h, 830h and 950h, 100h to 1ffh at 2100h.
 */
const NESTED: Words = { "100": "117", "101": "210f", "111": "717", "112": "837", "114": "957" };
const GUEST: Words = { "713": "27", "714": "10f", "83a": "47" };
const SMALL: Words = { ...NESTED, ...GUEST };
const REQUEST = { linear: 0x3a5, access: "read", user: true } as const;

export const twoOf = (given: Partial<TwoDimensions["request"]> = {}, changed: Words = {}): TwoDimensions => ({
  request: { ...REQUEST, ...given },
  ...{ guest: { root: 0x10, levels: 2 }, ept: { root: 0x100, levels: 2 } },
  words: { ...SMALL, ...changed },
});

const HERE: Context = { vpid: 1, pcid: 5, ept: 0x100 };
export const entryOf = (page: number, given: Partial<Entry> = {}): Entry => ({
  ...{ page, size: 16, global: false },
  ...HERE,
  ...given,
});
export const lookUp = (linear: number, entries: readonly Entry[], given: Partial<Context> = {}): LookUp => ({
  ...{ entries, linear },
  now: { ...HERE, ...given },
});

/** A guest of two processes beside another guest, under nested tables of its own, and the host. */
export const CROWD: readonly Entry[] = [
  entryOf(0x40),
  entryOf(0x40, { pcid: 6 }),
  entryOf(0x900, { global: true }),
  entryOf(0x900, { global: true, vpid: 2, ept: 0x200 }),
  entryOf(0x40, { vpid: 2, ept: 0x200 }),
  entryOf(0x40, { ept: 0x200 }),
  entryOf(0x40, { vpid: 0, pcid: 5, ept: 0 }),
  entryOf(0x300, { size: 256 }),
];

export const slot = (gpa: number, words: number, hpa: number, writable = true): Slot => ({
  ...{ gpa, hpa, words, writable },
});

/** "write 3a0" */
export function fillings(slots: readonly Slot[], violations: string, levels = 3, words: Words = {}): Filling {
  return {
    ept: { root: 0x10, levels },
    ...{ slots, words, free: 0x100 },
    violations: violations.split(", ").map((text) => {
      const [access, gpa] = text.split(" ") as [Access, string];
      return { access, gpa: Number.parseInt(gpa, 16) };
    }),
  };
}

/** Four levels for a guest of four: linear 12345h, every table and page in one page of its own on either side. */
export function fourByFour(levels: number): TwoDimensions {
  const memory = new HostMemory({});
  const ept = { root: 0x100, levels };
  let free = 0x110;
  const host = (gpa: number): number => {
    let table = ept.root;
    for (let level = levels; level > 0; level--) {
      const at = table + digit(gpa, level);
      if (memory.peek(at) === 0) {
        memory.write(at, (level === 1 ? 0x10000 + (gpa - (gpa % 16)) : free) + 7);
        free += level === 1 ? 0 : 16;
      }
      const entry = memory.peek(at);
      table = entry - (entry % 16);
    }
    return levels === 0 ? gpa : table + (gpa % 16);
  };
  const linear = 0x12345;
  const guest = { root: 0x40, levels: 4 };
  let table = guest.root;
  for (let level = 4; level > 0; level--) {
    memory.write(host(table + digit(linear, level)), table + 16 + 7);
    table += 16;
  }
  host(table + digit(linear, 0));
  return { request: { linear, access: "read", user: true }, guest, ept, words: memory.words };
}
