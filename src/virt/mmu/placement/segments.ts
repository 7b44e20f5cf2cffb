/**
 * Relocation by base and limit: each tenant lies in one piece and sees it as addresses from 0. Tenants come in all sizes, so memory becomes
 * a row of partitions and holes, and a policy says which hole is taken (Knuth, The Art of Computer Programming 1, section 2.5; Randell, CACM 12(7), 1969).
 *
 *     ┌────┬──────┬──┬───────┬─────────┬───┬──────┐        offset ──limit──▶ + base ──▶ host-physical
 *     │ 3  │ hole │7 │ hole  │    2    │ 9 │ hole │
 *     └────┴──────┴──┴───────┴─────────┴───┴──────┘        compaction: tenants move down, and their base with them
 *
 * The registers are those of a data segment; the processor's own rules judge an access (segment.ts of the machine).
 */
import type { Hpa } from "../../../machine/address.ts";
import { dataDescriptor, translateSegment } from "../../../machine/mmu/segment.ts";
import { checkSize, type Placement, type Usage } from "./placement.ts";

/** The first hole from below that is large enough, the smallest such, or the largest. */
export type Fit = "first" | "best" | "worst";

export interface Partition {
  readonly tenant: number;
  base: number;
  readonly bytes: number;
}

export interface Hole {
  readonly base: number;
  readonly bytes: number;
}

export interface SegmentOptions {
  readonly fit: Fit;
  /** Copies tenants together when what is free would be enough, but is in pieces. */
  readonly compact?: boolean;
}

const [, ACCESS] = dataDescriptor(0, 1);

export class Segments implements Placement {
  readonly #memory: Uint8Array;
  readonly #options: SegmentOptions;
  /** By base. */
  readonly #partitions: Partition[] = [];
  readonly #byTenant = new Map<number, Partition>();
  #asked = 0;
  #moved = 0;

  /** `memory`: the host's, or its part for tenants. */
  constructor(memory: Uint8Array, options: SegmentOptions) {
    this.#memory = memory;
    this.#options = options;
  }

  admit(tenant: number, bytes: number): boolean {
    const { length } = this.#memory;
    checkSize(bytes, length);
    if (this.#byTenant.has(tenant)) throw new RangeError(`tenant ${tenant} is here already`);
    const { fit, compact = false } = this.#options;
    let hole = choose(this.holes(), bytes, fit);
    if (hole === undefined && compact && length - this.#asked >= bytes) {
      this.compact();
      hole = choose(this.holes(), bytes, fit);
    }
    if (hole === undefined) return false;
    const partition = { tenant, base: hole.base, bytes };
    const after = this.#partitions.findIndex(({ base }) => base > hole.base);
    this.#partitions.splice(after < 0 ? this.#partitions.length : after, 0, partition);
    this.#byTenant.set(tenant, partition);
    this.#asked += bytes;
    return true;
  }

  leave(tenant: number): void {
    const partition = this.#of(tenant);
    const { base, bytes } = partition;
    this.#memory.fill(0, base, base + bytes);
    this.#partitions.splice(this.#partitions.indexOf(partition), 1);
    this.#byTenant.delete(tenant);
    this.#asked -= bytes;
  }

  translate(tenant: number, offset: number, size: number): Hpa | undefined {
    const { base, bytes } = this.#of(tenant);
    // The processor's offsets are unsigned: its rules would take a negative one for a small one.
    if (!(offset >= 0)) return undefined;
    const segment = { base, limit: bytes - 1, access: ACCESS };
    return translateSegment(segment, offset, size, true).linear as Hpa | undefined;
  }

  /** Moves every tenant down until there is one hole, at the end. What they leave behind is zeroed. */
  compact(): void {
    let end = 0;
    for (const partition of this.#partitions) {
      const { base, bytes } = partition;
      if (base > end) {
        this.#memory.copyWithin(end, base, base + bytes);
        this.#memory.fill(0, Math.max(base, end + bytes), base + bytes);
        partition.base = end;
        this.#moved += bytes;
      }
      end += bytes;
    }
  }

  get partitions(): readonly Readonly<Partition>[] {
    return this.#partitions;
  }

  /** From below. */
  holes(): Hole[] {
    const holes: Hole[] = [];
    let end = 0;
    for (const { base, bytes } of [...this.#partitions, { base: this.#memory.length, bytes: 0 }]) {
      if (base > end) holes.push({ base: end, bytes: base - end });
      end = base + bytes;
    }
    return holes;
  }

  get usage(): Usage {
    const holes = this.holes();
    return {
      ...{ memory: this.#memory.length, asked: this.#asked, taken: this.#asked },
      ...{ largest: Math.max(0, ...holes.map(({ bytes }) => bytes)), holes: holes.length },
      moved: this.#moved,
    };
  }

  #of(tenant: number): Partition {
    const partition = this.#byTenant.get(tenant);
    if (partition === undefined) throw new RangeError(`tenant ${tenant} is not here`);
    return partition;
  }
}

function choose(holes: readonly Hole[], bytes: number, fit: Fit): Hole | undefined {
  const enough = holes.filter((hole) => hole.bytes >= bytes);
  if (fit === "first") return enough[0];
  const sign = fit === "best" ? 1 : -1;
  return enough.toSorted((one, other) => sign * (one.bytes - other.bytes))[0];
}
