/**
 * The back end of a network interface: a port of the bridge on one side, the front end's two rings on the other. Nothing that the front end
 * can still write is looked at: requests are copied off the ring, and frames out of its pages, or sent by a card that reads them itself.
 *
 *     tx  event ──▶ requests ──▶ checked ──▶ copied or mapped ──▶ bridge ──▶ responses ──▶ event, if one was asked for     (transmit.ts)
 *     rx  bridge ──▶ requests of the front end's ──▶ copied or transferred ──▶ responses ──▶ event                       (receive.ts)
 */
import { PAGE } from "../abi/numbers.ts";
import type { MappedPage } from "../kernel.ts";
import type { NetBackParts, NetFrontEnd } from "./halves.ts";
import { NOTHING, type Offload } from "./offload.ts";
import { Receive } from "./receive.ts";
import { Transmit } from "./transmit.ts";

export class NetBack {
  readonly #parts: NetBackParts;
  readonly #port: number;
  readonly #rings: readonly MappedPage[];
  readonly #tx: Transmit;
  readonly #rx: Receive;
  #closed = false;
  broken = false;

  /** Undefined: a ring or the port is none. */
  static connect(parts: NetBackParts, front: NetFrontEnd): NetBack | undefined {
    const { kernel } = parts;
    const rings = kernel.map(front.domain, [front.txReference, front.rxReference], false);
    if (rings === undefined) return undefined;
    const port = kernel.calls.bindInterdomain(front.domain, front.port);
    if (port > 0) return new NetBack(parts, front, rings, port);
    kernel.unmap(rings);
    return undefined;
  }

  private constructor(parts: NetBackParts, front: NetFrontEnd, rings: readonly MappedPage[], port: number) {
    const { kernel, network, onStep } = parts;
    this.#parts = parts;
    this.#port = port;
    this.#rings = rings;
    const [tx, rx] = rings as [MappedPage, MappedPage];
    this.#tx = new Transmit(parts, front.domain, tx.gfn * PAGE, (step) => onStep?.("tx", step));
    this.#rx = new Receive(parts, front, rx.gfn * PAGE, (step) => onStep?.("rx", step));
    kernel.listen(port, () => this.#work());
    network.onFrame = (frame: Uint8Array, offload: Offload = NOTHING) => {
      if (!this.#closed && !kernel.crashed && this.#rx.accept(frame, offload))
        kernel.later(() => this.#receive());
    };
  }

  /** The front end is gone, or wants no more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { kernel } = this.#parts;
    kernel.close(this.#port);
    kernel.unmap(this.#rings);
  }

  #work(): void {
    if (this.broken || this.#closed) return;
    this.broken = !this.#tx.work(() => this.#notify("tx"));
    if (this.broken) return;
    if (this.#tx.more()) this.#parts.kernel.later(() => this.#work());
    this.#receive();
  }

  #receive(): void {
    if (this.broken || this.#closed) return;
    this.broken = !this.#rx.work(() => this.#notify("rx"));
    if (!this.broken && this.#rx.more()) this.#parts.kernel.later(() => this.#receive());
  }

  #notify(way: "tx" | "rx"): void {
    this.#parts.kernel.calls.send(this.#port);
    this.#parts.onStep?.(way, "event");
  }
}
