/**
 * The network device (5.1) without offloads: receive queue 0, transmit queue 1, each frame behind a header of 12 bytes (5.1.6):
 *
 *     0 flags │ 1 gso_type │ 2 hdr_len │ 4 gso_size │ 6 csum_start │ 8 csum_offset │ a num_buffers
 */
import type { NetBackend } from "../backend.ts";
import { lengthOf } from "./buffer.ts";
import { type DeviceParts, VirtioDevice } from "./device.ts";

/** 5.1.3 */
export const NET = { mac: 1n << 5n, status: 1n << 16n } as const;
const HEADER = 12;
const NUM_BUFFERS = 10;
const LINK_UP = 1;
const RECEIVE = 0;
const TRANSMIT = 1;
/** 5.1.6.3: 1514 bytes of a frame, and room for a VLAN tag; without offloads no frame is longer. */
const MOST = 1518;

export interface NetParts extends DeviceParts {
  readonly port: NetBackend;
  /** 6 bytes. */
  readonly mac: readonly number[];
  /** Offered besides. */
  readonly features?: bigint;
}

export class VirtioNet extends VirtioDevice {
  readonly id = 1;
  readonly config: Uint8Array;
  /** Frames for which there was no buffer, or one that was too small. */
  dropped = 0;
  readonly #port: NetBackend;

  constructor({ port, mac, features = 0n, ...parts }: NetParts) {
    super(NET.mac | NET.status | features, [256, 256], parts);
    this.config = Uint8Array.of(...mac, LINK_UP, 0);
    this.#port = port;
    port.onFrame = (frame) => this.#receive(frame);
  }

  /** Plugs the cable in or out. */
  setLink(up: boolean): void {
    this.config[6] = up ? LINK_UP : 0;
    this.configChanged();
  }

  protected override kicked(queue: number): void {
    if (queue !== TRANSMIT) return;
    for (let chain = this.pop(TRANSMIT); chain !== undefined; chain = this.pop(TRANSMIT)) {
      const length = lengthOf(chain.readable) - HEADER;
      // What is no frame is not sent; its buffer is used all the same.
      if (length >= 14 && length <= MOST) {
        const frame = this.transfer.read(chain.readable, HEADER, length);
        if (frame === undefined) {
          this.needsReset();
          return;
        }
        if (this.config[6] === LINK_UP) this.#port.transmit(frame);
      }
      this.push(TRANSMIT, chain, 0);
    }
    this.tell(TRANSMIT);
  }

  #receive(frame: Uint8Array): void {
    const chain = frame.length <= MOST && this.config[6] === LINK_UP ? this.pop(RECEIVE) : undefined;
    if (chain === undefined) {
      this.dropped++;
      return;
    }
    const bytes = new Uint8Array(HEADER + frame.length);
    // 5.1.6.4.1: without merged buffers it is 1.
    bytes[NUM_BUFFERS] = 1;
    bytes.set(frame, HEADER);
    const fits = lengthOf(chain.writable) >= bytes.length;
    if (!fits) this.dropped++;
    else if (!this.transfer.write(chain.writable, 0, bytes)) {
      this.needsReset();
      return;
    }
    this.push(RECEIVE, chain, fits ? bytes.length : 0);
    this.tell(RECEIVE);
  }
}
