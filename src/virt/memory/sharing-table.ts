/** What a sharer works with: frames by the hash of their content, and the transitions of pages.ts by host-wide page numbers. */
import { PAGE_BYTES, type SharingPort } from "./contract.ts";
import { SHARED } from "./frames.ts";
import type { PageHash } from "./hash.ts";
import type { Pages } from "./pages.ts";
import type { Vm } from "./vm.ts";

const WORDS = PAGE_BYTES / 4;

export class SharingTable implements SharingPort {
  readonly #pages: Pages;
  readonly #vms: readonly Vm[];
  readonly #hash: PageHash;
  readonly #frames = new Map<number, number>();
  readonly #hashes = new Map<number, number>();
  /** Rises when a frame stops being shared. */
  parted = 0;

  constructor(pages: Pages, vms: readonly Vm[], hash: PageHash) {
    this.#pages = pages;
    this.#vms = vms;
    this.#hash = hash;
  }

  frame(page: number): number {
    const { vm, gpn } = this.place(page);
    const frame = this.#pages.frame(vm, gpn);
    if (frame === undefined) throw new Error(`invariant: page ${page} is not in memory`);
    return frame;
  }

  hash(frame: number): number {
    this.#pages.ledger.pay("hash");
    return this.#hash(this.#pages.frames.words, frame * WORDS, WORDS);
  }

  equal(frame: number, other: number): boolean {
    return this.compare(frame, other) === 0;
  }

  /** Below, at or above 0, as the first word that differs is. */
  compare(frame: number, other: number): number {
    const order = this.order(frame, other);
    this.#pages.ledger.pay(order === 0 ? "compare" : "differ");
    return order;
  }

  private order(frame: number, other: number): number {
    const { words } = this.#pages.frames;
    for (let at = 0; at < WORDS; at++) {
      const difference = words[frame * WORDS + at]! - words[other * WORDS + at]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  users(frame: number): number {
    return this.#pages.frames.users(frame);
  }

  isShared(frame: number): boolean {
    return this.#pages.frames.owner(frame) === SHARED;
  }

  find(hash: number): number | null {
    return this.#frames.get(hash) ?? null;
  }

  /** A frame is remembered under one hash, the last, and a hash has one frame. */
  remember(hash: number, frame: number): void {
    const before = this.#hashes.get(frame);
    if (before !== undefined && this.#frames.get(before) === frame) this.#frames.delete(before);
    this.#frames.set(hash, frame);
    this.#hashes.set(frame, hash);
  }

  forget(frame: number): void {
    this.parted++;
    const hash = this.#hashes.get(frame);
    this.#hashes.delete(frame);
    if (hash !== undefined && this.#frames.get(hash) === frame) this.#frames.delete(hash);
  }

  share(page: number, frame: number): void {
    const { vm, gpn } = this.place(page);
    if (this.order(this.frame(page), frame) !== 0)
      throw new Error(`invariant: page ${page} would get other bytes by sharing frame ${frame}`);
    const owner = this.#pages.frames.page(frame);
    this.#pages.share(vm, gpn, frame, owner < 0 ? undefined : this.place(owner));
  }

  copy(page: number): void {
    const { vm, gpn } = this.place(page);
    this.#pages.copy(vm, gpn);
  }

  own(page: number): void {
    const { vm, gpn } = this.place(page);
    this.#pages.own(vm, gpn);
    this.parted++;
  }

  private place(page: number): { vm: Vm; gpn: number } {
    for (const vm of this.#vms)
      if (page >= vm.first && page < vm.first + vm.most) return { vm, gpn: page - vm.first };
    throw new Error(`invariant: there is no page ${page}`);
  }
}
