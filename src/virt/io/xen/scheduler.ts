/** One processor for all domains: what each has to do, in the order in which it came up. Going over to another domain costs a switch. */
import type { IoLedger } from "../backend.ts";

export class Scheduler {
  readonly #ledger: IoLedger;
  #waiting: { readonly domain: number; readonly work: () => void }[] = [];
  #running = 0;

  constructor(ledger: IoLedger) {
    this.#ledger = ledger;
  }

  /** Whose turn it is, or was the last time. */
  get running(): number {
    return this.#running;
  }

  later(domain: number, work: () => void): void {
    this.#waiting.push({ domain, work });
  }

  /** The domain is gone, with all that it would have done. */
  forget(domain: number): void {
    this.#waiting = this.#waiting.filter((one) => one.domain !== domain);
  }

  /** The domain has the processor from now on; true: another had it. */
  enter(domain: number): boolean {
    const other = domain !== this.#running;
    if (other) this.#ledger.pay("domainSwitch", domain);
    this.#running = domain;
    return other;
  }

  /** Until everybody is idle, or `most` pieces of work are done; the number of them. */
  run(most = Number.POSITIVE_INFINITY): number {
    let done = 0;
    for (; done < most; done++) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.enter(next.domain);
      next.work();
    }
    return done;
  }
}
