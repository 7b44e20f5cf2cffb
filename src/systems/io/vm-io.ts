/** KVM's virtual machine with a device, by whose the device is: a model in QEMU's process, or the host's own hardware in the guest's hands. */
import type { Card } from "../../machine/devices/pci/slot.ts";
import type { Iommu } from "../../machine/iommu/index.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Vm } from "../../virt/cpu/engine.ts";
import { FREE, type IoLedger } from "../../virt/io/backend.ts";
import { VirtioPci } from "../../virt/io/virtio/transport/pci.ts";
import { type KvmOptions, kvmVm } from "../kvm.ts";
import { kvmDevices } from "../kvm-devices.ts";
import { Assignment, remapping } from "./assigned.ts";

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
  const assignment = new Assignment();
  const vm = kvmVm({ ...options, assigned: [card], attach: assignment.attach });
  const unit = remapping(vm.host);
  assignment.to(vm.host, unit);
  return { ...vm, iommu: unit.iommu };
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
