import { expect, test } from "vitest";
import { cable } from "../../../../src/machine/devices/network.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { STATUS } from "../../../../src/virt/io/virtio/features.ts";
import { VirtioNet } from "../../../../src/virt/io/virtio/net.ts";
import { bringUp } from "./support.ts";

function rig() {
  const memory = new DriverMemory(1 << 16);
  const [receive, transmit] = [0, 1].map(() => new SplitDriver(memory, { size: 8 })) as [
    SplitDriver,
    SplitDriver,
  ];
  const [port, far] = cable();
  const frames: Uint8Array[] = [];
  far.onFrame = (frame) => frames.push(frame);
  const device = new VirtioNet({ dma: memory.dma, port, mac: [2, 0, 0, 0, 0, 1] });
  const told: (number | string)[] = [];
  device.onUsed = (queue) => told.push(queue);
  device.onConfigChange = () => told.push("config");
  bringUp(device, [receive.layout, transmit.layout]);
  return { memory, receive, transmit, far, frames, device, told };
}
const frame = Uint8Array.from({ length: 60 }, (_, i) => i);

test("sends what follows the header once, however it is cut up and often it is told", () => {
  const { memory, transmit, frames, device, told } = rig();
  memory.bytes.set(frame, 0x8010);
  const header = { address: 0x9000, length: 7 };
  const rest = { address: 0x9007, length: 5 };
  transmit.add([header, rest, { address: 0x8010, length: 20 }, { address: 0x8024, length: 40 }], []);
  device.kick(1);
  expect(frames).toEqual([frame]);
  expect(transmit.next()).toMatchObject({ written: 0 });
  device.kick(1);
  expect([frames.length, told]).toEqual([1, [1]]);
});

test("takes nothing from a header whose features were not negotiated (5.1.6.2.2)", () => {
  const { memory, transmit, frames, device } = rig();
  memory.bytes.fill(0xff, 0x9000, 0x900c);
  memory.bytes.set(frame, 0x900c);
  transmit.add([{ address: 0x9000, length: 72 }], []);
  device.kick(1);
  expect(frames).toEqual([frame]);
});

test("receives into one buffer, behind a header that says so (5.1.6.4.1)", () => {
  const { memory, receive, far, device, told } = rig();
  far.transmit(frame);
  expect(device.dropped).toBe(1);
  memory.bytes.fill(0xff, 0x8000, 0x800c);
  receive.add(
    [],
    [
      { address: 0x8000, length: 12 },
      { address: 0x9000, length: 1518 },
    ],
  );
  far.transmit(frame);
  expect(receive.next()).toMatchObject({ written: 72 });
  expect(memory.bytes.subarray(0x9000, 0x903c)).toEqual(frame);
  expect([...memory.bytes.subarray(0x8000, 0x800c)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  expect(told).toEqual([0]);
});

test("drops what does not fit, and gives the buffer back with nothing in it", () => {
  const { memory, receive, far, device } = rig();
  receive.add([], [{ address: 0x8000, length: 71 }]);
  far.transmit(frame);
  expect(receive.next()).toMatchObject({ written: 0 });
  expect(device.dropped).toBe(1);
  expect(memory.bytes.subarray(0x8000, 0x8100).some(Boolean)).toBe(false);
});

test("a link that goes down is a configuration change", () => {
  const { device, told, far, receive } = rig();
  receive.add([], [{ address: 0x8000, length: 100 }]);
  device.setLink(false);
  far.transmit(frame);
  expect([told, device.readConfig(6, 2), receive.next()]).toEqual([["config"], 0, undefined]);
});

test("a buffer outside of memory needs a reset", () => {
  const { receive, far, device } = rig();
  receive.add([], [{ address: 0xfff0, length: 100 }]);
  far.transmit(frame);
  expect(device.status & STATUS.needsReset).toBe(STATUS.needsReset);
});
