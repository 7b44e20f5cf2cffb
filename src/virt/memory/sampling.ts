/**
 * How much of its memory a machine uses, by statistical sampling (Waldspurger 2002, section 5.3): every period n pages, chosen at
 * random, are hidden from it; those that it touches before the period ends are in use.
 */
import type { Host } from "./host.ts";
import type { Vm } from "./vm.ts";

/** Weights of a new sample in the averages: the slow one forgets by half in five periods, the fast one in one. */
const SLOW = 1 / 8;
const FAST = 1 / 2;

/** Quick to believe that memory is needed, slow to believe that it is not: the largest of three averages. */
export class ActiveAverage {
  #slow: number | undefined;
  #fast = 0;

  /** At the end of a period. `fraction`: 0 … 1. */
  add(fraction: number): void {
    this.#slow = this.#slow === undefined ? fraction : this.#slow + SLOW * (fraction - this.#slow);
    this.#fast = this.#fast === 0 ? fraction : this.#fast + FAST * (fraction - this.#fast);
  }

  /** With what this period's sample says so far, by which a sudden need is seen at once. */
  estimate(current: number): number {
    if (this.#slow === undefined) return 1;
    return Math.max(this.#slow, this.#fast, this.#fast + FAST * (current - this.#fast));
  }
}

export class Sampler {
  readonly #host: Host;
  readonly #vm: Vm;
  readonly #pages: number;
  readonly #average = new ActiveAverage();
  #hidden: number[] = [];

  constructor(host: Host, vm: Vm, pages: number) {
    this.#host = host;
    this.#vm = vm;
    this.#pages = pages;
  }

  /** Ends the period, if one is running, and begins the next. */
  nextPeriod(): void {
    const { pages } = this.#host;
    if (this.#hidden.length > 0) this.#average.add(this.fraction);
    for (const gpn of this.#hidden) pages.unveil(this.#vm, gpn);
    this.#vm.touched = 0;
    this.#hidden = this.choose();
    for (const gpn of this.#hidden) pages.veil(this.#vm, gpn);
    this.update();
  }

  /** Tells the machine's estimate as it is now. */
  update(): void {
    this.#vm.active = this.#average.estimate(this.fraction);
  }

  private get fraction(): number {
    return this.#hidden.length === 0 ? 0 : this.#vm.touched / this.#hidden.length;
  }

  /** Different pages that are in memory, as far as they can be found. */
  private choose(): number[] {
    const chosen = new Set<number>();
    const wanted = Math.min(this.#pages, this.#vm.resident);
    for (let tries = 0; chosen.size < wanted && tries < 16 * wanted; tries++) {
      const gpn = this.#host.draw(this.#vm.pages);
      if (this.#host.pages.frame(this.#vm, gpn) !== undefined) chosen.add(gpn);
    }
    return [...chosen];
  }
}
