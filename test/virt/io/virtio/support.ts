/** A device that a driver has brought up, without a bus between them. */
import type { VirtioDevice } from "../../../../src/virt/io/virtio/device.ts";
import { STATUS, VERSION_1 } from "../../../../src/virt/io/virtio/features.ts";
import type { QueueLayout } from "../../../../src/virt/io/virtio/queue.ts";

export function bringUp(device: VirtioDevice, layouts: readonly QueueLayout[], features = VERSION_1): void {
  device.setStatus(STATUS.acknowledge | STATUS.driver);
  device.accept(features);
  device.setStatus(device.status | STATUS.featuresOk);
  for (const [i, { size, descriptors, driver, device: used }] of layouts.entries()) {
    Object.assign(device.queues[i] as object, { size, descriptors, driver, device: used });
    device.enable(i);
  }
  device.setStatus(device.status | STATUS.driverOk);
}
