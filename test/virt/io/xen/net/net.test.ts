import { expect, test } from "vitest";
import { cable, type NetworkPort } from "../../../../../src/machine/devices/network.ts";
import { VirtualSwitch } from "../../../../../src/virt/io/net/switch.ts";
import { PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import { NetBack } from "../../../../../src/virt/io/xen/net/netback.ts";
import { NetFront } from "../../../../../src/virt/io/xen/net/netfront.ts";
import { encodeTx, TX_BYTES } from "../../../../../src/virt/io/xen/net/netif.ts";
import { SRING } from "../../../../../src/virt/io/xen/ring.ts";
import { hosts } from "../block/split.ts";

function world() {
  const made = hosts();
  const { ledger, scheduler } = made;
  const dom0 = made.kernel(0, true);
  const bridge = new VirtualSwitch();
  const steps: string[] = [];
  const guest = (id: number) => {
    const kernel = made.kernel(id);
    const [end, network] = cable();
    bridge.plug(end);
    const front = new NetFront(kernel, 0);
    const onStep = (way: string, step: string) => steps.push(`${id} ${way} ${step}`);
    const back = NetBack.connect(
      { kernel: dom0, network: network as NetworkPort, ledger, onStep },
      front.offer,
    );
    const got: Uint8Array[] = [];
    front.onFrame = (frame) => got.push(frame);
    return { kernel, front, back: back as NetBack, got };
  };
  const guests = [guest(1), guest(2)] as const;
  scheduler.run();
  return { ...made, dom0, guests, steps };
}

const frame = (n: number, length = 60) => {
  const bytes = new Uint8Array(length).fill(n);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0]);
  return bytes;
};

test("a frame goes from guest to guest through both rings and the bridge, step by step", () => {
  const { guests, scheduler, steps, paid } = world();
  const [one, two] = guests;
  for (const event of Object.keys(paid)) delete paid[event];
  one.front.transmit(frame(7, 1514));
  scheduler.run();
  expect(two.got).toEqual([frame(7, 1514)]);
  expect(steps).toEqual([
    "1 tx request",
    "1 tx copy",
    "1 tx bridge",
    "1 tx response",
    "1 tx event",
    "2 rx request",
    "2 rx copy",
    "2 rx response",
    "2 rx event",
  ]);
  expect(paid).toMatchObject({ grantCopy: 2, copyLine: 48, packet: 2, request: 2 });
});

test("many frames go around both rings, and no page is lost", () => {
  const { guests, scheduler } = world();
  const [one, two] = guests;
  const free = [one.kernel.freePages, two.kernel.freePages];
  for (let n = 0; n < 600; n++) {
    one.front.transmit(frame(n & 0xff));
    scheduler.run();
  }
  expect(two.got.map((bytes) => bytes[20])).toEqual(Array.from({ length: 600 }, (_, n) => n & 0xff));
  expect([one.kernel.freePages, two.kernel.freePages]).toEqual(free);
});

test("what a hostile front end sends is dropped, and never a page that it did not grant", () => {
  const { guests, scheduler, steps } = world();
  const [one, two] = guests;
  const { memory } = one.kernel;
  const { txReference, port } = one.front.offer;
  const ring = memory.read32((memory.own + 1) * PAGE + 8 * txReference + 4) * PAGE;
  const bad = [
    { reference: 400, offset: 0, flags: 0, id: 1, size: 60 },
    { reference: txReference, offset: 4090, flags: 0, id: 1, size: 60 },
    { reference: txReference, offset: 0, flags: 4, id: 1, size: 60 },
    { reference: txReference, offset: 0, flags: 0, id: 1, size: 13 },
  ];
  for (const [n, request] of bad.entries())
    memory.write(ring + SRING.slots + n * TX_BYTES, encodeTx(request));
  memory.write32(ring + SRING.requestProduced, bad.length);
  one.kernel.calls.send(port);
  scheduler.run();
  expect(steps.filter((step) => step === "1 tx dropped").length).toBe(4);
  expect(two.got).toEqual([]);
  expect(one.front.broken).toBe(true);
  memory.write32(ring + SRING.requestProduced, 5000);
  one.kernel.calls.send(port);
  scheduler.run();
  expect([one.back.broken, two.back.broken]).toEqual([true, false]);
});
