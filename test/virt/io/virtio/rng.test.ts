import { expect, test } from "vitest";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";
import { SeededEntropy } from "../../../../src/virt/io/entropy.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { STATUS } from "../../../../src/virt/io/virtio/features.ts";
import { RNG_MOST, VirtioRng } from "../../../../src/virt/io/virtio/rng.ts";
import { bringUp } from "./support.ts";

function rig() {
  const memory = new DriverMemory(1 << 16);
  const driver = new SplitDriver(memory, { size: 8 });
  const device = new VirtioRng({ dma: memory.dma, entropy: new SeededEntropy(1) });
  bringUp(device, [driver.layout]);
  return { memory, driver, device };
}

test("fills buffers with the bytes of the seed, and says how many", () => {
  const { memory, driver, device } = rig();
  driver.add(
    [],
    [
      { address: 0x8000, length: 5 },
      { address: 0x9000, length: 11 },
    ],
  );
  driver.add([], [{ address: 0x1000, length: 0x6000 }]);
  device.kick(0);
  expect([driver.next()?.written, driver.next()?.written]).toEqual([16, RNG_MOST]);
  const expected = new Uint8Array(16);
  new SeededEntropy(1).fill(expected);
  expect([...memory.bytes.subarray(0x8000, 0x8005), ...memory.bytes.subarray(0x9000, 0x900b)]).toEqual([
    ...expected,
  ]);
  expect(new Set(expected).size).toBeGreaterThan(8);
});

test("a buffer outside of memory needs a reset", () => {
  const { driver, device } = rig();
  driver.add([], [{ address: 0xfff0, length: 64 }]);
  device.kick(0);
  expect(device.status & STATUS.needsReset).toBe(STATUS.needsReset);
});

test("a source goes on from its snapshot", () => {
  const [source, other] = [new SeededEntropy(1), new SeededEntropy(2)];
  const [a, b] = [new Uint8Array(32), new Uint8Array(32)];
  source.fill(a);
  const out = new StateWriter();
  source.save(out);
  source.fill(a);
  other.load(new StateReader(out.finish()));
  other.fill(b);
  expect(b).toEqual(a);
});
