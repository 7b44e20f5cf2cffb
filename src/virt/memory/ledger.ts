/** What was done, counted under its name and priced; the processor's time and the disk's apart. */
import { isOfDisk, MEMORY_WORK, type MemoryPrices, type MemoryWork } from "./prices.ts";

export class MemoryLedger {
  readonly prices: MemoryPrices;
  readonly #counts = new Map<MemoryWork, number>(MEMORY_WORK.map((work) => [work, 0]));
  #cpu = 0;
  #disk = 0;

  constructor(prices: MemoryPrices) {
    this.prices = prices;
  }

  pay(work: MemoryWork, times = 1): void {
    this.#counts.set(work, this.count(work) + times);
    const ns = this.prices.work[work] * times;
    if (isOfDisk(work)) this.#disk += ns;
    else this.#cpu += ns;
  }

  count(work: MemoryWork): number {
    return this.#counts.get(work)!;
  }

  /** What was paid since the last time, in ns. */
  drain(): { cpu: number; disk: number } {
    const due = { cpu: this.#cpu, disk: this.#disk };
    this.#cpu = 0;
    this.#disk = 0;
    return due;
  }
}
