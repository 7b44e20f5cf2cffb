/** A host that asks the component where its tenants go. */
import type { Hpa } from "../../src/machine/address.ts";
import type { Placement, Usage } from "../../src/systems/index.ts";
import type { Fit, PagingAndTlb, Partition } from "./component.ts";

export class Host implements Placement {
  readonly #place: PagingAndTlb["place"];
  readonly #memory: number;
  readonly #fit: Fit;
  readonly #tenants = new Map<number, Partition>();

  constructor(place: PagingAndTlb["place"], memory: number, fit: Fit) {
    this.#place = place;
    this.#memory = memory;
    this.#fit = fit;
  }

  /** Throws a RangeError when the component's place is taken, or outside of memory. */
  admit(tenant: number, bytes: number): boolean {
    const taken = [...this.#tenants.values()];
    const base = this.#place(taken, this.#memory, bytes, this.#fit);
    if (base === null) return false;
    const end = base + bytes;
    const other = taken.find((each) => each.base < end && base < each.base + each.bytes);
    if (other !== undefined)
      throw new RangeError(
        `place put ${bytes} bytes at ${base}, where ${other.base} … ${other.base + other.bytes - 1} is taken`,
      );
    if (!(base >= 0 && end <= this.#memory))
      throw new RangeError(`place put ${bytes} bytes at ${base}: memory has ${this.#memory}`);
    this.#tenants.set(tenant, { base, bytes });
    return true;
  }

  leave(tenant: number): void {
    this.#tenants.delete(tenant);
  }

  translate(tenant: number, offset: number, size: number): Hpa | undefined {
    const segment = this.#tenants.get(tenant);
    if (segment === undefined || offset + size > segment.bytes) return undefined;
    return (segment.base + offset) as Hpa;
  }

  get usage(): Usage {
    const sorted = [...this.#tenants.values()].toSorted((one, other) => one.base - other.base);
    const holes: number[] = [];
    let end = 0;
    for (const { base, bytes } of [...sorted, { base: this.#memory, bytes: 0 }]) {
      if (base > end) holes.push(base - end);
      end = base + bytes;
    }
    const asked = sorted.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      ...{ memory: this.#memory, asked, taken: asked, moved: 0 },
      ...{ largest: Math.max(0, ...holes), holes: holes.length },
    };
  }
}
