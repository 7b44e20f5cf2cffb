/** The network image: what arrives is what was sent, on QEMU's cards and on ours, whoever sends. */
import { describe, expect, test } from "vitest";
import { buildNetGuest, expectedNet, type NetOptions } from "../../src/guests/net.ts";
import { NetPeer } from "../../src/guests/net-frames.ts";
import { e1000 } from "../../src/machine/devices/e1000/card.ts";
import { cable } from "../../src/machine/devices/network.ts";
import { Machine } from "../../src/machine/machine.ts";
import { VirtioNet } from "../../src/virt/io/virtio/net.ts";
import { virtioCard } from "../../src/virt/io/virtio/transport/pci.ts";
import { lacks } from "../support/needs.ts";
import { bootOnQemu } from "../support/qemu.ts";
import { remotePeer } from "./remote-peer.ts";

const MAC = [0x52, 0x4c, 0, 0, 0, 2];
const DRIVERS = [
  { driver: "e1000", interrupts: "intx" },
  { driver: "e1000", interrupts: "ioapic" },
  { driver: "virtio-net", interrupts: "intx" },
  { driver: "virtio-net", interrupts: "msix" },
] as const;
const CASES: NetOptions[] = [
  {},
  { size: 1512, depth: 16, batch: 4, count: 150, seed: 9 },
  { size: 256, depth: 64, batch: 32, count: 300, wait: "spin" },
  { workload: "send", size: 512, depth: 64, count: 300 },
  { workload: "send", size: 1512, depth: 32, batch: 12, count: 200, seed: 4 },
  { workload: "receive", size: 1512, depth: 64, count: 300 },
  { workload: "receive", depth: 48, batch: 24, count: 200, seed: 3 },
];
const named = CASES.map((one) => [JSON.stringify(one), one] as const);

const DEVICES = { e1000: "e1000,netdev=net", "virtio-net": "virtio-net-pci,disable-legacy=on,netdev=net" };

describe.skipIf(lacks("qemu", import.meta.url)).each(DRIVERS)("$driver $interrupts on QEMU", (way) => {
  test.each(named)("%s", async (_, one) => {
    const { socket, netdev } = await remotePeer();
    const options = { ...one, ...way };
    try {
      const card = ["-netdev", netdev, "-device", DEVICES[way.driver]];
      expect(await bootOnQemu(buildNetGuest(options).image, 32, card)).toEqual({
        serial: expectedNet(options),
        exit: 0,
      });
    } finally {
      socket.close();
    }
  });
});

function ours(options: NetOptions, damage = (frame: Uint8Array) => frame) {
  const [port, far] = cable();
  const [near, end] = cable();
  far.onFrame = (frame) => near.transmit(frame);
  near.onFrame = (frame) => far.transmit(damage(frame));
  new NetPeer().serve(end);
  const cards = {
    e1000: e1000({ port, mac: MAC }),
    "virtio-net": virtioCard(({ dma }) => new VirtioNet({ dma, port, mac: MAC })),
  };
  const machine = new Machine({
    memory: 16 << 20,
    disks: [buildNetGuest(options).image],
    cards: [cards[options.driver === "virtio-net" ? "virtio-net" : "e1000"]],
  });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 30_000_000 });
  return { serial, exit: stop.reason === "exit" ? (stop.code - 1) / 2 : undefined };
}

describe.each(DRIVERS)("$driver $interrupts on our machine", (way) => {
  test.each(named)("%s", (_, one) => {
    const options = { ...one, ...way };
    expect(ours(options)).toEqual({ serial: expectedNet(options), exit: 0 });
  });

  test("a byte that changed on the way changes the hash", () => {
    const { serial, exit } = ours(way, (frame) => frame.with(59, (frame[59] as number) ^ 1));
    expect(exit).toBe(0);
    expect(serial).not.toBe(expectedNet());
  });
});

test.each(DRIVERS)("without a card it says so: %o", (way) => {
  const machine = new Machine({ memory: 16 << 20, disks: [buildNetGuest(way).image] });
  expect(machine.run({ limit: 10_000_000 })).toMatchObject({ reason: "exit", code: 3 });
});

test("wrong options say what is allowed", () => {
  expect(() => buildNetGuest({ size: 62 })).toThrow(/size is 62: .* multiple of 4/);
  expect(() => buildNetGuest({ depth: 65 })).toThrow(/depth is 65: .* from 1 to 64/);
  expect(() => buildNetGuest({ interrupts: "msix" })).toThrow(/no MSI-X/);
  expect(() => buildNetGuest({ workload: "chat" as "echo" })).toThrow(/no workload "chat"; there are echo/);
});
