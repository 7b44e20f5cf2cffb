/**
 * The front end of a network interface: what it transmits is granted for as long as it takes, and pages for what may come are posted ahead.
 *
 * When the back end is gone, frames that it has not answered are dropped and not sent again: it may have sent them. Who is above finds
 * out as with any network.
 */
import type { NetworkPort } from "../../../../machine/devices/network.ts";
import { FREE, type IoLedger } from "../../backend.ts";
import { DOMID_SELF, PAGE } from "../abi/numbers.ts";
import { type GrantedPage, PagePool } from "../granted-pages.ts";
import type { Kernel } from "../kernel.ts";
import { FrontRing } from "../ring.ts";
import { type Arrival, arrivals } from "./arrivals.ts";
import type { NetFeatures, NetFrontEnd } from "./halves.ts";
import {
  decodeTxResponse,
  EXTRA,
  encodeExtra,
  encodeRx,
  encodeTx,
  LONGEST_FRAME,
  MOST_SLOTS,
  NETIF_RSP,
  NETTXF,
  RX_BYTES,
  TX_BYTES,
} from "./netif.ts";
import { finish, NOTHING, type Offload } from "./offload.ts";
import { accepting, granted, type PageSupply, type PostedPage } from "./posted.ts";

/** Where a frame is on its way between who is above and the ring. */
export type FrontStep = "granted" | "event" | "acknowledged" | "posted" | "delivered";

export interface NetFrontOptions {
  readonly ledger?: IoLedger;
  /** What it takes: everything, unless said. */
  readonly features?: NetFeatures;
  readonly receive?: "copy" | "flip";
  /** Pages that wait for frames: 8 unless said. */
  readonly posted?: number;
  readonly onStep?: (way: "tx" | "rx", step: FrontStep) => void;
}

interface Sent {
  left: number;
  okay: boolean;
  readonly done: (okay: boolean) => void;
}

interface Connection {
  readonly backEnd: number;
  readonly port: number;
  readonly ringPages: readonly GrantedPage[];
  readonly tx: FrontRing;
  readonly rx: FrontRing;
  readonly supply: PageSupply;
  readonly sent: Map<number, { readonly page: GrantedPage; readonly frame: Sent }>;
  /** In the ring's order. */
  readonly posted: { readonly id: number; readonly page: PostedPage }[];
  /** Extra infos on the ring, which are answered as well. */
  extras: number;
}

const EVERYTHING: NetFeatures = { checksum: true, sg: true, gso: true };
const NOTHING_SPECIAL: NetFeatures = { checksum: true, sg: false, gso: false };

export class NetFront implements NetworkPort {
  readonly #kernel: Kernel;
  readonly #options: NetFrontOptions;
  readonly #pool: PagePool;
  #connection: Connection | undefined;
  #backEnd: NetFeatures = NOTHING_SPECIAL;
  #offer: NetFrontEnd | undefined;
  #nextId = 0;
  #nextPosted = 0;
  #flushing = false;
  onFrame: (frame: Uint8Array, offload?: Offload) => void = () => {};
  /** Frames for which there was no page, slot or back end. */
  dropped = 0;
  broken = false;

  /** Throws a RangeError when the domain has no pages or ports left for it. */
  constructor(kernel: Kernel, backEnd: number, options: NetFrontOptions = {}) {
    this.#kernel = kernel;
    this.#options = options;
    this.#pool = new PagePool(kernel, false);
    this.reconnect(backEnd);
  }

