/** A fully associative TLB around a component, which does its thinking: lookups, replacement, flushes. */
import type { TlbStep } from "../../src/plots/index.ts";
import type { Flush, PagingAndTlb, Way } from "./component.ts";

const PAGE = 4096;
const EMPTY: Way = { valid: false, page: 0, size: PAGE, space: 0, global: false, used: 0 };

export type TlbEvent =
  /** A page of 4096 bytes, in the current space. */
  | { readonly kind: "access"; readonly page: number; readonly global?: boolean }
  /** The space changes; nothing is flushed. */
  | { readonly kind: "switch"; readonly space: number }
  | Flush;

export class Tlb {
  readonly #component: Pick<PagingAndTlb, "lookup" | "victim" | "flush">;
  readonly #ways: Way[];
  #space = 0;
  #time = 0;

  constructor(component: Pick<PagingAndTlb, "lookup" | "victim" | "flush">, ways: number) {
    this.#component = component;
    this.#ways = Array.from({ length: ways }, () => EMPTY);
  }

  /** True: a hit. `used` is what the access came to use. Throws a RangeError for a way that is not there. */
  access(page: number, global = false): { hit: boolean; used: number; evicted: number | undefined } {
    const ways = this.#ways;
    const space = this.#space;
    const found = this.#component.lookup(ways, { address: page * PAGE, space });
    const used = found ?? this.#component.victim(ways);
    const before = ways[used];
    if (before === undefined) throw new RangeError(`way ${used} of ${ways.length}`);
    this.#time++;
    ways[used] =
      found === null
        ? { valid: true, page, size: PAGE, space, global, used: this.#time }
        : { ...before, used: this.#time };
    const evicted = found === null && before.valid ? before.page : undefined;
    return { hit: found !== null, used, evicted };
  }

  /** What happened, in words. */
  take(event: TlbEvent): string {
    if (event.kind === "access") {
      const { page, global } = event;
      const { hit, used } = this.access(page, global);
      return `page ${page} in space ${this.#space}: ${hit ? "hit" : "miss"}, way ${used}`;
    }
    if (event.kind === "switch") {
      this.#space = event.space;
      return `space ${event.space}`;
    }
    const ended = this.#component.flush(this.#ways, event);
    for (const index of ended) {
      const way = this.#ways[index];
      if (way !== undefined) this.#ways[index] = { ...way, valid: false };
    }
    return `flush: ${ended.join(", ") || "none"}`;
  }

  /** An event, and what the TLB holds after it, for a diagram. */
  step(event: TlbEvent): TlbStep {
    const done = event.kind === "access" ? this.access(event.page, event.global) : undefined;
    const access = event.kind === "access" ? `read page ${event.page.toString(16)}` : this.take(event);
    const sets = [
      this.#ways.map(({ valid, page, space, global, used }) => ({
        ...{ valid, page: used === 0 ? undefined : page, frame: page, rights: `used at ${used}` },
        space: global ? "global" : `space ${space}`,
      })),
    ];
    if (done === undefined) return { access, outcome: "flush", at: undefined, evicted: undefined, sets };
    const { hit, used, evicted } = done;
    const outcome = hit ? "hit" : evicted === undefined ? "fill" : "evict";
    return { access, outcome, at: { set: 0, way: used }, evicted, sets };
  }
}
