/** The block driver's two halves as XenbusDevices: from the toolstack's first word to requests, and again with another back end. */

import { SECTOR } from "../../backend.ts";
import { type Half, XENBUS, XenbusDevice } from "../store/xenbus.ts";
import type { XenStore } from "../store/xenstore.ts";
import { BLK_FEATURES, BlkBack, type BlkBackParts, type FrontEnd } from "./blkback.ts";
import { BlkFront, type BlkFrontParts } from "./blkfront.ts";

/** blkif.h: VDISK_READONLY in `info`. */
const VDISK_READONLY = 4;

export class BlkBackDriver {
  readonly #device: XenbusDevice;
  readonly #parts: BlkBackParts;
  readonly #front: Half;
  back: BlkBack | undefined;

  constructor(store: XenStore, { front, back }: { front: Half; back: Half }, parts: BlkBackParts) {
    this.#device = new XenbusDevice(store, back);
    this.#parts = parts;
    this.#front = front;
    this.#device.write("feature-persistent", parts.access === "persistent" ? "1" : "0");
    const { barrier, flush, discard, indirect } = { ...BLK_FEATURES, ...parts.features };
    this.#device.write("feature-barrier", barrier ? "1" : "0");
    this.#device.write("feature-flush-cache", flush ? "1" : "0");
    this.#device.write("feature-discard", discard ? "1" : "0");
    this.#device.write("feature-max-indirect-segments", String(indirect));
    this.#device.state = XENBUS.initWait;
    store.watch(back.domain, `${front.directory}/state`, "front", () => this.#changed());
  }

  #changed(): void {
    const device = this.#device;
    const state = device.number(this.#front.directory, "state") ?? XENBUS.unknown;
    if (state === XENBUS.initialised && device.state === XENBUS.initWait) this.#connect();
    else if ((state === XENBUS.closing || state === XENBUS.closed) && device.state === XENBUS.connected) {
      this.back?.close();
      device.state = XENBUS.closed;
    }
  }

  #connect(): void {
    const device = this.#device;
    const { domain, directory } = this.#front;
    const ringReference = device.number(directory, "ring-ref");
    const port = device.number(directory, "event-channel");
    const spoken = device.read(directory, "protocol") === "x86_32-abi";
    const { disk, access } = this.#parts;
    const persists = device.number(directory, "feature-persistent") === 1;
    const parts =
      access === "persistent" && !persists ? { ...this.#parts, access: "map" as const } : this.#parts;
    if (spoken && ringReference !== undefined && port !== undefined)
      this.back = BlkBack.connect(parts, { domain, ringReference, port });
    if (this.back === undefined) {
      device.state = XENBUS.closed;
      return;
    }
    device.write("sectors", String(disk.sectors));
    device.write("sector-size", String(SECTOR));
    device.write("info", String(disk.readOnly ? VDISK_READONLY : 0));
    device.state = XENBUS.connected;
  }
}

export class BlkFrontDriver {
  readonly #device: XenbusDevice;
  readonly #persistent: boolean;
  readonly front: BlkFront;

  constructor(store: XenStore, own: Half, parts: BlkFrontParts) {
    this.#device = new XenbusDevice(store, own);
    this.#persistent = parts.persistent;
    this.front = new BlkFront(parts);
    this.#device.followBackEnd(
      () => this.front.disconnect(),
      (backEnd, state) => this.#changed(backEnd, state),
    );
  }

  #changed(backEnd: string, state: number): void {
    const device = this.#device;
    if (state === XENBUS.initWait && device.state === XENBUS.initialising) {
      const backId = device.number(device.own.directory, "backend-id");
      const offer = backId === undefined ? undefined : this.front.offer(backId);
      if (offer === undefined) device.state = XENBUS.closed;
      else this.#publish(offer);
    } else if (state === XENBUS.connected && device.state === XENBUS.initialised) {
      const sectors = device.number(backEnd, "sectors");
      const info = device.number(backEnd, "info") ?? 0;
      if (sectors === undefined) return;
      const has = (name: string) => device.number(backEnd, name) === 1;
      const features = {
        barrier: has("feature-barrier"),
        flush: has("feature-flush-cache"),
        discard: has("feature-discard"),
        indirect: device.number(backEnd, "feature-max-indirect-segments") ?? 0,
      };
      this.front.connect({ sectors, readOnly: (info & VDISK_READONLY) !== 0, features });
      device.state = XENBUS.connected;
    } else if (state === XENBUS.closing || state === XENBUS.closed) {
      this.front.disconnect();
      device.state = XENBUS.closed;
    }
  }

  #publish({ ringReference, port }: FrontEnd): void {
    const device = this.#device;
    device.write("ring-ref", String(ringReference));
    device.write("event-channel", String(port));
    device.write("protocol", "x86_32-abi");
    device.write("feature-persistent", this.#persistent ? "1" : "0");
    device.state = XENBUS.initialised;
  }
}
