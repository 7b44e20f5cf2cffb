/**
 * Memory of a translated domain (as a PVH guest is): guest frame number → machine frame, and the domain's accesses through it. Nothing
 * else leads a domain in TypeScript to a byte of RAM, so what is unmapped is out of its reach at once.
 *
 *     gfn ──▶ own frame             read, write, name in a grant
 *         ──▶ shared, of Xen's      read, write: shared_info, grant table
 *         ──▶ mapped grant          read; write unless read-only
 *         ──▶ nothing               PageFault
 */
import type { Gpa } from "../../../machine/address.ts";
import { hex } from "../../../machine/address.ts";
import { GNTST, type GrantStatus, PAGE } from "./abi/numbers.ts";
import type { AddressSpace } from "./address-space.ts";
import { type MachineFrames, NOBODY } from "./frames.ts";

/** What the domain's own code meets where it has no memory, or none to write. */
export class PageFault extends Error {
  override name = "PageFault";
  readonly address: number;
  readonly write: boolean;

  constructor(address: number, write: boolean) {
    super(`page fault: ${write ? "write to" : "read of"} ${hex(address)}`);
    this.address = address;
    this.write = write;
  }
}

type Kind = "own" | "shared" | "grant";

interface Slot {
  readonly frame: number;
  readonly kind: Kind;
  readonly readonly: boolean;
}

export class Physmap implements AddressSpace {
  readonly #frames: MachineFrames;
  readonly #id: number;
  readonly #slots: (Slot | undefined)[];
  /** Gfns from `own` on are left for shared pages and grants. */
  readonly own: number;

  /** `own` pages of the domain's at gfn 0 …, then `holes` gfns with nothing. Throws a RangeError when the machine has too few frames. */
  constructor(frames: MachineFrames, id: number, own: number, holes: number) {
    if (frames.free < own)
      throw new RangeError(`a domain of ${own} pages: only ${frames.free} of the machine's frames are free`);
    this.#frames = frames;
    this.#id = id;
    this.own = own;
    this.#slots = new Array<Slot | undefined>(own + holes).fill(undefined);
    for (let gfn = 0; gfn < own; gfn++) {
      const frame = frames.allocate(id) as number;
      this.#slots[gfn] = { frame, kind: "own", readonly: false };
    }
  }

  get size(): number {
    return this.#slots.length;
  }

  frame(gfn: number): number | undefined {
    const slot = this.#slots[gfn];
    return slot?.kind === "own" ? slot.frame : undefined;
  }

  /** A page of the hypervisor's that the domain shares. False: something is there already, or nothing can be. */
  share(gfn: number, frame: number): boolean {
    if (!this.#isHole(gfn)) return false;
    this.#slots[gfn] = { frame, kind: "shared", readonly: false };
    return true;
  }

  map(address: number, frame: number, readonly: boolean): GrantStatus {
    const gfn = address / PAGE;
    if (!this.#isHole(gfn)) return GNTST.badVirtualAddress;
    this.#slots[gfn] = { frame, kind: "grant", readonly };
    return GNTST.okay;
  }

  unmap(address: number, frame: number): GrantStatus {
    const gfn = address / PAGE;
    const slot = this.#slots[gfn];
    if (slot?.kind !== "grant" || slot.frame !== frame) return GNTST.badVirtualAddress;
    this.#slots[gfn] = undefined;
    return GNTST.okay;
  }

  take(): boolean {
    return true;
  }

  drop(): void {}

  steal(gfn: number): number | undefined {
    const frame = this.frame(gfn);
    if (frame === undefined || this.#frames.references(frame) > 0) return undefined;
    this.#slots[gfn] = undefined;
    return frame;
  }

  accept(gfn: number, frame: number): boolean {
    if (!this.#isHole(gfn)) return false;
    this.#slots[gfn] = { frame, kind: "own", readonly: false };
    return true;
  }

  /** The domain gives a page back to the machine: there is a hole afterwards. False: it is none of its own. */
  giveBack(gfn: number): boolean {
    const frame = this.frame(gfn);
    if (frame === undefined) return false;
    this.#slots[gfn] = undefined;
    this.#frames.release(frame);
    return true;
  }

  /** A page of the machine's for a hole. False: there is none, or no hole. */
  populate(gfn: number): boolean {
    if (!this.#isHole(gfn)) return false;
    const frame = this.#frames.allocate(this.#id);
    if (frame === undefined) return false;
    this.#slots[gfn] = { frame, kind: "own", readonly: false };
    return true;
  }

  /** The end of the domain: its own frames go back, its view of others is gone. */
  clear(): void {
    for (let gfn = 0; gfn < this.#slots.length; gfn++) {
      const slot = this.#slots[gfn];
      this.#slots[gfn] = undefined;
      if (slot?.kind === "own" && this.#frames.owner(slot.frame) !== NOBODY) this.#frames.release(slot.frame);
    }
  }

  isMapped(gfn: number): boolean {
    return this.#slots[gfn] !== undefined;
  }

  read8(at: number): number {
    return this.#frames.bus.view.getUint8(this.#at(at, 1, false));
  }

  read16(at: number): number {
    return this.#frames.bus.view.getUint16(this.#at(at, 2, false), true);
  }

  /** Unsigned. */
  read32(at: number): number {
    return this.#frames.bus.view.getUint32(this.#at(at, 4, false), true);
  }

  write8(at: number, value: number): void {
    this.#frames.bus.write(this.#at(at, 1, true), value, 1);
  }

  write16(at: number, value: number): void {
    this.#frames.bus.write(this.#at(at, 2, true), value, 2);
  }

  write32(at: number, value: number): void {
    this.#frames.bus.write(this.#at(at, 4, true), value, 4);
  }

  /** A copy, or a fill of `into`. */
  read(at: number, length: number, into = new Uint8Array(length)): Uint8Array {
    for (let done = 0; done < length; ) {
      const size = Math.min(length - done, PAGE - ((at + done) % PAGE));
      const from = this.#at(at + done, size, false);
      into.set(this.#frames.bus.ram.subarray(from, from + size), done);
      done += size;
    }
    return into;
  }

  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const size = Math.min(bytes.length - done, PAGE - ((at + done) % PAGE));
      this.#frames.bus.dmaWrite(this.#at(at + done, size, true), bytes.subarray(done, done + size));
      done += size;
    }
  }

  #isHole(gfn: number): boolean {
    return Number.isInteger(gfn) && gfn >= 0 && gfn < this.#slots.length && this.#slots[gfn] === undefined;
  }

  /** The machine address of an access inside one page. */
  #at(at: number, size: number, write: boolean): Gpa {
    const gfn = Math.floor(at / PAGE);
    const slot = this.#slots[gfn];
    const offset = at - gfn * PAGE;
    if (slot === undefined || (write && slot.readonly) || offset + size > PAGE)
      throw new PageFault(at, write);
    return (slot.frame * PAGE + offset) as Gpa;
  }
}
