/** The registers by which a driver brings a device up, for either transport. */
import type { MmioDevice } from "../../../../src/machine/bus.ts";
import { RING_PACKED } from "../../../../src/virt/io/virtio/features.ts";
import type { QueueLayout } from "../../../../src/virt/io/virtio/queue.ts";

type Field = readonly [offset: number, size: number];
/** Offset of the low half. */
type Areas = Record<"descriptors" | "driver" | "device", number>;
export interface Registers extends Areas {
  readonly driverSelect: Field;
  readonly driverFeature: Field;
  readonly status: Field;
  readonly queueSelect: Field;
  readonly queueSize: Field;
  readonly enable: Field;
}
export const PCI: Registers = {
  ...{ driverSelect: [0x08, 4], driverFeature: [0x0c, 4], status: [0x14, 1], queueSelect: [0x16, 2] },
  ...{ queueSize: [0x18, 2], enable: [0x1c, 2], descriptors: 0x20, driver: 0x28, device: 0x30 },
};
export const MMIO: Registers = {
  ...{ driverSelect: [0x24, 4], driverFeature: [0x20, 4], status: [0x70, 4], queueSelect: [0x30, 4] },
  ...{ queueSize: [0x38, 4], enable: [0x44, 4], descriptors: 0x80, driver: 0x90, device: 0xa0 },
};

/** 3.1.1, by registers; `late`: sizes are written under other features first. */
export function startBy(
  window: MmioDevice,
  at: Registers,
  layouts: readonly QueueLayout[],
  features: bigint,
  late = false,
): void {
  const put = ([offset, size]: Field, value: number) => window.write(offset, value, size);
  const accept = (bits: bigint) => {
    for (const half of [0, 1]) {
      put(at.driverSelect, half);
      put(at.driverFeature, Number((bits >> BigInt(32 * half)) & 0xffff_ffffn));
    }
  };
  for (const status of [0, 1, 3]) put(at.status, status);
  if (late) {
    accept(features | RING_PACKED);
    for (const [queue] of layouts.entries()) {
      put(at.queueSelect, queue);
      put(at.queueSize, 3 + queue);
    }
  }
  accept(features);
  put(at.status, 11);
  for (const [queue, layout] of layouts.entries()) {
    put(at.queueSelect, queue);
    if (!late) put(at.queueSize, layout.size);
    for (const area of ["descriptors", "driver", "device"] as const) {
      put([at[area], 4], layout[area]);
      put([at[area] + 4, 4], 0);
    }
    put(at.enable, 1);
  }
  put(at.status, 15);
}