  /** What the back end is told. */
  get offer(): NetFrontEnd {
    if (this.#offer === undefined)
      throw new Error("invariant: a front end without a connection has no offer");
    return this.#offer;
  }

  /** What the back end takes; before it is told, no more than every back end does. */
  set features(features: NetFeatures) {
    this.#backEnd = features;
  }

  /** New rings for another back end, when the old one is gone. Throws as the constructor does. */
  reconnect(backEnd: number): NetFrontEnd {
    this.disconnect();
    const { features = EVERYTHING, receive = "copy" } = this.#options;
    const kernel = this.#kernel;
    this.#pool.takeBack();
    const ringPages = this.#pool.take(2, backEnd, false);
    const port = kernel.calls.allocUnbound(DOMID_SELF, backEnd);
    if (ringPages === undefined || port < 0) {
      this.#pool.give(ringPages ?? []);
      throw new RangeError(`domain ${kernel.id} has no page, grant or port left for a network interface`);
    }
    const [txPage, rxPage] = ringPages as [GrantedPage, GrantedPage];
    const tx = new FrontRing(kernel.memory, txPage.gfn * PAGE, TX_BYTES);
    const rx = new FrontRing(kernel.memory, rxPage.gfn * PAGE, RX_BYTES);
    tx.init();
    rx.init();
    const supply = receive === "flip" ? accepting(kernel, backEnd) : granted(kernel, this.#pool, backEnd);
    const own = { sent: new Map(), posted: [], extras: 0 };
    this.#connection = { backEnd, port, ringPages, tx, rx, supply, ...own };
    this.broken = false;
    kernel.listen(port, () => this.#work());
    this.#post(this.#connection);
    const [txReference, rxReference] = [txPage.reference, rxPage.reference];
    this.#offer = { domain: kernel.id, txReference, rxReference, port, features, receive };
    return this.#offer;
  }

  /** The back end is gone, and with it every frame that it did not answer. */
  disconnect(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const { port, sent, posted, supply, ringPages } = connection;
    this.#connection = undefined;
    this.#offer = undefined;
    this.#backEnd = NOTHING_SPECIAL;
    this.#kernel.close(port);
    for (const { page } of sent.values()) this.#pool.end(page);
    for (const { page } of posted) supply.take(page, 0, 0);
    for (const page of ringPages) this.#pool.end(page);
    for (const frame of new Set([...sent.values()].map(({ frame }) => frame))) frame.done(false);
  }

  /** `done` tells that the back end has sent it, or that this is not known. */
  transmit(frame: Uint8Array, offload: Offload = NOTHING, done: (okay: boolean) => void = () => {}): void {
    const { checksum, gso } = this.#backEnd;
    const asItIs = (!offload.checksum || checksum) && (offload.segment === 0 || gso);
    const frames = asItIs ? [frame] : (finish(frame, offload, this.#options.ledger ?? FREE) ?? []);
    const whole: Sent = { left: frames.length, okay: frames.length > 0, done };
    for (const one of frames) this.#send(one, asItIs ? offload : NOTHING, whole);
    if (frames.length === 0) done(false);
  }

  #send(bytes: Uint8Array, { checksum, segment }: Offload, whole: Sent): void {
    const connection = this.#connection;
    const count = Math.ceil(bytes.length / PAGE);
    const most = this.#backEnd.sg ? MOST_SLOTS : 1;
    const fits = count <= most && bytes.length <= LONGEST_FRAME && !this.broken;
    const slots = count + (segment > 0 ? 1 : 0);
    const pages =
      connection !== undefined && fits && connection.tx.free >= slots
        ? this.#pool.take(count, connection.backEnd, true)
        : undefined;
    if (connection === undefined || pages === undefined) {
      this.dropped++;
      this.#finished(whole, false);
      return;
    }
    const frame: Sent = { left: count, okay: true, done: (okay) => this.#finished(whole, okay) };
    const blank = checksum ? NETTXF.checksumBlank | NETTXF.dataValidated : 0;
    for (const [n, page] of pages.entries()) {
      const part = bytes.subarray(n * PAGE, (n + 1) * PAGE);
      this.#kernel.memory.write(page.gfn * PAGE, part);
      const id = this.#id(connection);
      connection.sent.set(id, { page, frame });
      const first = n === 0 ? blank | (segment > 0 ? NETTXF.extraInfo : 0) : 0;
      const flags = first | (n < count - 1 ? NETTXF.moreData : 0);
      const size = n === 0 ? bytes.length : part.length;
      connection.tx.put(encodeTx({ reference: page.reference, offset: 0, flags, id, size }));
      if (n > 0 || segment === 0) continue;
      connection.tx.put(
        encodeExtra({ type: EXTRA.gso, flags: 0, size: segment, gsoType: EXTRA.tcp4 }, TX_BYTES),
      );
      connection.extras++;
    }
    this.#step("tx", "granted");
    this.#flushLater();
  }

  /** Frames of the same turn share one look at whether the back end wants an event. */
  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#kernel.later(() => {
      this.#flushing = false;
      if (this.#connection) this.#notify("tx", this.#connection, this.#connection.tx);
    });
  }

  #notify(way: "tx" | "rx", { port }: Connection, ring: FrontRing): void {
    if (!ring.pushRequests()) return;
    this.#kernel.calls.send(port);
    this.#step(way, "event");
  }

  #work(): void {
    const connection = this.#connection;
    if (connection === undefined || this.broken) return;
    const { tx, rx } = connection;
    do this.broken = !this.#acknowledge(connection, tx.take());
    while (!this.broken && tx.finalCheck());
    while (!this.broken) {
      const taken = rx.take();
      const found = taken === "broken" ? taken : arrivals(taken);
      this.broken = found === "broken" || !found.every((one) => this.#deliver(connection, one));
      if (this.broken || !rx.finalCheck()) break;
    }
    // Who was told of a frame may have disconnected.
    if (!this.broken && this.#connection === connection) this.#post(connection);
  }

  #acknowledge(connection: Connection, taken: Uint8Array[] | "broken"): boolean {
    if (taken === "broken") return false;
    return taken.every((bytes) => {
      const { id, status } = decodeTxResponse(bytes);
      if (status === NETIF_RSP.null) return connection.extras-- > 0;
      const sent = connection.sent.get(id);
      // A page that the back end still has mapped is never used again.
      if (sent === undefined || !this.#pool.end(sent.page)) return false;
      connection.sent.delete(id);
      this.#finished(sent.frame, status === NETIF_RSP.okay);
      return true;
    });
  }

  #finished(frame: Sent, okay: boolean): void {
    frame.okay = frame.okay && okay;
    frame.left--;
    if (frame.left !== 0) return;
    this.#step("tx", "acknowledged");
    frame.done(frame.okay);
  }

  /** False: this was not asked for, or not given back. Nobody else has the pages any more when they are looked at. */
  #deliver({ posted, supply }: Connection, { ids, parts, okay, offload }: Arrival): boolean {
    const pieces: Uint8Array[] = [];
    let whole = okay;
    for (const [n, id] of ids.entries()) {
      const asked = posted.shift();
      if (asked === undefined || (id !== undefined && id !== asked.id)) return false;
      const { offset, length } = parts[n] as Arrival["parts"][0];
      const bytes = supply.take(asked.page, offset, length);
      if (bytes === "held") return false;
      if (length > 0 && bytes === undefined) whole = false;
      if (bytes !== undefined) pieces.push(bytes);
    }
    if (!whole) return true;
    this.#step("rx", "delivered");
    this.onFrame(pieces.length === 1 ? (pieces[0] as Uint8Array) : joined(pieces), offload);
    return true;
  }

  #post(connection: Connection): void {
    const { posted, rx, supply } = connection;
    const count = Math.min((this.#options.posted ?? 8) - posted.length, rx.free);
    for (const page of supply.post(count)) {
      posted.push({ id: this.#nextPosted, page });
      rx.put(encodeRx(this.#nextPosted, page.reference));
      this.#nextPosted = (this.#nextPosted + 1) & 0xffff;
    }
    this.#notify("rx", connection, rx);
  }

  #id({ sent }: Connection): number {
    do this.#nextId = (this.#nextId + 1) & 0xffff;
    while (sent.has(this.#nextId));
    return this.#nextId;
  }

  #step(way: "tx" | "rx", step: FrontStep): void {
    this.#options.onStep?.(way, step);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
