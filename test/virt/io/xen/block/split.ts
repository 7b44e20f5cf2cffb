/** A disk in Domain 0, its driver in two halves, and a count of what was paid. */
import { Bus } from "../../../../../src/machine/bus.ts";
import { Disk } from "../../../../../src/machine/devices/disk.ts";
import { type BlockRequest, SECTOR } from "../../../../../src/virt/io/backend.ts";
import { diskBackend } from "../../../../../src/virt/io/block/disk.ts";
import { BlkBack } from "../../../../../src/virt/io/xen/block/blkback.ts";
import { BlkFront } from "../../../../../src/virt/io/xen/block/blkfront.ts";
import type { PageAccess } from "../../../../../src/virt/io/xen/block/pages.ts";
import { MachineFrames } from "../../../../../src/virt/io/xen/frames.ts";
import { Hypervisor } from "../../../../../src/virt/io/xen/hypervisor.ts";
import { Kernel } from "../../../../../src/virt/io/xen/kernel.ts";
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

export function split(access: PageAccess, readOnly = false) {
  const made = hosts();
  const { ledger, scheduler } = made;
  const disk = medium();
  const backend = diskBackend(disk, { readOnly });
  const dom0 = made.kernel(0, true);
  const domU = made.kernel(1);
  const front = new BlkFront({ kernel: domU, ledger, persistent: access === "persistent" });
  const offer = front.offer(0) as NonNullable<ReturnType<BlkFront["offer"]>>;
  const back = BlkBack.connect({ kernel: dom0, disk: backend, ledger, access }, offer) as BlkBack;
  front.connect(backend);
  scheduler.run();
  for (const event of Object.keys(made.paid)) delete made.paid[event];
  const answers: boolean[] = [];
  const submit = (request: BlockRequest) => front.submit(request, (ok) => answers.push(ok));
  return { ...made, disk, dom0, domU, front, back, offer, answers, submit };
}
