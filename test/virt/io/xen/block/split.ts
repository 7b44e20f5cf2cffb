/** A disk in Domain 0, its driver in two halves, and a count of what was paid. */
import { Bus } from "../../../../../src/machine/bus.ts";
import { Disk } from "../../../../../src/machine/devices/disk.ts";
import { type BlockBackend, type BlockRequest, SECTOR } from "../../../../../src/virt/io/backend.ts";
import { diskBackend } from "../../../../../src/virt/io/block/disk.ts";
import { PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import { BlkBack } from "../../../../../src/virt/io/xen/block/blkback.ts";
import { BlkFront } from "../../../../../src/virt/io/xen/block/blkfront.ts";
import { decodeResponse, REQUEST_BYTES, RING_SIZE } from "../../../../../src/virt/io/xen/block/blkif.ts";
import type { BlkFeatures } from "../../../../../src/virt/io/xen/block/medium.ts";
import type { PageAccess } from "../../../../../src/virt/io/xen/block/pages.ts";
import { MachineFrames } from "../../../../../src/virt/io/xen/frames.ts";
import { Hypervisor } from "../../../../../src/virt/io/xen/hypervisor.ts";
import { Kernel } from "../../../../../src/virt/io/xen/kernel.ts";
import { SRING } from "../../../../../src/virt/io/xen/ring.ts";
import { Scheduler } from "../../../../../src/virt/io/xen/scheduler.ts";

export function hosts() {
  const paid: Record<string, number> = {};
  const ledger = {
    pay: (event: string, _?: number, times = 1) => {
      paid[event] = (paid[event] ?? 0) + times;
    },
  };
  const frames = new MachineFrames(new Bus(4 << 20));
  const hypervisor = new Hypervisor(frames, ledger);
  const scheduler = new Scheduler(ledger);
  const kernel = (id: number, privileged = false) =>
    new Kernel(hypervisor, scheduler, id, { pages: 64, holes: 128, privileged });
  return { paid, ledger, frames, hypervisor, scheduler, kernel };
}

/** A disk with something on it. */
export const medium = (sectors = 256) =>
  new Disk(Uint8Array.from({ length: sectors * SECTOR }, (_, n) => (n * 7 + (n >>> 9)) & 0xff));

export interface SplitOptions {
  readonly readOnly?: boolean;
  /** What the back end can do; without it the front end hears of nothing. */
  readonly features?: Partial<BlkFeatures>;
  readonly segments?: number;
  /** Of Domain 0. */
  readonly pages?: number;
  /** What stands before the medium. */
  readonly through?: (disk: BlockBackend) => BlockBackend;
}

export function split(access: PageAccess, options: SplitOptions = {}) {
  const { readOnly = false, features, segments, pages = 64, through = (disk) => disk } = options;
  const made = hosts();
  const { ledger, scheduler, hypervisor } = made;
  const disk = medium();
  const backend = through(diskBackend(disk, { readOnly }));
  const dom0 = new Kernel(hypervisor, scheduler, 0, { pages, holes: 128, privileged: true });
  const domU = new Kernel(hypervisor, scheduler, 1, { pages: 400 });
  const persistent = access === "persistent";
  const front = new BlkFront({ kernel: domU, ledger, persistent, ...(segments && { segments }) });
  const offer = front.offer(0) as NonNullable<ReturnType<BlkFront["offer"]>>;
  const parts = { kernel: dom0, disk: backend, ledger, access, ...(features && { features }) };
  const back = BlkBack.connect(parts, offer) as BlkBack;
  front.connect({ ...backend, ...(features && { features }) });
  scheduler.run();
  for (const event of Object.keys(made.paid)) delete made.paid[event];
  const answers: boolean[] = [];
  const submit = (request: BlockRequest) => front.submit(request, (ok) => answers.push(ok));
  return { ...made, disk, dom0, domU, front, back, offer, answers, submit };
}

/** Puts requests on a connected ring that its front end would not make; what each is answered. */
export function forging({ domU, offer, scheduler }: ReturnType<typeof split>) {
  const entry = (domU.memory.own + 1) * PAGE + 8 * offer.ringReference;
  const ring = domU.memory.read32(entry + 4) * PAGE;
  let produced = 0;
  return (request: Uint8Array): number => {
    const slot = ring + SRING.slots + (produced % RING_SIZE) * REQUEST_BYTES;
    domU.memory.write(slot, request);
    produced++;
    domU.memory.write32(ring + SRING.requestProduced, produced);
    domU.calls.send(offer.port);
    scheduler.run();
    return decodeResponse(domU.memory.read(slot, 12)).status;
  };
}
