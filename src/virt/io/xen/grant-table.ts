/**
 * A domain's grant table, version 1, in the frames that it shares with the hypervisor (grant_table.h, grant_entry_v1): 8 bytes an entry.
 *
 *     0  flags    1 permit_access │ 4 readonly │ 8 reading, 16 writing: set by the hypervisor while mapped
 *                 2 accept_transfer │ 4 transfer_committed, 8 transfer_completed: set by the hypervisor
 *     2  domid    who may
 *     4  frame    the page
 *
 * The domain may write any of it at any time, so the hypervisor reads an entry once and keeps what it read (Pinned).
 */
import type { Gpa } from "../../../machine/address.ts";
import { DOMID_XEN, PAGE } from "./abi/numbers.ts";
import type { MachineFrames } from "./frames.ts";
import type { GrantUse } from "./grant-policy.ts";

export { GTF } from "./grant-policy.ts";

export const GRANT_ENTRY = 8;
const ENTRIES = PAGE / GRANT_ENTRY;

/** A grant that is in use, the machine frame that was behind it when it was first used, and by whom. */
export interface Pinned {
  readonly use: GrantUse;
  readonly frame: number;
  readonly domain: number;
}

export class GrantTable {
  readonly #frames: MachineFrames;
  readonly pages: number[] = [];
  readonly pinned = new Map<number, Pinned>();
  readonly most: number;

  constructor(frames: MachineFrames, most: number) {
    this.#frames = frames;
    this.most = most;
    this.grow(1);
  }

  /** False: that is more than the domain may have, or the machine has no frame left. */
  grow(pages: number): boolean {
    if (pages > this.most) return false;
    while (this.pages.length < pages) {
      const frame = this.#frames.allocate(DOMID_XEN);
      if (frame === undefined) return false;
      this.pages.push(frame);
    }
    return true;
  }

  has(reference: number): boolean {
    return Number.isInteger(reference) && reference >= 0 && reference < this.pages.length * ENTRIES;
  }

  flags(reference: number): number {
    return this.#frames.bus.read(this.#at(reference), 2);
  }

  setFlags(reference: number, flags: number): void {
    this.#frames.bus.write(this.#at(reference), flags, 2);
  }

  domain(reference: number): number {
    return this.#frames.bus.read((this.#at(reference) + 2) as Gpa, 2);
  }

  frame(reference: number): number {
    return this.#frames.bus.read((this.#at(reference) + 4) as Gpa, 4);
  }

  release(): void {
    for (const frame of this.pages.splice(0)) this.#frames.release(frame);
  }

  #at(reference: number): Gpa {
    const page = this.pages[Math.floor(reference / ENTRIES)] as number;
    return (page * PAGE + (reference % ENTRIES) * GRANT_ENTRY) as Gpa;
  }
}
