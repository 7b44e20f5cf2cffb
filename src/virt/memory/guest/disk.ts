/** A guest's disk in pages: files whose content follows from an image's number until they are written, and a swap area. */
import { PAGE_BYTES } from "../contract.ts";
import type { MemoryLedger } from "../ledger.ts";
import { fillPage } from "./content.ts";

export class GuestDisk {
  /** Transfers, by direction. */
  reads = 0;
  writes = 0;
  readonly #image: number;
  readonly #ledger: MemoryLedger;
  readonly #written = new Map<number, Uint8Array>();
  readonly #page = new Uint8Array(PAGE_BYTES);

  constructor(image: number, ledger: MemoryLedger) {
    this.#image = image;
    this.#ledger = ledger;
  }

  /** The block's content, valid until the next call. */
  read(block: number): Uint8Array {
    this.reads++;
    this.#ledger.pay("exit");
    this.#ledger.pay("diskRead");
    const written = this.#written.get(block);
    if (written !== undefined) return written;
    fillPage(this.#page, this.#image, block);
    return this.#page;
  }

  write(block: number, content: Uint8Array): void {
    this.writes++;
    this.#ledger.pay("exit");
    this.#ledger.pay("diskWrite");
    const written = this.#written.get(block);
    if (written !== undefined) written.set(content);
    else this.#written.set(block, content.slice());
  }

  /** The block's content is of no use any more. */
  discard(block: number): void {
    this.#written.delete(block);
  }
}
