/**
 * A disk of Domain 0's, read by domain 1 through a ring: what a request costs by how its pages are shared, how many are asked for at once, and how
 * often each side wants to hear of the other.
 */
import { Disk } from "../../machine/devices/disk.ts";
import { EVENT, type EventName } from "../../machine/trace.ts";
import { SECTOR } from "../../virt/io/backend.ts";
import { diskBackend } from "../../virt/io/block/disk.ts";
import { BlkBack } from "../../virt/io/xen/block/blkback.ts";
import { BlkFront } from "../../virt/io/xen/block/blkfront.ts";
import type { PageAccess } from "../../virt/io/xen/block/pages.ts";
import { SplitWorld, type WorldPlan } from "./split-world.ts";

export const PAGE_ACCESS: readonly PageAccess[] = ["map", "persistent", "copy"];
export type { PageAccess };

export interface SplitDiskPlan extends Omit<WorldPlan, "pages"> {
  readonly access: PageAccess;
  /** Requests that the front end has in the ring at once; the next as many when all of them are done. */
  readonly depth: number;
  /** Of a request: sectors, at most 11 pages. */
  readonly bytes: number;
  /** Cycles that the disk takes for a request, one after the other; 0: at once. */
  readonly latency: number;
  /** After how many answers the front end wants an event, of those that are outstanding; each, when nothing is said. */
  readonly holdOff?: (outstanding: number) => number;
}

export interface SplitDiskCost {
  /** Of the processor, and with the time that it waited for the disk. */
  readonly work: number;
  readonly time: number;
  /** Requests that came back with the right bytes. */
  readonly right: number;
  /** Pages of domain 1's that it did not get back. */
  readonly lost: number;
  count(event: EventName): number;
}

/** A ring's worth of the largest requests, with some to spare. */
const PAGES = 400;
const SECTORS = 512;

/** Different bytes at different places. */
function medium(): Uint8Array {
  const bytes = new Uint8Array(SECTORS * SECTOR);
  for (let at = 0; at < bytes.length; at++) bytes[at] = at * 7 + (at >>> 9);
  return bytes;
}

export class SplitDisk {
  readonly #plan: SplitDiskPlan;
  readonly #world: SplitWorld;
  readonly #disk = new Disk(medium());
  readonly #front: BlkFront;
  readonly #free: () => number;
  #sector = 0;

  constructor(plan: SplitDiskPlan) {
    this.#plan = plan;
    const { access, latency, holdOff } = plan;
    const world = new SplitWorld({ ...plan, pages: PAGES });
    this.#world = world;
    const { ledger, clock } = world;
    const [dom0, domU] = [world.kernel(0), world.kernel(1)];
    const options = latency > 0 ? { latency: { clock, cycles: latency } } : {};
    const disk = diskBackend(this.#disk, options);
    this.#front = new BlkFront({ kernel: domU, ledger, persistent: access === "persistent", holdOff });
    this.#free = () => domU.freePages;
    const offer = this.#front.offer(0);
    const back = offer && BlkBack.connect({ kernel: dom0, disk, ledger, access, ring: world.policy }, offer);
    if (back) this.#front.connect(disk);
  }

  /** So many requests, the depth of them at once. */
  run(requests: number): SplitDiskCost {
    const { clock, trace } = this.#world;
    const before = { now: clock.now, slept: clock.slept, counts: trace.counts.slice(), free: this.#free() };
    let right = 0;
    for (let asked = 0; asked < requests; ) {
      const batch = Math.min(this.#plan.depth, requests - asked);
      const good = this.#batch(batch);
      right += good;
      asked += batch;
      // Whoever owes an answer will not be asked again.
      if (good < batch) break;
    }
    const time = clock.now - before.now;
    const counts = trace.counts.map((count, event) => count - (before.counts[event] as number));
    return {
      ...{ time, right, work: time - (clock.slept - before.slept), lost: before.free - this.#free() },
      count: (event) => counts[EVENT[event]] as number,
    };
  }

  #batch(size: number): number {
    const { bytes } = this.#plan;
    let [answered, right] = [0, 0];
    const expected = new Uint8Array(bytes);
    for (let n = 0; n < size; n++) {
      const sector = this.#sector;
      this.#sector = (sector + bytes / SECTOR) % (SECTORS - bytes / SECTOR);
      const into = new Uint8Array(bytes);
      this.#front.submit({ kind: "read", sector, into }, (ok) => {
        answered++;
        this.#disk.read(sector, expected);
        if (ok && Buffer.compare(into, expected) === 0) right++;
      });
    }
    this.#world.run(() => answered === size);
    return right;
  }
}
