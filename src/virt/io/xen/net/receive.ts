/**
 * From the network to the front end, into pages that it has posted; without enough of them a frame waits, and then is dropped.
 *
 *     copy    frame in a page of this domain's ──grant copy──▶ posted page
 *     flip    frame in a page of this domain's ──transfer──▶ the front end's page; this domain takes another one from the machine
 */
import { DOMID_SELF, GNTCOPY, GNTST, PAGE } from "../abi/numbers.ts";
import type { GrantTransfer } from "../grant-transfer.ts";
import type { GrantCopy } from "../grants.ts";
import { BackRing } from "../ring.ts";
import type { NetBackParts, NetFrontEnd, NetStep } from "./halves.ts";
import {
  decodeRx,
  EXTRA,
  encodeExtra,
  encodeRxResponse,
  LONGEST_FRAME,
  NETIF_RSP,
  NETRXF,
  RX_BYTES,
} from "./netif.ts";
import { finish, NOTHING, type Offload } from "./offload.ts";

/** Frames that wait for a request of the front end's. */
const MOST_WAITING = 64;

interface Posted {
  readonly id: number;
  readonly reference: number;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly offload: Offload;
  readonly pages: number;
}

interface Going extends Waiting {
  readonly extra: Posted | undefined;
  readonly posted: readonly Posted[];
}

const slotsOf = ({ pages, offload }: Waiting): number => pages + (offload.segment > 0 ? 1 : 0);

export class Receive {
  readonly #parts: NetBackParts;
  readonly #front: NetFrontEnd;
  readonly #ring: BackRing;
  readonly #step: (step: NetStep) => void;
  readonly #waiting: Waiting[] = [];
  /** Taken off the ring, and not used. */
  readonly #posted: Posted[] = [];

  constructor(parts: NetBackParts, front: NetFrontEnd, ringPage: number, step: (step: NetStep) => void) {
    this.#parts = parts;
    this.#front = front;
    this.#ring = new BackRing(parts.kernel.memory, ringPage, RX_BYTES, parts.ring);
    this.#step = step;
  }

  /** A frame has come for the front end, who may not be able to take it as it is. True: it is the first that waits. */
  accept(frame: Uint8Array, offload: Offload): boolean {
    const { checksum, gso } = this.#front.features;
    const none = this.#waiting.length === 0;
    if ((!offload.checksum || checksum) && (offload.segment === 0 || gso)) this.#queue(frame, offload);
    else for (const one of finish(frame, offload, this.#parts.ledger) ?? []) this.#queue(one, NOTHING);
    return none && this.#waiting.length > 0;
  }

  #queue(frame: Uint8Array, offload: Offload): void {
    const pages = Math.ceil(frame.length / PAGE);
    const fits = frame.length <= LONGEST_FRAME && (pages === 1 || this.#front.features.sg);
    if (fits && this.#waiting.length < MOST_WAITING) this.#waiting.push({ frame, offload, pages });
    else this.#step("dropped");
  }

  /** Frames wait, and pages for them came before an event was asked for. */
  more(): boolean {
    return this.#waiting.length > 0 && this.#ring.finalCheck();
  }

  /** False: the front end's ring makes no sense. */
  work(notify: () => void): boolean {
    if (this.#waiting.length === 0) return true;
    const taken = this.#ring.take();
    if (taken === "broken") return false;
    this.#posted.push(...taken.map(decodeRx));
    let sent = false;
    for (let batch = this.#batch(); batch.length > 0; batch = this.#batch(), sent = true)
      if (this.#front.receive === "flip") this.#flip(batch);
      else this.#copy(batch);
    if (sent && this.#ring.pushResponses()) notify();
    return true;
  }

  /** Frames for which there are requests, and pages of this domain's. */
  #batch(): Going[] {
    const batch: Going[] = [];
    let room = this.#parts.kernel.freePages;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (slotsOf(next) > this.#posted.length || next.pages > room) break;
      room -= next.pages;
      this.#waiting.shift();
      const [first, ...others] = this.#posted.splice(0, slotsOf(next)) as [Posted, ...Posted[]];
      const extra = next.offload.segment > 0 ? others.shift() : undefined;
      batch.push({ ...next, extra, posted: [first, ...others] });
      this.#parts.ledger.pay("packet");
      this.#parts.ledger.pay("request");
      this.#step("request");
    }
    return batch;
  }

  /** The network's card has written the frame there. */
  #filled({
    frame,
    posted,
  }: Going): { readonly gfn: number; readonly length: number; readonly to: Posted }[] {
    const { kernel } = this.#parts;
    return posted.map((to, n) => {
      const part = frame.subarray(n * PAGE, (n + 1) * PAGE);
      const gfn = kernel.allocate() as number;
      kernel.memory.write(gfn * PAGE, part);
      return { gfn, length: part.length, to };
    });
  }

  #copy(batch: readonly Going[]): void {
    const { kernel } = this.#parts;
    const domain = this.#front.domain;
    const copies = batch.map((going) =>
      this.#filled(going).map(({ gfn, length, to }): GrantCopy => {
        const source = { place: gfn, domain: DOMID_SELF, offset: 0 };
        const destination = { place: to.reference, domain, offset: 0 };
        return { source, destination, length, flags: GNTCOPY.destinationGrant };
      }),
    );
    kernel.calls.copyGrants(copies.flat());
    for (const [n, going] of batch.entries()) {
      const own = copies[n] as GrantCopy[];
      for (const { source } of own) kernel.free(source.place);
      this.#answer(
        going,
        "copy",
        own.every(({ status }) => status === GNTST.okay),
      );
    }
  }

  #flip(batch: readonly Going[]): void {
    const { kernel } = this.#parts;
    const domain = this.#front.domain;
    const gifts = batch.map((going) =>
      this.#filled(going).map(({ gfn, to }): GrantTransfer => ({ gfn, domain, reference: to.reference })),
    );
    kernel.calls.transferGrants(gifts.flat());
    kernel.refill(gifts.flat().map(({ gfn }) => gfn));
    for (const [n, going] of batch.entries()) {
      const own = gifts[n] as GrantTransfer[];
      this.#answer(
        going,
        "transfer",
        own.every(({ status }) => status === GNTST.okay),
      );
    }
  }

  #answer({ frame, offload, posted, extra }: Going, way: NetStep, okay: boolean): void {
    this.#step(okay ? way : "dropped");
    if (!okay) {
      for (const { id } of extra ? [...posted, extra] : posted) this.#respond(id, 0, NETIF_RSP.error);
      this.#step("response");
      return;
    }
    const blank = offload.checksum ? NETRXF.checksumBlank | NETRXF.dataValidated : 0;
    for (const [n, { id }] of posted.entries()) {
      const more = n < posted.length - 1 ? NETRXF.moreData : 0;
      const first = n === 0 ? blank | (extra ? NETRXF.extraInfo : 0) : 0;
      this.#respond(id, more | first, Math.min(PAGE, frame.length - n * PAGE));
      if (n === 0 && extra !== undefined) {
        const info = { type: EXTRA.gso, flags: 0, size: offload.segment, gsoType: EXTRA.tcp4 };
        this.#ring.put(encodeExtra(info, RX_BYTES));
      }
    }
    this.#step("response");
  }

  #respond(id: number, flags: number, status: number): void {
    this.#ring.put(encodeRxResponse({ id, offset: 0, flags, status }));
  }
}
