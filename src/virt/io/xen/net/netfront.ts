/** The front end of a network interface: what it transmits is granted for as long as it takes, and pages for what may come are granted ahead. */
import type { NetworkPort } from "../../../../machine/devices/network.ts";
import { DOMID_SELF, PAGE } from "../abi/numbers.ts";
import type { Kernel } from "../kernel.ts";
import { FrontRing } from "../ring.ts";
import type { NetFrontEnd } from "./netback.ts";
import { decodeRxResponse, decodeTxResponse, encodeRx, encodeTx, RX_BYTES, TX_BYTES } from "./netif.ts";

interface Page {
  readonly gfn: number;
  readonly reference: number;
}

/** Pages that wait for frames. */
const POSTED = 8;

export class NetFront implements NetworkPort {
  readonly #kernel: Kernel;
  readonly #backEnd: number;
  readonly #port: number;
  readonly #tx: FrontRing;
  readonly #rx: FrontRing;
  readonly #sent = new Map<number, Page>();
  readonly #posted = new Map<number, Page>();
  #nextId = 0;
  #flushing = false;
  onFrame: (frame: Uint8Array) => void = () => {};
  /** What the back end is told. */
  readonly offer: NetFrontEnd;
  /** Frames for which there was no page or slot. */
  dropped = 0;
  broken = false;

  /** Throws a RangeError when the domain has no pages or ports left for it. */
  constructor(kernel: Kernel, backEnd: number) {
    this.#kernel = kernel;
    this.#backEnd = backEnd;
    const [tx, rx] = [this.#page(false), this.#page(false)];
    const port = kernel.calls.allocUnbound(DOMID_SELF, backEnd);
    if (tx === undefined || rx === undefined || port < 0)
      throw new RangeError(`domain ${kernel.id} has no page, grant or port left for a network interface`);
    this.#port = port;
    this.#tx = new FrontRing(kernel.memory, tx.gfn * PAGE, TX_BYTES);
    this.#rx = new FrontRing(kernel.memory, rx.gfn * PAGE, RX_BYTES);
    this.#tx.init();
    this.#rx.init();
    this.offer = { domain: kernel.id, txReference: tx.reference, rxReference: rx.reference, port };
    kernel.listen(port, () => this.#work());
    this.#post();
  }

  transmit(frame: Uint8Array): void {
    const page = frame.length <= PAGE && this.#tx.free > 0 && !this.broken ? this.#page(true) : undefined;
    if (page === undefined) {
      this.dropped++;
      return;
    }
    this.#kernel.memory.write(page.gfn * PAGE, frame);
    const id = this.#id();
    this.#sent.set(id, page);
    this.#tx.put(encodeTx({ reference: page.reference, offset: 0, flags: 0, id, size: frame.length }));
    if (this.#flushing) return;
    this.#flushing = true;
    this.#kernel.later(() => {
      this.#flushing = false;
      if (this.#tx.pushRequests()) this.#kernel.calls.send(this.#port);
    });
  }

  #work(): void {
    if (this.broken) return;
    do this.broken = !this.#drain(this.#tx, (bytes) => this.#finish(bytes));
    while (!this.broken && this.#tx.finalCheck());
    if (this.broken) return;
    do this.broken = !this.#drain(this.#rx, (bytes) => this.#deliver(bytes));
    while (!this.broken && this.#rx.finalCheck());
    if (!this.broken) this.#post();
  }

  #drain(ring: FrontRing, one: (bytes: Uint8Array) => boolean): boolean {
    const taken = ring.take();
    return taken !== "broken" && taken.every(one);
  }

  #finish(bytes: Uint8Array): boolean {
    return this.#take(this.#sent, decodeTxResponse(bytes).id) !== undefined;
  }

  /** The grant ends before the frame is looked at: nobody can change it any more. */
  #deliver(bytes: Uint8Array): boolean {
    const { id, offset, status } = decodeRxResponse(bytes);
    const gfn = this.#take(this.#posted, id);
    if (gfn === undefined) return false;
    if (status > 0 && offset + status <= PAGE)
      this.onFrame(this.#kernel.memory.read(gfn * PAGE + offset, status));
    return true;
  }

  #take(from: Map<number, Page>, id: number): number | undefined {
    const page = from.get(id);
    // A page that the back end still has mapped is never used again.
    if (page === undefined || !this.#kernel.endGrant(page.reference)) return undefined;
    from.delete(id);
    this.#kernel.free(page.gfn);
    return page.gfn;
  }

  #post(): void {
    while (this.#posted.size < POSTED && this.#rx.free > 0) {
      const page = this.#page(false);
      if (page === undefined) break;
      const id = this.#id();
      this.#posted.set(id, page);
      this.#rx.put(encodeRx(id, page.reference));
    }
    if (this.#rx.pushRequests()) this.#kernel.calls.send(this.#port);
  }

  #id(): number {
    do this.#nextId = (this.#nextId + 1) & 0xffff;
    while (this.#sent.has(this.#nextId) || this.#posted.has(this.#nextId));
    return this.#nextId;
  }

  #page(readonly: boolean): Page | undefined {
    const gfn = this.#kernel.allocate();
    if (gfn === undefined) return undefined;
    const reference = this.#kernel.grant(this.#backEnd, gfn, readonly);
    if (reference !== undefined) return { gfn, reference };
    this.#kernel.free(gfn);
    return undefined;
  }
}
