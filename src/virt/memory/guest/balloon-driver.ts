/** The balloon in the guest: it takes pages as any driver would, and leaves it to the guest to choose which. */
import type { Balloon, BalloonChannel } from "../contract.ts";
import type { GuestOs } from "./os.ts";

/** Pages whose numbers go to the host together: virtio-balloon's array (Linux, drivers/virtio/virtio_balloon.c). */
export const BATCH = 256;

export class BalloonDriver implements Balloon {
  readonly #os: GuestOs;
  readonly #channel: BalloonChannel;
  readonly #batch: number;
  readonly #pages: number[] = [];

  constructor(os: GuestOs, channel: BalloonChannel, batch = BATCH) {
    this.#os = os;
    this.#channel = channel;
    this.#batch = batch;
  }

  get size(): number {
    return this.#pages.length;
  }

  setTarget(pages: number): void {
    while (this.size < pages) if (!this.inflate(Math.min(this.#batch, pages - this.size))) return;
    while (this.size > Math.max(0, pages)) this.deflate(Math.min(this.#batch, this.size - pages));
  }

  /** False when the guest had nothing left. */
  private inflate(pages: number): boolean {
    const taken: number[] = [];
    while (taken.length < pages) {
      const gpn = this.#os.surrender();
      if (gpn === undefined) break;
      taken.push(gpn);
    }
    if (taken.length > 0) this.#channel.give(taken);
    this.#pages.push(...taken);
    return taken.length === pages;
  }

  private deflate(pages: number): void {
    const given = this.#pages.splice(-pages);
    this.#channel.take(given);
    for (const gpn of given) this.#os.receive(gpn);
  }
}
