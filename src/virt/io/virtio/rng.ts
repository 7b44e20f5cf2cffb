/** The entropy device (5.4): one queue; what the driver may have written to is filled with random bytes. */
import type { EntropyBackend } from "../backend.ts";
import { lengthOf } from "./buffer.ts";
import { type DeviceParts, VirtioDevice } from "./device.ts";

const QUEUE = 64;
/** 5.4.6.1: fewer bytes than were asked for are allowed, so no driver makes the device draw more at a time. */
export const RNG_MOST = 4096;

export interface RngParts extends DeviceParts {
  readonly entropy: EntropyBackend;
}

export class VirtioRng extends VirtioDevice {
  readonly id = 4;
  readonly config = new Uint8Array(0);
  readonly #entropy: EntropyBackend;

  constructor({ entropy, ...parts }: RngParts) {
    super(0n, [QUEUE], parts);
    this.#entropy = entropy;
  }

  protected override kicked(): void {
    for (let chain = this.pop(0); chain !== undefined; chain = this.pop(0)) {
      const bytes = new Uint8Array(Math.min(RNG_MOST, lengthOf(chain.writable)));
      this.#entropy.fill(bytes);
      if (!this.transfer.write(chain.writable, 0, bytes)) {
        this.needsReset();
        return;
      }
      this.push(0, chain, bytes.length);
    }
    this.tell(0);
  }
}
