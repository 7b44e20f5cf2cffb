/**
 * The allocator of the paper's VMM (section 3): it decides which resources of the machine a virtual machine gets. Here
 * that is storage, and the R with which a guest runs.
 *
 *      host      0  1  2      from                  from+size      q
 *                ├──┼──┼───────┼──────────┼────────────┼───────────┤
 *                 PSWs │ others│  guest's 0 … size-1   │  free
 *                of VMM        │
 *      guest's R = (l, b)      ├──────────┤ l       real R = (from + l, b),  cut off at the end of the region
 */
import type { Relocation } from "../state.ts";
import type { Geometry } from "../word.ts";

export interface Region {
  from: number;
  size: number;
}

/** What the VMM keeps for itself: E[0] and E[1], through which the machine's traps reach it. */
export const RESIDENT = 2;

export class Allocator {
  private readonly geometry: Geometry;
  private free = RESIDENT;

  constructor(geometry: Geometry) {
    this.geometry = geometry;
  }

  /** @throws RangeError when so many words are not left, or are too few for a machine */
  allot(size: number): Region {
    const left = this.geometry.storage - this.free;
    if (!Number.isInteger(size) || size < RESIDENT)
      throw new RangeError(`a virtual machine of ${size} words: it needs at least ${RESIDENT} for its traps`);
    if (size > left)
      throw new RangeError(`a virtual machine of ${size} words does not fit: ${left} are left on its host`);
    const region = { from: this.free, size };
    this.free += size;
    return region;
  }

  /** The R that a guest really runs with, so that its own R reaches what it would reach on a machine of its own. */
  compose({ from, size }: Region, { l, b }: Relocation): Relocation {
    const reachable = Math.max(0, Math.min(b, size - l));
    return reachable === 0 ? { l: from, b: 0 } : { l: from + l, b: reachable };
  }
}
