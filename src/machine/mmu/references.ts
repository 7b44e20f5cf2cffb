/**
 * Memory references of page walks: counted, and paid for by where their lines are found (data-cache.ts), or by a flat price where the
 * profile has no caches for them.
 */
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { EVENT, type Trace } from "../trace.ts";
import { DataCache } from "./data-cache.ts";
import type { Walk } from "./walk.ts";

const WALK = EVENT.walk;
const WALK_REFERENCE = EVENT.walkReference;
const NESTED_REFERENCE = EVENT.nestedReference;
const STRUCTURE_HIT = EVENT.structureHit;
const NESTED_TLB_HIT = EVENT.nestedTlbHit;

export class References {
  declare private readonly clock: Clock;
  declare private readonly counts: Float64Array;
  declare private readonly walkReference: number;
  declare private readonly cache: DataCache | undefined;
  declare private readonly walkStart: number;

  constructor(clock: Clock, trace: Trace, { walkReference, walkCaches }: CostProfile) {
    this.clock = clock;
    this.counts = trace.counts;
    this.walkReference = walkReference;
    this.cache = walkCaches && new DataCache(walkCaches);
    this.walkStart = walkCaches?.start ?? 0;
  }

  /** Each costs the same. */
  get flat(): boolean {
    return this.cache === undefined;
  }

  /** A walk begins, in one dimension or two. */
  begin(): void {
    this.#count(WALK, 1);
    if (this.walkStart !== 0) this.clock.charge(this.walkStart);
  }

  /** All that a walk read, of the only tables that there are. */
  walk(walk: Walk): void {
    const { cache } = this;
    const { references } = walk;
    this.#count(WALK_REFERENCE, references);
    if (cache === undefined) {
      this.clock.charge(references * this.walkReference);
      return;
    }
    for (let step = 0; step < references; step++)
      this.clock.charge(cache.reference(walk.address[step] as number));
  }

  /** To an entry of the guest's tables. `at`: host-physical address. */
  guest(at: number): void {
    this.#count(WALK_REFERENCE, 1);
    this.clock.charge(this.cache === undefined ? this.walkReference : this.cache.reference(at));
  }

  /** All that a walk of the second dimension read. */
  nested(walk: Walk): void {
    this.#count(NESTED_REFERENCE, walk.references);
    this.walk(walk);
  }

  /** A walk began below the root. */
  structureHit(): void {
    this.#count(STRUCTURE_HIT, 1);
  }

  /** A guest-physical page was known. */
  nestedTlbHit(): void {
    this.#count(NESTED_TLB_HIT, 1);
  }

  save(out: StateWriter): void {
    this.cache?.save(out);
  }

  load(from: StateReader): void {
    this.cache?.load(from);
  }

  #count(event: number, by: number): void {
    this.counts[event] = (this.counts[event] as number) + by;
  }
}
