/** The echo image: what returns is what was sent, on QEMU's 82540EM and on ours. */
import { createSocket } from "node:dgram";
import { expect, test } from "vitest";
import { buildEchoGuest, type EchoOptions, expectedEcho } from "../../src/guests/net.ts";
import { e1000 } from "../../src/machine/devices/e1000/card.ts";
import { cable } from "../../src/machine/devices/network.ts";
import { Machine } from "../../src/machine/machine.ts";
import { lacks } from "../support/needs.ts";
import { bootOnQemu } from "../support/qemu.ts";

const CASES: EchoOptions[] = [
  {},
  { size: 1512, depth: 16, batch: 4, count: 150 },
  { size: 256, depth: 64, batch: 32, count: 300 },
];

/** A UDP socket on the loopback interface that returns each frame to QEMU's port. */
async function reflector() {
  const socket = createSocket("udp4");
  socket.on("message", (frame, { port }) => socket.send(frame, port, "127.0.0.1"));
  const free = createSocket("udp4");
  await Promise.all(
    [socket, free].map((one) => new Promise<void>((resolve) => one.bind(0, "127.0.0.1", resolve))),
  );
  const [remote, local] = [socket.address().port, free.address().port];
  await new Promise<void>((resolve) => free.close(() => resolve()));
  const inet = (name: string, port: number) =>
    `${name}.type=inet,${name}.host=127.0.0.1,${name}.port=${port}`;
  return { socket, netdev: `dgram,id=net,${inet("local", local)},${inet("remote", remote)}` };
}

test.skipIf(lacks("qemu", import.meta.url)).each(CASES)("on QEMU: %o", async (options) => {
  const { socket, netdev } = await reflector();
  try {
    const card = ["-netdev", netdev, "-device", "e1000,netdev=net"];
    expect(await bootOnQemu(buildEchoGuest(options).image, 32, card)).toEqual({
      serial: expectedEcho(options),
      exit: 0,
    });
  } finally {
    socket.close();
  }
});

function ours(image: Uint8Array, damage: (frame: Uint8Array) => Uint8Array) {
  const [port, far] = cable();
  far.onFrame = (frame) => far.transmit(damage(frame));
  const cards = [e1000({ port, mac: [0x52, 0x4c, 0, 0, 0, 2] })];
  const machine = new Machine({ memory: 16 << 20, disks: [image], cards });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 30_000_000 });
  return { serial, exit: stop.reason === "exit" ? (stop.code - 1) / 2 : undefined };
}

test.each(CASES)("on our machine: %o", (options) => {
  const { image } = buildEchoGuest(options);
  expect(ours(image, (frame) => frame)).toEqual({ serial: expectedEcho(options), exit: 0 });
});

test("a byte that changed on the way changes the hash", () => {
  const { serial, exit } = ours(buildEchoGuest().image, (frame) => frame.with(59, (frame[59] as number) ^ 1));
  expect(exit).toBe(0);
  expect(serial).not.toBe(expectedEcho());
});

test("without a card it says so, and wrong options say what is allowed", () => {
  const machine = new Machine({ memory: 16 << 20, disks: [buildEchoGuest().image] });
  const stop = machine.run({ limit: 10_000_000 });
  expect(stop).toMatchObject({ reason: "exit", code: 3 });
  expect(() => buildEchoGuest({ size: 62 })).toThrow(/size is 62: .* multiple of 4/);
  expect(() => buildEchoGuest({ depth: 65 })).toThrow(/depth is 65: .* from 1 to 64/);
});
