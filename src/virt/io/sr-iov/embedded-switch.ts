/**
 * The switch inside a network card with virtual functions: whose a frame is, is decided by addresses that the physical function's driver gave
 * out, never by what a function sends.
 *
 *     function ── its own source address? ──▶ the function with that destination, or the cable      no: dropped, and counted
 *     cable ─────────────────────────────────▶ the function with that destination, or nobody
 *     to a group or to all ──────────────────▶ everybody else
 */
import type { NetworkPort } from "../../../machine/devices/network.ts";

const GROUP = 1;
const ADDRESS = 6;
const HEADER = 14;

interface Port extends NetworkPort {
  /** Six bytes; undefined: it has no address, and sends and gets nothing. */
  mac: readonly number[] | undefined;
  /** Frames from it need its address as their source. */
  check: boolean;
  on: boolean;
  /** Frames that came with another source. */
  spoofed: number;
}

export class EmbeddedSwitch {
  /** 0 is the physical function's. */
  readonly ports: readonly Port[];
  readonly #cable: NetworkPort;

  constructor(cable: NetworkPort, ports: number) {
    this.#cable = cable;
    this.ports = Array.from({ length: ports }, (_, from) => ({
      ...{ mac: undefined, check: from !== 0, on: from === 0, spoofed: 0 },
      transmit: (frame: Uint8Array) => this.#send(from, frame),
      onFrame: () => {},
    }));
    cable.onFrame = (frame) => {
      if (frame.length >= HEADER) this.#deliver(frame, undefined);
    };
  }

  #send(from: number, frame: Uint8Array): void {
    const port = this.ports[from] as Port;
    if (!port.on || frame.length < HEADER) return;
    if (port.check && !isAddress(frame, ADDRESS, port.mac)) {
      port.spoofed++;
      return;
    }
    if (!this.#deliver(frame, port)) this.#cable.transmit(frame);
  }

  /** True: it was for one function here, and is for nobody else. */
  #deliver(frame: Uint8Array, except: Port | undefined): boolean {
    const others = this.ports.filter((port) => port !== except && port.on && port.mac !== undefined);
    if (((frame[0] as number) & GROUP) !== 0) {
      for (const port of others) port.onFrame(frame);
      return false;
    }
    const owner = others.find(({ mac }) => isAddress(frame, 0, mac));
    owner?.onFrame(frame);
    return owner !== undefined;
  }
}

const isAddress = (frame: Uint8Array, at: number, mac: readonly number[] | undefined): boolean =>
  mac?.every((byte, i) => frame[at + i] === byte) ?? false;
