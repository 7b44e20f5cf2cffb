/**
 * From the front end to the network: the frames of a turn share a hypercall, whichever way their pages are reached.
 *
 *     copy    requests ──▶ grant copy to pages of this domain's ──▶ network
 *     map     requests ──▶ mapped ──▶ network, whose card reads them itself ──▶ unmapped
 */
import { DOMID_SELF, GNTCOPY, GNTST, PAGE } from "../abi/numbers.ts";
import type { GrantCopy } from "../grants.ts";
import type { MappedPage } from "../kernel.ts";
import { BackRing } from "../ring.ts";
import type { NetBackParts, NetStep } from "./halves.ts";
import { encodeTxResponse, NETIF_RSP, TX_BYTES } from "./netif.ts";
import { finish } from "./offload.ts";
import { type Fragment, frames, type TxFrame } from "./slots.ts";

interface Sound extends TxFrame {
  readonly fragments: readonly Fragment[];
}

export class Transmit {
  readonly #parts: NetBackParts;
  readonly #domain: number;
  readonly #ring: BackRing;
  readonly #step: (step: NetStep) => void;

  constructor(parts: NetBackParts, domain: number, ringPage: number, step: (step: NetStep) => void) {
    this.#parts = parts;
    this.#domain = domain;
    this.#ring = new BackRing(parts.kernel.memory, ringPage, TX_BYTES, parts.ring);
    this.#step = step;
  }

  /** Requests are there that came before an event was asked for. */
  more(): boolean {
    return this.#ring.finalCheck();
  }

  /** What the front end has pushed so far. False: it makes no sense. */
  work(notify: () => void): boolean {
    const { ledger } = this.#parts;
    const taken = this.#ring.take();
    const found = taken === "broken" ? taken : frames(taken);
    if (found === "broken") return false;
    for (const frame of found) {
      ledger.pay("request");
      this.#step("request");
      if (frame.fragments === undefined) this.#answer(frame, false);
    }
    for (const batch of this.#batches(found.filter((frame): frame is Sound => frame.fragments !== undefined)))
      if (this.#parts.transmit === "map") this.#map(batch);
      else this.#copy(batch);
    if (found.length > 0 && this.#ring.pushResponses()) notify();
    return true;
  }

  /** As many as there is room for at a time; a frame for which there is never room is dropped. */
  *#batches(all: readonly Sound[]): Generator<readonly Sound[]> {
    const { kernel, transmit } = this.#parts;
    const room = transmit === "map" ? kernel.freeHoles : kernel.freePages;
    let batch: Sound[] = [];
    let used = 0;
    for (const frame of all) {
      const { length } = frame.fragments;
      if (length > room) {
        this.#answer(frame, false);
        continue;
      }
      if (used + length > room) {
        yield batch;
        [batch, used] = [[], 0];
      }
      batch.push(frame);
      used += length;
    }
    if (batch.length > 0) yield batch;
  }

  #copy(batch: readonly Sound[]): void {
    const { kernel } = this.#parts;
    const places: { operation: GrantCopy; gfn: number }[][] = batch.map(({ fragments }) =>
      fragments.map(({ reference, offset, length }) => {
        const gfn = kernel.allocate() as number;
        const source = { place: reference, domain: this.#domain, offset };
        const destination = { place: gfn, domain: DOMID_SELF, offset: 0 };
        return { gfn, operation: { source, destination, length, flags: GNTCOPY.sourceGrant } };
      }),
    );
    kernel.calls.copyGrants(places.flat().map(({ operation }) => operation));
    for (const [n, frame] of batch.entries()) {
      const pages = places[n] as (typeof places)[0];
      const okay = pages.every(({ operation }) => operation.status === GNTST.okay);
      if (okay) this.#step("copy");
      this.#send(frame, okay ? pages.map(({ gfn }) => gfn * PAGE) : undefined);
      for (const { gfn } of pages) kernel.free(gfn);
    }
  }

  #map(batch: readonly Sound[]): void {
    const { kernel } = this.#parts;
    const references = batch.flatMap(({ fragments }) => fragments.map(({ reference }) => reference));
    const mapped = kernel.mapEach(this.#domain, references, true);
    let at = 0;
    for (const frame of batch) {
      const pages = mapped.slice(at, at + frame.fragments.length);
      at += pages.length;
      const okay = pages.every((page): page is MappedPage => page !== undefined);
      if (okay) this.#step("map");
      const places = pages as readonly MappedPage[];
      this.#send(
        frame,
        okay
          ? frame.fragments.map(({ offset }, n) => (places[n] as MappedPage).gfn * PAGE + offset)
          : undefined,
      );
    }
    kernel.unmap(mapped.filter((page) => page !== undefined));
  }

  /** `places`: where the fragments are in this domain's memory; undefined: the front end granted none of it. */
  #send(frame: Sound, places: readonly number[] | undefined): void {
    const { kernel, network, ledger } = this.#parts;
    if (places === undefined) {
      this.#answer(frame, false);
      return;
    }
    const bytes = new Uint8Array(frame.fragments.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const [n, { length }] of frame.fragments.entries()) {
      kernel.memory.read(places[n] as number, length, bytes.subarray(at, at + length));
      at += length;
    }
    const whole = "offloads" in network;
    const finished = whole ? [bytes] : finish(bytes, frame.offload, ledger);
    for (const one of finished ?? []) {
      ledger.pay("packet");
      if (whole) network.transmit(one, frame.offload);
      else network.transmit(one);
      this.#step("bridge");
    }
    this.#answer(frame, finished !== undefined);
  }

  #answer({ ids }: TxFrame, okay: boolean): void {
    if (!okay) this.#step("dropped");
    for (const id of ids)
      this.#ring.put(
        id === null
          ? encodeTxResponse(0, NETIF_RSP.null)
          : encodeTxResponse(id, okay ? NETIF_RSP.okay : NETIF_RSP.error),
      );
    this.#step("response");
  }
}
