/**
 * Where large pages of the guest's were: P's TLB holds them in pieces of 4 KiB, and an INVLPG of the guest's means all of a page (SDM Vol. 3,
 * 4.10.4.1). A set of regions, in which others may be found by chance: that costs a flush and nothing else.
 */
import type { Gva } from "../../../machine/address.ts";

const PLACES = 4096;
/** Sizes of large pages, as powers of two. */
const SHIFTS = [21, 22, 30];

export class Pieces {
  readonly #places = new Uint8Array(PLACES);

  /** The large page of 2^shift bytes at an address may be in pieces. */
  add(at: Gva, shift: number): void {
    this.#places[placeOf(at, shift)] = 1;
  }

  mayCover(at: Gva): boolean {
    return SHIFTS.some((shift) => this.#places[placeOf(at, shift)] === 1);
  }

  clear(): void {
    this.#places.fill(0);
  }
}

function placeOf(at: number, shift: number): number {
  return (Math.floor(at / 2 ** shift) * 31 + shift) & (PLACES - 1);
}
