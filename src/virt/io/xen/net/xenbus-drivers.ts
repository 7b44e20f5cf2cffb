/**
 * The network driver's two halves as XenbusDevices: from the toolstack's first word to frames, and again with another back end.
 *
 *     front end                                        back end
 *                                                      2 InitWait    feature-sg, feature-gso-tcpv4, feature-rx-copy, feature-rx-flip
 *     4 Connected   tx-ring-ref, rx-ring-ref, …
 *                                                      4 Connected   rings mapped, port bound
 *
 * A front end that wants blank checksums kept from it says so (feature-no-csum-offload); everything else it must ask for.
 */
import type { Kernel } from "../kernel.ts";
import { type Half, XENBUS, XenbusDevice } from "../store/xenbus.ts";
import type { XenStore } from "../store/xenstore.ts";
import type { NetBackParts, NetFrontEnd } from "./halves.ts";
import { NetBack } from "./netback.ts";
import { NetFront, type NetFrontOptions } from "./netfront.ts";

const flag = (on: boolean): string => (on ? "1" : "0");

export class NetBackDriver {
  readonly #device: XenbusDevice;
  readonly #parts: NetBackParts;
  readonly #front: Half;
  back: NetBack | undefined;

  constructor(store: XenStore, { front, back }: { front: Half; back: Half }, parts: NetBackParts) {
    this.#device = new XenbusDevice(store, back);
    this.#parts = parts;
    this.#front = front;
    for (const feature of ["sg", "gso-tcpv4", "rx-copy", "rx-flip"])
      this.#device.write(`feature-${feature}`, "1");
    this.#device.state = XENBUS.initWait;
    store.watch(back.domain, `${front.directory}/state`, "front", () => this.#changed());
  }

  #changed(): void {
    const device = this.#device;
    const state = device.number(this.#front.directory, "state") ?? XENBUS.unknown;
    if (state === XENBUS.connected && device.state === XENBUS.initWait) this.#connect();
    else if ((state === XENBUS.closing || state === XENBUS.closed) && device.state === XENBUS.connected) {
      this.back?.close();
      device.state = XENBUS.closed;
    }
  }

  #connect(): void {
    const device = this.#device;
    const { domain, directory } = this.#front;
    const number = (name: string) => device.number(directory, name);
    const [txReference, rxReference] = [number("tx-ring-ref"), number("rx-ring-ref")];
    const port = number("event-channel");
    if (txReference !== undefined && rxReference !== undefined && port !== undefined) {
      const features = {
        checksum: number("feature-no-csum-offload") !== 1,
        sg: number("feature-sg") === 1,
        gso: number("feature-gso-tcpv4") === 1,
      };
      const receive = number("request-rx-copy") === 1 ? "copy" : "flip";
      this.back = NetBack.connect(this.#parts, { domain, txReference, rxReference, port, features, receive });
    }
    device.state = this.back === undefined ? XENBUS.closed : XENBUS.connected;
  }
}

export class NetFrontDriver {
  readonly #device: XenbusDevice;
  readonly #kernel: Kernel;
  readonly #options: NetFrontOptions;
  #front: NetFront | undefined;
  #onFrame: NetFront["onFrame"] = () => {};

  constructor(store: XenStore, own: Half, kernel: Kernel, options: NetFrontOptions = {}) {
    this.#device = new XenbusDevice(store, own);
    this.#kernel = kernel;
    this.#options = options;
    this.#device.followBackEnd(
      () => this.#front?.disconnect(),
      (backEnd, state) => this.#changed(backEnd, state),
    );
  }

  /** Undefined until the first back end has come. */
  get front(): NetFront | undefined {
    return this.#front;
  }

  set onFrame(onFrame: NetFront["onFrame"]) {
    this.#onFrame = onFrame;
    if (this.#front) this.#front.onFrame = onFrame;
  }

  #changed(backEnd: string, state: number): void {
    const device = this.#device;
    if (state === XENBUS.initWait && device.state === XENBUS.initialising) {
      const backId = device.number(device.own.directory, "backend-id");
      if (backId !== undefined) this.#connect(backEnd, backId);
    } else if (state === XENBUS.closing || state === XENBUS.closed) {
      this.#front?.disconnect();
      device.state = XENBUS.closed;
    }
  }

  #connect(backEnd: string, backId: number): void {
    const device = this.#device;
    const has = (name: string) => device.number(backEnd, `feature-${name}`) === 1;
    if (!has(this.#options.receive === "flip" ? "rx-flip" : "rx-copy")) {
      device.state = XENBUS.closed;
      return;
    }
    if (this.#front) this.#front.reconnect(backId);
    else this.#front = new NetFront(this.#kernel, backId, this.#options);
    this.#front.onFrame = this.#onFrame;
    this.#front.features = { checksum: true, sg: has("sg"), gso: has("gso-tcpv4") };
    this.#publish(this.#front.offer);
    device.state = XENBUS.connected;
  }

  #publish({ txReference, rxReference, port, features, receive }: NetFrontEnd): void {
    const device = this.#device;
    device.write("tx-ring-ref", String(txReference));
    device.write("rx-ring-ref", String(rxReference));
    device.write("event-channel", String(port));
    device.write("request-rx-copy", flag(receive === "copy"));
    device.write("feature-rx-notify", "1");
    device.write("feature-no-csum-offload", flag(!features.checksum));
    device.write("feature-sg", flag(features.sg));
    device.write("feature-gso-tcpv4", flag(features.gso));
  }
}
