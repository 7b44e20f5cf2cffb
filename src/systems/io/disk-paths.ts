/**
 * The ways from one guest's driver to one disk, on one processor:
 *
 *     native        driver ── virtqueue ──▶ a virtio disk in hardware (as DPUs have them), no hypervisor
 *     emulated      driver ── each register an exit ──▶ QEMU's IDE
 *     virtio        driver ── one exit for a kick ──▶ eventfd ──▶ QEMU's virtio disk, which copies
 *     assigned      driver ── no exit ──▶ the hardware of "native", its DMA through the IOMMU; interrupts come by exits
 *     exitless      the same, and interrupts are posted: they come, and end, without an exit (Gordon et al., "ELI", ASPLOS 2012, by software)
 *
 * So "virtio-pci" is both: the interface of a device that a hypervisor plays, and of one that is handed to a guest as it is.
 */
import type { IoGuest } from "../../guests/index.ts";
import type { CostProfile } from "../../machine/cost.ts";
import { Disk } from "../../machine/devices/disk.ts";
import type { Card, Slot } from "../../machine/devices/pci/slot.ts";
import type { Iommu } from "../../machine/iommu/index.ts";
import { Machine } from "../../machine/machine.ts";
import { FREE, type IoLedger } from "../../virt/io/backend.ts";
import { diskBackend } from "../../virt/io/block/disk.ts";
import { VirtioBlk } from "../../virt/io/virtio/blk.ts";
import { VirtioPci, virtioCard } from "../../virt/io/virtio/transport/pci.ts";
import { type KvmOptions, kvmVm } from "../kvm.ts";
import { kvmDevices } from "../kvm-devices.ts";
import { Assignment, remapping } from "./assigned.ts";

export const DISK_PATHS = ["native", "emulated", "virtio", "assigned", "exitless"] as const;
export type DiskPath = (typeof DISK_PATHS)[number];

export interface DiskRig {
  readonly machine: Machine;
  /** The medium, as it is now. */
  readonly disk: Disk;
  /** Of the assigned device; undefined where there is none. */
  readonly iommu?: Iommu;
}

export interface DiskRigOptions {
  readonly guest: IoGuest;
  readonly data: Uint8Array;
  readonly profile: CostProfile;
  /** Cycles that the virtio disk takes for a request, one after the other. An IDE disk has its own timing. */
  readonly latency: number;
}

const MEMORY = 16 << 20;

/** Which driver the guest needs on a path. */
export const driverFor = (path: DiskPath): "ide" | "virtio-blk" =>
  path === "emulated" ? "ide" : "virtio-blk";

export function diskRig(path: DiskPath, { guest, data, profile, latency }: DiskRigOptions): DiskRig {
  const disk = new Disk(data);
  const common = { memory: MEMORY, profile };
  const boot = guest.image;
  const card = (ledger: IoLedger) => virtioDisk(disk, latency, ledger);
  if (path === "native")
    return { machine: new Machine({ ...common, disks: [boot], cards: [card(FREE)] }), disk };
  const vm = (options: KvmOptions) => kvmVm({ ...common, paging: "ept", ...options });
  if (path === "emulated") return { machine: vm({ disks: [boot, undefined, disk] }).machine, disk };
  if (path === "virtio") {
    const purse = late();
    const notified = kvmDevices((at) => isNotification(made.machine, at));
    const made = vm({ disks: [boot], cards: [card(purse)], devices: notified });
    purse.ledger = made.host.ledger;
    return { machine: made.machine, disk };
  }
  const assignment = new Assignment();
  const { machine, host } = vm({
    disks: [boot],
    interrupts: path === "exitless" ? "posted" : "injected",
    assigned: [card(FREE)],
    attach: assignment.attach,
  });
  const unit = remapping(host);
  assignment.to(host, unit);
  return { machine, disk, iommu: unit.iommu };
}

function virtioDisk(disk: Disk, latency: number, ledger: IoLedger): Card {
  return virtioCard((slot: Slot) => {
    const medium = diskBackend(disk, { latency: { clock: slot.clock, cycles: latency } });
    return new VirtioBlk({ dma: slot.dma, disk: medium, ledger });
  });
}

function isNotification({ board }: Machine, at: number): boolean {
  return board.pci.functions.some(([, fn]) => fn instanceof VirtioPci && fn.notifies(at));
}

/** The machine's ledger is made after its cards. */
function late(): IoLedger & { ledger: IoLedger } {
  return {
    ledger: FREE,
    pay(event, detail, times) {
      this.ledger.pay(event, detail, times);
    },
  };
}
