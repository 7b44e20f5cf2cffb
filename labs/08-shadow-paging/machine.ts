/**
 * The small machine of lab 08: a processor that walks the shadow with the machine's own walker, and a guest that does what the world says.
 * It has no TLB: the shadow is its TLB.
 */
import { ia32 } from "../../src/machine/mmu/formats/ia32.ts";
import { permits, SYSTEM_READ, SYSTEM_WRITE, USER_READ, USER_WRITE } from "../../src/machine/mmu/rights.ts";
import { LEAF, Walk } from "../../src/machine/mmu/walk.ts";
import type { ShadowPaging } from "./component.ts";
import { GuestMemory, ShadowTables } from "./tables.ts";
import {
  addressOf,
  atFrame,
  BASE,
  byMonitor,
  type Event,
  frameOf,
  logged,
  P,
  pageFault,
  tableLines,
  type World,
} from "./world.ts";

const FORMAT = ia32({ physicalBits: 32, pse: false, pge: false, nxe: false, gigabytePages: false });
const PROTECTION = { writeProtect: true, smep: false, smap: false };
/** An instruction is tried so often. */
const TRIES = 5;

export class SmallMachine {
  /** Page faults of the processor, MOV CR3 and INVLPG. */
  exits = 0;
  readonly #log: string[] = [];
  readonly #pager: ShadowPaging;
  readonly #guest: GuestMemory;
  readonly #shadow: ShadowTables;
  readonly #walk = new Walk();

  constructor(pager: ShadowPaging, world: World) {
    this.#pager = pager;
    this.#guest = new GuestMemory(world);
    this.#shadow = new ShadowTables((wrong) => {
      if (!this.#log.includes(wrong)) this.#log.push(wrong);
    });
    this.#cr3(world.root);
  }

  /** Does all of it: what the guest saw, and what its tables are in the end. */
  run(events: readonly Event[]): string[] {
    for (const event of events) {
      this.#do(event);
      this.#shadow.inspect(this.#guest);
    }
    return [...this.#log, ...tableLines(this.#guest.words())];
  }

  #do(event: Event): void {
    if (event.kind === "cr3") this.#cr3(event.root);
    else if (event.kind === "device") this.#store(event.frame, event.index, event.entry);
    else if (event.kind === "invlpg") {
      this.exits++;
      this.#pager.onInvlpg(addressOf(event.at).address, this.#guest, this.#shadow);
    } else {
      const before = this.exits;
      const end = this.#access(event);
      this.#log.push(logged(event, end, this.exits - before));
    }
  }

  #cr3(root: number): void {
    this.exits++;
    this.#guest.loadCr3(root);
    this.#pager.onCr3(this.#guest, this.#shadow);
    if (this.#shadow.loadedFrame !== root)
      this.#log.push(`CR3 is frame ${root}, and its shadow is not loaded`);
  }

  #access(event: Extract<Event, { at: string }>): string {
    const { address } = addressOf(event.at);
    const write = event.kind !== "read";
    const user = "user" in event && event.user === true;
    for (let tries = 0; tries < TRIES; tries++) {
      const host = this.#translate(address, write, user);
      if (host !== undefined) {
        const frame = host - BASE;
        if (event.kind === "store") this.#guest.write(frame, event.index, event.entry);
        return this.#guest.isMemory(frame) ? atFrame(frame) : `the host's frame ${host}`;
      }
      this.exits++;
      const verdict = this.#pager.onFault({ address, write, user }, this.#guest, this.#shadow);
      if (verdict.kind === "guest") return pageFault(verdict.error);
      if (verdict.kind === "retry") continue;
      const frame = this.#guestFrame(address);
      if (frame === undefined) return "by the monitor, where the guest has nothing";
      if (event.kind === "store") this.#store(frame, event.index, event.entry);
      return byMonitor(frame);
    }
    return "again and again";
  }

  /** What the shadow says, walked by the machine's own walker: a host frame. */
  #translate(address: number, write: boolean, user: boolean): number | undefined {
    const shadow = this.#shadow;
    const memory = {
      readEntry: (at: number) => shadow.read(Math.floor(at / 4096), (at % 4096) / 4),
      writeEntry: () => {},
    };
    const root = shadow.loaded * 4096;
    if (this.#walk.run(FORMAT, memory, root, address | 0, 0, false) !== LEAF) return undefined;
    const kind = user ? (write ? USER_WRITE : USER_READ) : write ? SYSTEM_WRITE : SYSTEM_READ;
    if (!permits(this.#walk.rights(FORMAT), kind, PROTECTION)) return undefined;
    return frameOf(this.#walk.base(FORMAT));
  }

  /** Where the guest's own tables lead. */
  #guestFrame(address: number): number | undefined {
    let frame = this.#guest.root();
    for (const shift of [22, 12]) {
      const entry = this.#guest.read(frame, (address >>> shift) & 1023);
      if ((entry & P) === 0) return undefined;
      frame = frameOf(entry);
    }
    return frame;
  }

  #store(frame: number, index: number, entry: number): void {
    this.#guest.write(frame, index, entry);
    if (this.#shadow.isTraced(frame)) this.#pager.onPtWrite(frame, index, this.#guest, this.#shadow);
  }
}
