/** Frames through devices of network namespaces; who may make and move them is in the tables (test/virt/os/real/table/net.txt). */
import { expect, test } from "vitest";
import { cable } from "../../../../src/machine/devices/network.ts";
import { addVeth, move, remove, setUp } from "../../../../src/virt/os/calls/network.ts";
import { clone } from "../../../../src/virt/os/calls/processes.ts";
import { boot } from "../../../../src/virt/os/kernel.ts";
import { NetDevice } from "../../../../src/virt/os/namespaces/net.ts";

const frame = (...bytes: number[]) => Uint8Array.from(bytes);

/** What a device was given, in order. */
function received(device: NetDevice): number[][] {
  const frames: number[][] = [];
  device.onFrame = (bytes) => frames.push([...bytes]);
  return frames;
}

test("a veth pair is a cable between two namespaces, while both ends are up", () => {
  const host = boot();
  const guest = clone(host, ["net"]);
  addVeth(host, ["outside", "inside"]);
  const [outside, inside] = ["outside", "inside"].map((name) => host.namespaces.net.find(name)!) as [
    NetDevice,
    NetDevice,
  ];
  move(host, "inside", guest);
  const [atHost, atGuest] = [received(outside), received(inside)];
  outside.transmit(frame(1));
  setUp(host, "outside", true);
  outside.transmit(frame(2));
  setUp(guest, "inside", true);
  outside.transmit(frame(3));
  inside.transmit(frame(4));
  expect([atHost, atGuest]).toEqual([[[4]], [[3]]]);
  remove(guest, "inside");
  expect(host.namespaces.net.devices.map(({ name }) => name)).toEqual(["lo"]);
});

test("loopback gives back what it is sent", () => {
  const host = boot();
  const lo = host.namespaces.net.find("lo")!;
  const frames = received(lo);
  lo.transmit(frame(1));
  setUp(host, "lo", true);
  lo.transmit(frame(2));
  expect(frames).toEqual([[2]]);
});

test("a device may be an end of the machine's own cable", () => {
  const host = boot();
  const [end, other] = cable();
  const device = new NetDevice("port", "eth0", end);
  host.namespaces.net.add(device);
  setUp(host, "eth0", true);
  const frames = received(device);
  const sent: number[][] = [];
  other.onFrame = (bytes) => sent.push([...bytes]);
  other.transmit(frame(7));
  device.transmit(frame(8));
  expect([frames, sent]).toEqual([[[7]], [[8]]]);
});
