/**
 * The back end of a network interface: a port of the bridge on one side, the front end's two rings on the other. Every frame is copied by the
 * hypervisor, out of the front end's page before anybody looks at it, or into one that the front end has granted for it.
 *
 *     tx  event ──▶ request ──▶ checked ──▶ grant copy ──▶ bridge ──▶ response
 *     rx  bridge ──▶ a request of the front end's ──▶ grant copy ──▶ response ──▶ event; without a request the frame waits, then is dropped
 */
import type { IoLedger, NetBackend } from "../../backend.ts";
import { DOMID_SELF, GNTCOPY, GNTST, PAGE } from "../abi/numbers.ts";
import type { GrantCopy } from "../grants.ts";
import type { Kernel, MappedPage } from "../kernel.ts";
import { BackRing } from "../ring.ts";
import type { RingPolicy } from "../ring-policy.ts";
import {
  decodeRx,
  decodeTx,
  encodeRxResponse,
  encodeTxResponse,
  NETIF_RSP,
  RX_BYTES,
  SEVERAL_SLOTS,
  SHORTEST_FRAME,
  TX_BYTES,
} from "./netif.ts";

export interface NetFrontEnd {
  readonly domain: number;
  readonly txReference: number;
  readonly rxReference: number;
  readonly port: number;
}

/** Where a frame is on its way between the front end and the bridge. */
export type NetStep = "request" | "copy" | "bridge" | "response" | "event" | "dropped";

export interface NetBackParts {
  readonly kernel: Kernel;
  readonly network: NetBackend;
  readonly ledger: IoLedger;
  /** Somebody else's way around the rings. */
  readonly ring?: RingPolicy;
  readonly onStep?: (way: "tx" | "rx", step: NetStep) => void;
}

/** Frames that wait for a request of the front end's. */
const MOST_WAITING = 64;

export class NetBack {
  readonly #parts: NetBackParts;
  readonly #domain: number;
  readonly #port: number;
  readonly #tx: BackRing;
  readonly #rx: BackRing;
  /** A page of this domain's that frames pass through. */
  readonly #buffer: number;
  readonly #waiting: Uint8Array[] = [];
  broken = false;

  /** Undefined: a ring or the port is none, or no page is free. */
  static connect(parts: NetBackParts, front: NetFrontEnd): NetBack | undefined {
    const { kernel } = parts;
    const rings = kernel.map(front.domain, [front.txReference, front.rxReference], false);
    if (rings === undefined) return undefined;
    const port = kernel.calls.bindInterdomain(front.domain, front.port);
    const buffer = kernel.allocate();
    if (port > 0 && buffer !== undefined) return new NetBack(parts, front.domain, rings, port, buffer);
    if (buffer !== undefined) kernel.free(buffer);
    if (port > 0) kernel.close(port);
    kernel.unmap(rings);
    return undefined;
  }

  private constructor(
    parts: NetBackParts,
    domain: number,
    rings: readonly MappedPage[],
    port: number,
    buffer: number,
  ) {
    const { kernel, network, ring } = parts;
    this.#parts = parts;
    this.#domain = domain;
    this.#port = port;
    this.#buffer = buffer;
    const [tx, rx] = rings as [MappedPage, MappedPage];
    this.#tx = new BackRing(kernel.memory, tx.gfn * PAGE, TX_BYTES, ring);
    this.#rx = new BackRing(kernel.memory, rx.gfn * PAGE, RX_BYTES, ring);
    kernel.listen(port, () => this.#work());
    network.onFrame = (frame) => {
      if (this.#waiting.length >= MOST_WAITING || frame.length > PAGE) this.#step("rx", "dropped");
      else if (this.#waiting.push(frame) === 1) kernel.later(() => this.#receive());
    };
  }

  #step(way: "tx" | "rx", step: NetStep): void {
    this.#parts.onStep?.(way, step);
  }

  #work(): void {
    if (this.broken) return;
    const taken = this.#tx.take();
    if (taken === "broken") {
      this.broken = true;
      return;
    }
    for (const bytes of taken) this.#send(bytes);
    if (taken.length > 0) this.#notify("tx", this.#tx);
    if (this.#tx.finalCheck()) this.#parts.kernel.later(() => this.#work());
    if (this.#waiting.length > 0) this.#receive();
  }

  #send(bytes: Uint8Array): void {
    const { kernel, network, ledger } = this.#parts;
    ledger.pay("request");
    this.#step("tx", "request");
    const { id, size, offset, flags, reference } = decodeTx(bytes);
    const sound = size >= SHORTEST_FRAME && offset + size <= PAGE && (flags & SEVERAL_SLOTS) === 0;
    const source = { place: reference, domain: this.#domain, offset };
    const destination = { place: this.#buffer, domain: DOMID_SELF, offset: 0 };
    if (sound && this.#copy({ source, destination, length: size, flags: GNTCOPY.sourceGrant })) {
      this.#step("tx", "copy");
      ledger.pay("packet");
      network.transmit(kernel.memory.read(this.#buffer * PAGE, size));
      this.#step("tx", "bridge");
      this.#tx.put(encodeTxResponse(id, NETIF_RSP.okay));
    } else {
      this.#step("tx", "dropped");
      this.#tx.put(encodeTxResponse(id, NETIF_RSP.error));
    }
    this.#step("tx", "response");
  }

  #receive(): void {
    const { kernel, ledger } = this.#parts;
    if (this.broken || kernel.crashed) return;
    const taken = this.#rx.take(this.#waiting.length);
    if (taken === "broken") {
      this.broken = true;
      return;
    }
    for (const bytes of taken) {
      const frame = this.#waiting.shift() as Uint8Array;
      const { id, reference } = decodeRx(bytes);
      ledger.pay("packet");
      ledger.pay("request");
      this.#step("rx", "request");
      kernel.memory.write(this.#buffer * PAGE, frame);
      const source = { place: this.#buffer, domain: DOMID_SELF, offset: 0 };
      const destination = { place: reference, domain: this.#domain, offset: 0 };
      const length = frame.length;
      const copied = this.#copy({ source, destination, length, flags: GNTCOPY.destinationGrant });
      this.#step("rx", copied ? "copy" : "dropped");
      this.#rx.put(encodeRxResponse(id, copied ? length : NETIF_RSP.error));
      this.#step("rx", "response");
    }
    if (taken.length > 0) this.#notify("rx", this.#rx);
    if (this.#rx.finalCheck() && this.#waiting.length > 0) kernel.later(() => this.#receive());
  }

  #copy(operation: GrantCopy): boolean {
    this.#parts.kernel.calls.copyGrants([operation]);
    return operation.status === GNTST.okay;
  }

  #notify(way: "tx" | "rx", ring: BackRing): void {
    if (!ring.pushResponses()) return;
    this.#parts.kernel.calls.send(this.#port);
    this.#step(way, "event");
  }
}
