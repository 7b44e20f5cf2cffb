/** Both formats of a virtqueue, each with its mock driver. */
import type { DriverOptions, QueueDriverClass } from "../../../../src/virt/io/virtio/driver/driver.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { PackedDriver } from "../../../../src/virt/io/virtio/driver/packed.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { packedQueue } from "../../../../src/virt/io/virtio/packed.ts";
import type { Chain, VirtqueueFactory } from "../../../../src/virt/io/virtio/queue.ts";
import { splitQueue } from "../../../../src/virt/io/virtio/split.ts";

export interface Format<Driver extends QueueDriverClass> {
  readonly Driver: Driver;
  readonly make: VirtqueueFactory;
  /** Tests that it does not run, and why. */
  readonly skip: Readonly<Record<string, string>>;
}
export const SPLIT: Format<typeof SplitDriver> = {
  Driver: SplitDriver,
  make: splitQueue,
  skip: { "of a ring whose size is no power of 2": "2.7: the size of a split queue is one" },
};
export const PACKED: Format<typeof PackedDriver> = {
  Driver: PackedDriver,
  make: packedQueue,
  skip: {},
};

export function rig<D extends QueueDriverClass>({ Driver, make }: Format<D>, options: DriverOptions) {
  const memory = new DriverMemory(1 << 16);
  const driver = new Driver(memory, options) as InstanceType<D>;
  const queue = make(driver.layout, memory.dma);
  const pop = () => queue.pop() as Chain;
  return { memory, driver, queue, pop };
}
export const at = (address: number, length = 16) => ({ address, length });
