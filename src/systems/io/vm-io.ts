/** KVM's virtual machine with a device, by whose the device is: a model in QEMU's process, or the host's own hardware in the guest's hands. */
import type { Iova } from "../../machine/address.ts";
import type { Card } from "../../machine/devices/pci/slot.ts";
import type { Dma } from "../../machine/dma.ts";
import { Iommu } from "../../machine/iommu/index.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Vm } from "../../virt/cpu/engine.ts";
import type { Host } from "../../virt/cpu/host.ts";
import { FREE, type IoLedger } from "../../virt/io/backend.ts";
import { IoDomain } from "../../virt/io/iommu/domain.ts";
import { IommuDriver } from "../../virt/io/iommu/driver.ts";
import { VirtioPci } from "../../virt/io/virtio/transport/pci.ts";
import { type KvmOptions, kvmVm } from "../kvm.ts";
import { kvmDevices } from "../kvm-devices.ts";

const PAGE = 4096;

/** QEMU's model, which pays for what it does; a virtio device's notifications go to it by ioeventfd. */
export function withModel(options: KvmOptions, card: (ledger: IoLedger) => Card): Vm {
  const purse = late();
  const vm: Vm = kvmVm({
    ...options,
    cards: [card(purse)],
    devices: kvmDevices((at) => isNotification(vm.machine, at)),
  });
  purse.ledger = vm.host.ledger;
  return vm;
}

/** The host's device, behind its IOMMU: all of the guest's memory is mapped once and for good, so that nothing is left to do for a request. */
export function withAssigned(options: KvmOptions, card: Card): Vm & { readonly iommu: Iommu } {
  const way = lateDma();
  let requester = 0;
  const vm = kvmVm({
    ...options,
    assigned: [card],
    assignedDma: (asked) => {
      requester = asked.requester;
      return way;
    },
  });
  const iommu = behindIommu(vm.host, requester);
  way.dma = iommu.dma(requester);
  return { ...vm, iommu };
}

function isNotification({ board }: Machine, at: number): boolean {
  return board.pci.functions.some(([, fn]) => fn instanceof VirtioPci && fn.notifies(at));
}

function behindIommu(host: Host, requester: number): Iommu {
  const { bus, base, machine, ledger } = host;
  const iommu = new Iommu(bus, () => {});
  const driver = new IommuDriver({ bus, registers: iommu.registers, page: () => host.frame(), ledger });
  const policy = { kind: "strict" } as const;
  const domain = new IoDomain({ driver, number: 1, policy, clock: host.clock });
  for (let at = 0; at < machine.bus.ram.length; at += PAGE) domain.mapAt(at as Iova, base + at);
  domain.attach(requester);
  return iommu;
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

function lateDma(): Dma & { dma: Dma | null } {
  return {
    dma: null,
    read(at, into) {
      return this.dma?.read(at, into) ?? false;
    },
    write(at, bytes) {
      return this.dma?.write(at, bytes) ?? false;
    },
  };
}
