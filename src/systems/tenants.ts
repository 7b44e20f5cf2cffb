/**
 * A host whose memory tenants come to and go from, as in the multiprogramming systems of the sixties (OS/360 MVT) and on every host of virtual
 * machines: somebody always waits at the door. Who waits longest comes next, as soon as there is room; nobody overtakes.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { Pages } from "../virt/mmu/placement/pages.ts";
import type { Placement } from "../virt/mmu/placement/placement.ts";
import { type Fit, Segments } from "../virt/mmu/placement/segments.ts";

export {
  externalFragmentation,
  internalFragmentation,
  type Placement,
  type Usage,
} from "../virt/mmu/placement/placement.ts";

/** How the host places tenants. */
export const PLACEMENTS = ["first fit", "best fit", "worst fit", "compaction", "paging"] as const;
export type PlacementName = (typeof PLACEMENTS)[number];

/** Compaction is first fit that copies when it must. */
export function makePlacement(name: PlacementName, memory: Uint8Array, pageBytes: number): Placement {
  if (name === "paging") return new Pages(memory, pageBytes);
  if (name === "compaction") return new Segments(memory, { fit: "first", compact: true });
  return new Segments(memory, { fit: name.split(" ")[0] as Fit });
}

export interface TenantSizes {
  /** Bytes of the smallest and the largest tenant; all sizes between are equally likely. */
  readonly least: number;
  readonly most: number;
}

/** The host under a stream of tenants: the same sizes in the same order whatever the placement. */
export class Tenants {
  readonly placement: Placement;
  readonly #arrivals: ReturnType<typeof xoroshiro128plus>;
  readonly #departures: ReturnType<typeof xoroshiro128plus>;
  readonly #sizes: TenantSizes;
  readonly #here: number[] = [];
  #next = 0;
  #waits: number;

  constructor(placement: Placement, sizes: TenantSizes, seed: number) {
    this.placement = placement;
    this.#sizes = sizes;
    this.#arrivals = xoroshiro128plus(seed);
    this.#departures = xoroshiro128plus(~seed);
    this.#waits = this.#size();
    this.#fill();
  }

  /** One tenant, any of those that are here, leaves; whoever waits comes in. Nothing happens where nobody got a place. */
  step(): void {
    if (this.#here.length === 0) return;
    const leaving = uniformInt(this.#departures, 0, this.#here.length - 1);
    this.placement.leave(this.#here[leaving] as number);
    this.#here[leaving] = this.#here.at(-1) as number;
    this.#here.pop();
    this.#fill();
  }

  /** Tenants that are here. */
  get count(): number {
    return this.#here.length;
  }

  #fill(): void {
    while (this.placement.admit(this.#next, this.#waits)) {
      this.#here.push(this.#next++);
      this.#waits = this.#size();
    }
  }

  #size(): number {
    return uniformInt(this.#arrivals, this.#sizes.least, this.#sizes.most);
  }
}
