/** The host's swap file. A slot belongs to the machine whose page is in it, is read once, and is empty afterwards. */
import { PAGE_BYTES } from "./contract.ts";
import type { MemoryLedger } from "./ledger.ts";

export class SwapFile {
  readonly #slots: Uint8Array[] = [];
  readonly #owners: number[] = [];
  readonly #free: number[] = [];
  readonly #ledger: MemoryLedger;

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger;
  }

  get used(): number {
    return this.#slots.length - this.#free.length;
  }

  /** The slot in which the page is now. */
  write(owner: number, page: Uint8Array): number {
    this.#ledger.pay("diskWrite");
    const slot = this.#free.pop() ?? this.#slots.push(new Uint8Array(PAGE_BYTES)) - 1;
    this.#slots[slot]!.set(page);
    this.#owners[slot] = owner;
    return slot;
  }

  read(owner: number, slot: number, into: Uint8Array): void {
    this.#ledger.pay("diskRead");
    this.require(owner, slot);
    into.set(this.#slots[slot]!);
    this.discard(owner, slot);
  }

  /** Nobody wants it any more. */
  discard(owner: number, slot: number): void {
    this.require(owner, slot);
    this.#slots[slot]!.fill(0);
    this.#owners[slot] = 0;
    this.#free.push(slot);
  }

  private require(owner: number, slot: number): void {
    if (this.#owners[slot] !== owner)
      throw new Error(`invariant: slot ${slot} belongs to ${this.#owners[slot]}, not to machine ${owner}`);
  }
}
