/**
 * The same tenants in pages: each gets as many frames as it needs, from anywhere. Nothing is lost between them and nothing ever moves; what is
 * lost is the rest of each one's last page.
 */
import type { Hpa } from "../../../machine/address.ts";
import { checkSize, type Placement, type Usage } from "./placement.ts";

export class Pages implements Placement {
  readonly #memory: Uint8Array;
  readonly #pageBytes: number;
  /** Numbers of free frames, the next one last. */
  readonly #free: number[];
  readonly #byTenant = new Map<number, { readonly bytes: number; readonly frames: readonly number[] }>();
  #asked = 0;

  /** @throws {RangeError} when the memory is not a number of pages, or a page's size no power of two */
  constructor(memory: Uint8Array, pageBytes = 4096) {
    if (pageBytes < 1 || !Number.isInteger(Math.log2(pageBytes)) || memory.length % pageBytes !== 0)
      throw new RangeError(`${memory.length} bytes of memory in pages of ${pageBytes}`);
    this.#memory = memory;
    this.#pageBytes = pageBytes;
    this.#free = Array.from({ length: memory.length / pageBytes }, (_, frame) => frame).reverse();
  }

  admit(tenant: number, bytes: number): boolean {
    checkSize(bytes, this.#memory.length);
    if (this.#byTenant.has(tenant)) throw new RangeError(`tenant ${tenant} is here already`);
    const pages = Math.ceil(bytes / this.#pageBytes);
    if (pages > this.#free.length) return false;
    this.#byTenant.set(tenant, { bytes, frames: this.#free.splice(-pages).reverse() });
    this.#asked += bytes;
    return true;
  }

  leave(tenant: number): void {
    const { bytes, frames } = this.#of(tenant);
    for (const frame of frames) {
      this.#memory.fill(0, frame * this.#pageBytes, (frame + 1) * this.#pageBytes);
      this.#free.push(frame);
    }
    this.#byTenant.delete(tenant);
    this.#asked -= bytes;
  }

  /** An access must not cross a page here: the hardware would make two of it. The page's last bytes are the tenant's, though not asked for. */
  translate(tenant: number, offset: number, size: number): Hpa | undefined {
    const { frames } = this.#of(tenant);
    const page = Math.floor(offset / this.#pageBytes);
    const within = offset % this.#pageBytes;
    const frame = frames[page];
    if (frame === undefined || within + size > this.#pageBytes) return undefined;
    return (frame * this.#pageBytes + within) as Hpa;
  }

  get usage(): Usage {
    const { length } = this.#memory;
    const free = this.#free.length * this.#pageBytes;
    return {
      ...{ memory: length, asked: this.#asked, taken: length - free },
      ...{ largest: free, holes: free > 0 ? 1 : 0, moved: 0 },
    };
  }

  #of(tenant: number): { readonly bytes: number; readonly frames: readonly number[] } {
    const found = this.#byTenant.get(tenant);
    if (found === undefined) throw new RangeError(`tenant ${tenant} is not here`);
    return found;
  }
}
