import { expect, test } from "vitest";
import type { ConsoleBackend } from "../../../../src/virt/io/backend.ts";
import { TYPED_MOST, VirtioConsole } from "../../../../src/virt/io/virtio/console.ts";
import { DriverMemory } from "../../../../src/virt/io/virtio/driver/memory.ts";
import { SplitDriver } from "../../../../src/virt/io/virtio/driver/split.ts";
import { STATUS } from "../../../../src/virt/io/virtio/features.ts";
import { bringUp } from "./support.ts";

function rig() {
  const memory = new DriverMemory(1 << 16);
  const receive = new SplitDriver(memory, { size: 8 });
  const transmit = new SplitDriver(memory, { size: 8 });
  const written: number[] = [];
  const terminal: ConsoleBackend = { write: (bytes) => written.push(...bytes), onInput: () => {} };
  const device = new VirtioConsole({ dma: memory.dma, terminal });
  const told: (number | string)[] = [];
  device.onUsed = (queue) => told.push(queue);
  device.onConfigChange = () => told.push("config");
  bringUp(device, [receive.layout, transmit.layout]);
  return { memory, receive, transmit, terminal, written, device, told };
}

test("writes what the driver gives, however it is cut up", () => {
  const { memory, transmit, written, device, told } = rig();
  memory.bytes.fill(7, 0x4000, 0x6000);
  transmit.add(
    [
      { address: 0x4000, length: 5000 },
      { address: 0x6000, length: 1 },
    ],
    [],
  );
  device.kick(1);
  expect(written).toEqual([...new Array(5000).fill(7), 0]);
  expect([transmit.next()?.written, told]).toEqual([0, [1]]);
});

test("what is typed waits for buffers, in order, up to a limit", () => {
  const { memory, receive, terminal, device, told } = rig();
  terminal.onInput(Uint8Array.of(1, 2, 3));
  terminal.onInput(Uint8Array.of(4));
  expect(told).toEqual([]);
  receive.add([], [{ address: 0x4000, length: 2 }]);
  receive.add([], [{ address: 0x4002, length: 8 }]);
  device.kick(0);
  expect([receive.next()?.written, receive.next()?.written, told]).toEqual([2, 2, [0]]);
  expect([...memory.bytes.subarray(0x4000, 0x4005)]).toEqual([1, 2, 3, 4, 0]);
  terminal.onInput(new Uint8Array(TYPED_MOST + 5));
  expect(device.lost).toBe(5);
});

test("a window that changes its size is a configuration change", () => {
  const { device, told } = rig();
  device.resize(132, 50);
  expect([told, [...device.config.subarray(0, 4)]]).toEqual([["config"], [132, 0, 50, 0]]);
});

test("an emergency write needs no queue (5.3.5.1)", () => {
  const { device, written } = rig();
  device.reset();
  device.writeConfig(8, 0x141, 4);
  device.writeConfig(0, 0x141, 4);
  expect(written).toEqual([0x41]);
  expect(device.config[0]).toBe(80);
});

test("a buffer outside of memory needs a reset", () => {
  const { device, transmit } = rig();
  transmit.add([{ address: 0xfff0, length: 64 }], []);
  device.kick(1);
  expect(device.status & STATUS.needsReset).toBe(STATUS.needsReset);
});
