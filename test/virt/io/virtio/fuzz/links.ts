/** Ways to a device: as it is, and through its transports, whose registers take whatever a driver writes. */
import type { MmioDevice } from "../../../../../src/machine/bus.ts";
import { StateReader, StateWriter } from "../../../../../src/machine/state.ts";
import type { VirtioDevice } from "../../../../../src/virt/io/virtio/device.ts";
import type { QueueLayout } from "../../../../../src/virt/io/virtio/queue.ts";
import { VirtioMmio } from "../../../../../src/virt/io/virtio/transport/mmio.ts";
import { VirtioPci } from "../../../../../src/virt/io/virtio/transport/pci.ts";
import { MMIO, PCI, startBy } from "../registers.ts";
import { bringUp } from "../support.ts";

export type Draw = (below: number) => number;

export interface Link {
  /** From a reset to DRIVER_OK; `late`: sizes are written under other features first, where there are registers for it. */
  start(layouts: readonly QueueLayout[], features: bigint, late: boolean): void;
  /** Whether a poke may put a queue elsewhere. */
  readonly moves: boolean;
  kick(queue: number): void;
  /** Something that no driver does. */
  poke(draw: Draw): void;
  /** To a snapshot and back. */
  resume(): void;
}
export type LinkTo = (device: VirtioDevice) => Link;

const through = (part: { save(out: StateWriter): void; load(from: StateReader): void }) => {
  const out = new StateWriter();
  part.save(out);
  part.load(new StateReader(out.finish()));
};

export const none: LinkTo = (device) => ({
  moves: false,
  start(layouts, features) {
    device.setStatus(0);
    bringUp(device, layouts, features);
  },
  kick: (queue) => device.kick(queue),
  poke(draw) {
    const kind = draw(16);
    if (kind < 4) device.accept(BigInt(draw(65536)) << BigInt(draw(64)));
    else if (kind < 8) device.writeConfig(draw(80), draw(0x1_0000_0000), [1, 2, 4][draw(3)] as number);
    else if (kind < 10) device.readConfig(draw(80), 4);
    else if (kind < 12) device.enable(draw(4));
    else if (kind === 12) device.stop(draw(4));
    else if (kind === 13) device.setStatus(draw(256));
  },
  resume: () => through(device),
});

/** Values that mean something to one register or another. */
const value = (draw: Draw): number =>
  [0, 1, draw(4), draw(16), draw(256), 0x1000 * draw(6), draw(0x1_0000), draw(0x1_0000_0000)][
    draw(8)
  ] as number;

/** An access of 1, 2 or 4 bytes, aligned or not. */
function hit(window: MmioDevice, offset: number, draw: Draw): void {
  const size = [1, 2, 4, 4][draw(4)] as number;
  const at = draw(8) === 0 ? offset : offset - (offset % size);
  const got = draw(3) === 0 ? window.read(at, size) : window.write(at, value(draw) % 2 ** (8 * size), size);
  if (got !== undefined && !(got >= 0 && got < 2 ** (8 * size)))
    throw new Error(`${size} bytes at ${at} read as ${got}`);
}

export const mmio: LinkTo = (device) => {
  const window = new VirtioMmio(device, () => {});
  return {
    moves: true,
    start: (...asked) => startBy(window, MMIO, ...asked),
    kick: (queue) => window.write(0x50, queue, 4),
    poke: (draw) => hit(window, draw(4) === 0 ? draw(0x1000) : draw(0x140), draw),
    resume: () => through(window),
  };
};

export const pci: LinkTo = (device) => {
  const mapped = new Map<number, MmioDevice>();
  const bus = {
    mapPorts: () => () => {},
    mapMmio: (_base: number, size: number, window: MmioDevice) => {
      mapped.set(size, window);
      return () => {};
    },
  };
  const card = new VirtioPci({ bus, message: () => {} }, device);
  card.writeConfig(0x10, 0xe000_0000, 4);
  card.writeConfig(0x14, 0xe001_0000, 4);
  card.writeConfig(4, 6, 2);
  const windows = [...mapped];
  return {
    moves: true,
    start: (...asked) => startBy(card, PCI, ...asked),
    kick: (queue) => card.write(0x3000 + 4 * queue, 0, 2),
    poke(draw) {
      const kind = draw(8);
      const [size, window] = windows[draw(windows.length)] as [number, MmioDevice];
      if (kind < 4) hit(card, draw(0x40), draw);
      else if (kind < 6) hit(window, draw(size), draw);
      else if (kind === 6) hit(card, 0x1000 * draw(4) + draw(0x60), draw);
      else {
        const bytes = [1, 2, 4][draw(3)] as number;
        const offset = draw(256 / bytes) * bytes;
        if (draw(2) === 0) card.readConfig(offset, bytes);
        else card.writeConfig(offset, value(draw) % 2 ** (8 * bytes), bytes);
      }
    },
    resume: () => through(card),
  };
};
