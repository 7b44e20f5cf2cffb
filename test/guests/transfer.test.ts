/** The kernel's calls for disk and network: what a program writes, sends and takes back has one hash, natively and below hypervisors. */
import { describe, expect, test } from "vitest";
import { buildGuest, type GuestOptions } from "../../src/guests/build.ts";
import { NetPeer } from "../../src/guests/net-frames.ts";
import { expectedOutput } from "../../src/guests/workloads.ts";
import { e1000 } from "../../src/machine/devices/e1000/card.ts";
import { cable } from "../../src/machine/devices/network.ts";
import { findSystem } from "../../src/systems/index.ts";
import { lacks } from "../support/needs.ts";
import { bootOnQemu } from "../support/qemu.ts";
import { remotePeer } from "./remote-peer.ts";

const PARAMETERS = { sectors: 8, frames: 40, bytes: 600 };

const GUESTS: [string, GuestOptions, string[]][] = [
  [
    "with a timer that preempts",
    { workload: "transfer", parameters: PARAMETERS, timerHz: 2000 },
    ["native", "kvm", "kvm-ept", "esx", "vmware", "qemu"],
  ],
  [
    "vanilla",
    { workload: "transfer", parameters: PARAMETERS, pv: false, timerHz: 0 },
    ["native", "kvm", "kvm-ept"],
  ],
];

function outcome(system: string, image: Uint8Array, plugged = true) {
  const [port, far] = cable();
  new NetPeer().serve(far);
  const cards = plugged ? [e1000({ port, mac: [0x52, 0x4c, 0, 0, 0, 2] })] : [];
  const { machine } = findSystem(system)!.boot(image, { cards });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 100_000_000 });
  return { serial, exit: stop.reason === "exit" ? (stop.code - 1) / 2 : stop };
}

describe.each(GUESTS)("the kernel %s", (_, options, systems) => {
  const { image } = buildGuest(options);
  const expected = { serial: expectedOutput("transfer", PARAMETERS), exit: 0 };

  test.each(systems)("below %s", (system) => {
    expect(outcome(system, image)).toEqual(expected);
  });

  test.skipIf(lacks("qemu", import.meta.url))("on QEMU itself", async () => {
    const { socket, netdev } = await remotePeer();
    try {
      const card = ["-netdev", netdev, "-device", "e1000,netdev=net"];
      expect(await bootOnQemu(image, 32, card)).toEqual(expected);
    } finally {
      socket.close();
    }
  });
});

test.each(["native", "xen"])("without a card its disk works, and its network says so: %s", (system) => {
  const parameters = { ...PARAMETERS, frames: 0 };
  const { image } = buildGuest({ workload: "transfer", parameters, ...findSystem(system)!.guest });
  expect(outcome(system, image, false)).toEqual({
    serial: expectedOutput("transfer", parameters),
    exit: 0,
  });
  const failing = buildGuest({ workload: "transfer", parameters: { ...PARAMETERS, sectors: 0 } });
  expect(outcome(system, failing.image, false)).toEqual({
    serial: "ringlab guest\ntransfer failed: not sent\n",
    exit: 1,
  });
});
