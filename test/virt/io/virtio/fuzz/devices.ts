/** The devices that are driven, each with what happens to it from the other side. */
import { Clock } from "../../../../../src/machine/clock.ts";
import { Disk } from "../../../../../src/machine/devices/disk.ts";
import { cable } from "../../../../../src/machine/devices/network.ts";
import type { Dma } from "../../../../../src/machine/dma.ts";
import type { ConsoleBackend } from "../../../../../src/virt/io/backend.ts";
import { diskBackend } from "../../../../../src/virt/io/block/disk.ts";
import { SeededEntropy } from "../../../../../src/virt/io/entropy.ts";
import { VirtioBalloon } from "../../../../../src/virt/io/virtio/balloon.ts";
import { VirtioBlk } from "../../../../../src/virt/io/virtio/blk.ts";
import { VirtioConsole } from "../../../../../src/virt/io/virtio/console.ts";
import type { VirtioDevice } from "../../../../../src/virt/io/virtio/device.ts";
import { VirtioNet } from "../../../../../src/virt/io/virtio/net.ts";
import { VirtioRng } from "../../../../../src/virt/io/virtio/rng.ts";
import type { Draw } from "./links.ts";

export interface Driven {
  readonly device: VirtioDevice;
  /** Features of its own, of which the driver takes any. */
  readonly features: bigint;
  outside(draw: Draw): void;
}
const image = new Uint8Array(8192).fill(0x5a);
const PAGES = 64;

export const DEVICES: Readonly<Record<string, (dma: Dma) => Driven>> = {
  blk(dma) {
    const clock = new Clock();
    const disk = diskBackend(new Disk(image), { latency: { clock, cycles: 100 } });
    // Answers come later: resets find requests in flight.
    return {
      device: new VirtioBlk({ dma, disk }),
      features: 0x2244n,
      outside: (draw) => clock.pass(draw(50)),
    };
  },
  net(dma) {
    const [port, far] = cable();
    const device = new VirtioNet({ dma, port, mac: [2, 0, 0, 0, 0, 1] });
    return {
      ...{ device, features: 0x10020n },
      outside(draw) {
        if (draw(16) === 0) device.setLink(draw(4) > 0);
        else far.transmit(new Uint8Array(14 + draw(1600)));
      },
    };
  },
  console(dma) {
    const terminal: ConsoleBackend = { write: () => {}, onInput: () => {} };
    const device = new VirtioConsole({ dma, terminal });
    return {
      ...{ device, features: 5n },
      outside(draw) {
        if (draw(16) === 0) device.resize(draw(300), draw(100));
        else terminal.onInput(new Uint8Array(draw(600)));
      },
    };
  },
  balloon(dma) {
    const given = new Set<number>();
    const memory = {
      pages: PAGES,
      give(pages: readonly number[]) {
        for (const page of pages) {
          if (page >= PAGES || given.has(page)) throw new Error(`page ${page} is given once more`);
          given.add(page);
        }
      },
      take(pages: readonly number[]) {
        for (const page of pages) if (!given.delete(page)) throw new Error(`page ${page} was not given`);
      },
    };
    const device = new VirtioBalloon({ dma, memory });
    return {
      ...{ device, features: 3n },
      outside(draw) {
        if (draw(2) === 0) device.askStats();
        else device.setTarget(draw(PAGES));
      },
    };
  },
  rng(dma) {
    return { device: new VirtioRng({ dma, entropy: new SeededEntropy(1) }), features: 0n, outside: () => {} };
  },
};
