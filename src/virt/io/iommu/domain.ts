/**
 * What a device may reach, and when what it may not reach any more is really gone:
 *
 *     strict      unmap ─▶ entry away, invalidate the page, wait          each unmap pays a flush
 *     deferred    unmap ─▶ entry away … the batch is full, or its time is up ─▶ invalidate the domain        one flush for many
 *                          └── until then the IOTLB may still know the page, and its address is not given out again
 *
 * Linux defers for 10 ms (Amit et al., "vIOMMU: Efficient IOMMU Emulation", USENIX ATC 2011).
 */
import type { Iova } from "../../../machine/address.ts";
import type { Clock, Timer } from "../../../machine/clock.ts";
import type { IommuDriver } from "./driver.ts";

export type FlushPolicy =
  | { readonly kind: "strict" }
  /** `count` unmaps, or `cycles` after the first of them. */
  | { readonly kind: "deferred"; readonly count: number; readonly cycles: number };

const PAGE = 4096;
/** Address 0 stays unmapped: a descriptor that nobody filled in then faults. */
const FIRST = PAGE;

export interface DomainParts {
  readonly driver: IommuDriver;
  /** The number that its translations carry in the IOTLB. */
  readonly number: number;
  readonly policy: FlushPolicy;
  readonly clock: Clock;
}

export class IoDomain {
  readonly #parts: DomainParts;
  readonly #root: number;
  readonly #timer: Timer;
  readonly #mapped = new Set<number>();
  #free: number[] = [];
  #next = FIRST;
  /** Addresses unmapped since the last flush. */
  readonly #waiting = new Set<number>();

  constructor(parts: DomainParts) {
    this.#parts = parts;
    this.#root = parts.driver.page();
    this.#timer = parts.clock.timer(() => this.flush());
  }

  attach(requester: number): void {
    this.#parts.driver.attach(requester, this.#parts.number, this.#root);
  }

  detach(requester: number): void {
    this.#parts.driver.attach(requester, this.#parts.number, undefined);
  }

  /** Gives a page of the host's an I/O virtual address. */
  map(host: number): Iova {
    let iova = this.#free.pop();
    while (iova !== undefined && this.#taken(iova)) iova = this.#free.pop();
    if (iova === undefined) {
      while (this.#taken(this.#next)) this.#next += PAGE;
      iova = this.#next;
      this.#next += PAGE;
    }
    this.mapAt(iova as Iova, host);
    return iova as Iova;
  }

  /** The same at an address of the caller's: identity, or a guest's memory pre-mapped as the guest sees it. Throws a RangeError when it is taken. */
  mapAt(iova: Iova, host: number): void {
    if (this.#mapped.has(iova)) throw new RangeError(`I/O page ${iova} is mapped already`);
    if (this.#waiting.has(iova)) this.flush();
    this.#parts.driver.map(this.#root, iova, host);
    this.#mapped.add(iova);
  }

  /** Throws a RangeError for an address that is not mapped. */
  unmap(iova: Iova): void {
    if (!this.#mapped.delete(iova)) throw new RangeError(`I/O page ${iova} is not mapped`);
    const { driver, number, policy, clock } = this.#parts;
    driver.unmap(this.#root, iova);
    if (policy.kind === "strict") {
      driver.flushPage(number, iova);
      this.#release([iova]);
      return;
    }
    if (this.#waiting.size === 0) clock.set(this.#timer, clock.now + policy.cycles);
    this.#waiting.add(iova);
    if (this.#waiting.size >= policy.count) this.flush();
  }

  /** After it nothing that was unmapped is reached any more. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    const { driver, number, clock } = this.#parts;
    driver.flushDomain(number);
    this.#release([...this.#waiting]);
    this.#waiting.clear();
    clock.clear(this.#timer);
  }

  /** Mapped, or still known to the IOTLB perhaps. */
  #taken(iova: number): boolean {
    return this.#mapped.has(iova) || this.#waiting.has(iova);
  }

  /** What the allocator has not come to yet is free anyway. */
  #release(pages: readonly number[]): void {
    this.#free.push(...pages.filter((page) => page < this.#next));
  }
}
