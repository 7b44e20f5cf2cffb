/**
 * The entries of the interrupt-remapping table that a host has given out: each is one requester's, for one of its messages, so that no
 * other device can use it, and none can name a vector by itself.
 */
import { type InterruptEntry, remappableMessage } from "../../../machine/iommu/index.ts";
import type { IommuDriver } from "./driver.ts";

/** A page of entries. */
const ENTRIES = 256;

export class InterruptTable {
  readonly #driver: IommuDriver;
  readonly #table: number;
  readonly #free = Array.from({ length: ENTRIES }, (_, index) => ENTRIES - 1 - index);

  /** Switches interrupt remapping on. */
  constructor(driver: IommuDriver) {
    this.#driver = driver;
    this.#table = driver.remapInterrupts();
  }

  /** An entry, and the message that names it. Throws a RangeError when all are taken. */
  give(entry: InterruptEntry): { readonly index: number; readonly address: number; readonly data: number } {
    const index = this.#free.pop();
    if (index === undefined) throw new RangeError(`all ${ENTRIES} entries for interrupts are taken`);
    this.change(index, entry);
    return { index, ...remappableMessage(index) };
  }

  /** Throws a RangeError for an entry that was not given. */
  change(index: number, entry: InterruptEntry): void {
    this.#check(index);
    this.#driver.setInterrupt(this.#table, index, entry);
  }

  /** From now on its message is blocked. Throws a RangeError for an entry that was not given. */
  take(index: number): void {
    this.#check(index);
    this.#driver.setInterrupt(this.#table, index, undefined);
    this.#free.push(index);
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= ENTRIES || this.#free.includes(index))
      throw new RangeError(`interrupt entry ${index} was not given out`);
  }
}
