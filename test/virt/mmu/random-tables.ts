/** The campaign's world: few frames and few addresses, so that they meet; and entries that could be of any level. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Gva } from "../../../src/machine/address.ts";
import type { Machine } from "../../machine/mmu/oracle.ts";
import type { Page } from "./translation.ts";

/** The guest's memory, and the host's before it: large pages fit in both. */
export const MEMORY = 0x800000;
export const RESERVE = 0x400000;
/** Frames: some are tables of any level and data as well, some are data; one is ROM, one a device; PAE's PDPT has its own. */
export const TABLES = [0x10, 0x11, 0x12, 0x13, 0x14, 0x411];
const DATA = [0x20, 0x21, 0x22, 0x423];
export const ROM = 0x24;
export const DEVICE = 0x25;
export const PDPT = 0x30000;
/** No RAM there: above the guest's, within the host's; beyond the host's; beyond 4 GiB. */
const NOWHERE = [0x800, 0xbff, 0x40000, 0x100000];
/** Entries that are used: small pages of an identity-mapped large page meet tables, data and the device. */
const LAST = { ia32: 1023, pae: 511, ia32e: 511 };
const SMALL = [0x11, 0x21, 0x25];

export class Dice {
  readonly #random;

  constructor(seed: number) {
    this.#random = xoroshiro128plus(seed);
  }

  below(n: number): number {
    return uniformInt(this.#random, 0, n - 1);
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/** Places in tables that are looked at. */
export function indicesOf(format: Machine["format"]): number[] {
  return [0, 1, 3, ...SMALL, LAST[format]];
}

/** All pages that are accessed: the monitor's own are among them, and neighbours in the same tables. */
export function pagesOf(format: Machine["format"]): Page[] {
  const last = LAST[format];
  const small = [...SMALL, last];
  const places = {
    ia32: [[0, 1, last], small],
    pae: [[0, 3], [0, last], small],
    ia32e: [[0, last], [0, last], [0, last], small],
  }[format];
  const shifts = { ia32: [22, 12], pae: [30, 21, 12], ia32e: [39, 30, 21, 12] }[format];
  const addresses = places.reduce(
    (all, indices, level) =>
      all.flatMap((upper) => indices.map((index) => upper + index * 2 ** (shifts[level] as number))),
    [0],
  );
  return addresses.map((address) => {
    const low = address % 2 ** 32;
    if (format !== "ia32e") return { at: (address | 0) as Gva, low, high: 0, stale: [] };
    const at = (address >= 2 ** 47 ? address - 2 ** 48 : address) as Gva;
    // 48 bits are translated, and a double holds no more than 53.
    return { at, low, high: Math.floor(at / 2 ** 32) & 0xffff, stale: [] };
  });
}

/** An entry that could be one of any level. */
export function randomEntry(dice: Dice, nxe: boolean): [low: number, high: number] {
  const large = dice.chance(20);
  const anything = () => {
    if (dice.chance(60)) return dice.one(TABLES);
    return dice.chance(80) ? dice.one(DATA) : dice.one([ROM, DEVICE, ...NOWHERE]);
  };
  // Large pages: over tables and the device; over one table and data; over data alone; over nothing; beyond the guest's memory.
  const target = !large ? anything() : dice.one([0, 0, 0x400, 0x400, 0x600, 0x800]);
  const present = dice.chance(93) ? 1 : 0;
  const writable = dice.chance(85) ? 2 : 0;
  const user = dice.chance(80) ? 4 : 0;
  const accessed = dice.chance(50) ? 0x20 : 0;
  const dirty = dice.chance(40) ? 0x40 : 0;
  const size = large ? 0x80 : 0;
  const xd = nxe && dice.chance(15) ? 0x80000000 : 0;
  const odd = dice.chance(3) ? 1 << dice.one([13, 21, 8, 7]) : 0;
  const oddHigh = dice.chance(2) ? 1 << dice.one([8, 20, 31]) : 0;
  const low = ((target % 2 ** 20) * 4096) | present | writable | user | accessed | dirty | size | odd;
  return [low | 0, Math.floor(target / 2 ** 20) | xd | oddHigh | 0];
}
