/** Memory references of page walks: counted, and paid for by the profile's price. */
import type { Clock } from "../clock.ts";
import { EVENT, type Trace } from "../trace.ts";

const WALK_REFERENCE = EVENT.walkReference;
const NESTED_REFERENCE = EVENT.nestedReference;

export class References {
  declare private readonly clock: Clock;
  declare private readonly counts: Float64Array;
  declare private readonly price: number;

  constructor(clock: Clock, trace: Trace, price: number) {
    this.clock = clock;
    this.counts = trace.counts;
    this.price = price;
  }

  /** References that are not looked at one by one. */
  several(count: number): void {
    this.counts[WALK_REFERENCE] = (this.counts[WALK_REFERENCE] as number) + count;
    this.clock.charge(count * this.price);
  }

  /** To an entry of the guest's tables, or of the only ones that there are. `at`: physical address. */
  guest(_at: number): void {
    this.several(1);
  }

  /** To an entry of the second dimension's. */
  nested(_at: number): void {
    this.counts[NESTED_REFERENCE] = (this.counts[NESTED_REFERENCE] as number) + 1;
    this.several(1);
  }
}
