/**
 * The ways from one guest's driver to one disk, on one processor:
 *
 *     native        driver ── virtqueue ──▶ a virtio disk in hardware (as DPUs have them), no hypervisor
 *     emulated      driver ── each register an exit ──▶ QEMU's IDE
 *     virtio        driver ── one exit for a kick ──▶ eventfd ──▶ QEMU's virtio disk, which copies
 *     assigned      driver ── no exit ──▶ the hardware of "native", its DMA through the IOMMU; interrupts come by exits
 *     exitless      the same, and interrupts are posted: they come, and end, without an exit (Gordon et al., "ELI", ASPLOS 2012, by software)
 *     xen           driver ── ring, one hypercall for an event ──▶ Domain 0, which maps the pages ──▶ its disk; the guest is a PV one
 *
 * So "virtio-pci" is both: the interface of a device that a hypervisor plays, and of one that is handed to a guest as it is.
 */
import type { IoGuest } from "../../guests/index.ts";
import type { CostProfile } from "../../machine/cost.ts";
import { Disk } from "../../machine/devices/disk.ts";
import type { Card, Slot } from "../../machine/devices/pci/slot.ts";
import type { Iommu } from "../../machine/iommu/index.ts";
import { Machine } from "../../machine/machine.ts";
import type { Vm } from "../../virt/cpu/engine.ts";
import { FREE, type IoLedger } from "../../virt/io/backend.ts";
import { diskBackend } from "../../virt/io/block/disk.ts";
import { VirtioBlk } from "../../virt/io/virtio/blk.ts";
import { virtioCard } from "../../virt/io/virtio/transport/pci.ts";
import { kvmVm } from "../kvm.ts";
import { withAssigned, withModel } from "./vm-io.ts";
import { XenDisk } from "./xen/disk.ts";

export const DISK_PATHS = ["native", "emulated", "virtio", "assigned", "exitless", "xen"] as const;
export type DiskPath = (typeof DISK_PATHS)[number];

export interface DiskRig {
  readonly machine: Machine;
  /** Ways out of the guest so far, by cause. */
  readonly crossings: ReadonlyMap<string, number>;
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
export const driverFor = (path: DiskPath) =>
  path === "xen" ? "xen-blkfront" : path === "emulated" ? "ide" : "virtio-blk";

export function diskRig(path: DiskPath, { guest, data, profile, latency }: DiskRigOptions): DiskRig {
  if (path === "xen") {
    const { xen, disk } = new XenDisk({ guest, data, profile, latency });
    return { machine: xen.machine, disk, crossings: xen.vm.engine.crossings };
  }
  const disk = new Disk(data);
  const common = { memory: MEMORY, profile };
  const boot = guest.image;
  const card = (ledger: IoLedger) => virtioDisk(disk, latency, ledger);
  if (path === "native") {
    const machine = new Machine({ ...common, disks: [boot], cards: [card(FREE)] });
    return { machine, disk, crossings: new Map() };
  }
  const vm = { ...common, paging: "ept", disks: [boot] } as const;
  const rig = ({ machine, engine, iommu }: Vm & Pick<DiskRig, "iommu">): DiskRig => ({
    ...{ machine, disk, crossings: engine.crossings },
    ...(iommu && { iommu }),
  });
  if (path === "emulated") return rig(kvmVm({ ...vm, disks: [boot, undefined, disk] }));
  if (path === "virtio") return rig(withModel(vm, card));
  const interrupts = path === "exitless" ? "posted" : "injected";
  return rig(withAssigned({ ...vm, interrupts }, card(FREE)));
}

function virtioDisk(disk: Disk, latency: number, ledger: IoLedger): Card {
  return virtioCard((slot: Slot) => {
    const medium = diskBackend(disk, { latency: { clock: slot.clock, cycles: latency } });
    return new VirtioBlk({ dma: slot.dma, disk: medium, ledger });
  });
}
