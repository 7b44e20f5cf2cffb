import { expect, test } from "vitest";
import { parseFrame } from "../../../../../src/virt/io/net/frame.ts";
import { parseIpv4 } from "../../../../../src/virt/io/net/ipv4.ts";
import { parseTcp } from "../../../../../src/virt/io/net/tcp.ts";
import { PAGE } from "../../../../../src/virt/io/xen/abi/numbers.ts";
import { DESTINATION, frame, pair, segment } from "./pair.ts";

test("a frame goes from guest to guest through both rings and the bridge, step by step", () => {
  const { guests, scheduler, steps, paid } = pair();
  const [one, two] = guests;
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

test.each([
  { receive: "copy", transmit: "copy" },
  { receive: "copy", transmit: "map" },
  { receive: "flip", transmit: "copy" },
  { receive: "flip", transmit: "map" },
] as const)("many frames go around both rings, and no page is lost: $transmit, $receive", (ways) => {
  const { receive, transmit } = ways;
  const { guests, scheduler, paid, dom0, frames } = pair({ front: { receive }, back: { transmit } });
  const [one, two] = guests;
  const counts = () => [one.kernel, two.kernel, dom0].map(({ freePages }) => freePages).concat(frames.free);
  const free = counts();
  for (let n = 0; n < 300; n++) {
    one.front.transmit(frame(n & 0xff));
    scheduler.run();
  }
  expect(two.got.map((bytes) => bytes[20])).toEqual(Array.from({ length: 300 }, (_, n) => n & 0xff));
  expect(counts()).toEqual(free);
  const copies = (receive === "copy" ? 300 : 0) + (transmit === "copy" ? 300 : 0);
  expect(paid.grantCopy ?? 0).toBe(copies);
  expect(paid.grantTransfer ?? 0).toBe(receive === "flip" ? 300 : 0);
  expect(paid.grantMap ?? 0).toBe(transmit === "map" ? 300 : 0);
});

test("frames of one turn share hypercalls and events: fewer of each for a frame as more come at once", () => {
  const perFrame = (receive: "copy" | "flip", batch: number) => {
    const { guests, scheduler, paid } = pair({ front: { receive, posted: 32 }, back: { transmit: "map" } });
    for (let n = 0; n < 32; n += batch) {
      for (let m = 0; m < batch; m++) guests[0].front.transmit(frame(m));
      scheduler.run();
    }
    expect(guests[1].got.length).toBe(32);
    return { events: (paid.eventSend as number) / 32, hypercalls: (paid.hypercall as number) / 32 };
  };
  for (const receive of ["copy", "flip"] as const) {
    const costs = [1, 4, 16].map((batch) => perFrame(receive, batch));
    const [single, four, sixteen] = costs as [(typeof costs)[0], (typeof costs)[0], (typeof costs)[0]];
    expect(four.events).toBeLessThan(single.events / 2);
    expect(sixteen.events).toBeLessThan(four.events / 2);
    expect(sixteen.hypercalls).toBeLessThan(single.hypercalls / 8);
  }
});

const OFFLOAD = { checksum: true, segment: 1448 };

/** Whoever looks at it as a network would. */
function received(bytes: Uint8Array) {
  const outer = parseFrame(bytes);
  if (!("payload" in outer)) throw new Error("no frame");
  const packet = parseIpv4(outer.payload);
  if (!("protocol" in packet)) throw new Error(`no packet: ${packet.reason}`);
  const tcp = parseTcp(packet.payload, DESTINATION);
  if (!("sequence" in tcp)) throw new Error(`no segment: ${tcp.reason}`);
  return { ...tcp, identification: packet.identification };
}

/** Its checksum blank, as a stack leaves it that offloads. */
function unfinished(length: number): Uint8Array {
  const bytes = segment(length);
  bytes.fill(0, 50, 52);
  return bytes;
}

test("a large segment is cut where no card does it, and every piece is right", () => {
  const { guests, scheduler, paid } = pair({ front: { posted: 16 } });
  const [one, two] = guests;
  const answers: boolean[] = [];
  one.front.transmit(unfinished(10_000), OFFLOAD, (okay) => answers.push(okay));
  scheduler.run();
  expect(answers).toEqual([true]);
  const pieces = two.got.map(received);
  expect(pieces.map(({ data }) => data.length)).toEqual([1448, 1448, 1448, 1448, 1448, 1448, 1312]);
  expect(pieces.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => 1000 + n * 1448));
  expect(pieces.map(({ flags }) => flags & 8)).toEqual([0, 0, 0, 0, 0, 0, 8]);
  expect(Buffer.compare(Buffer.concat(pieces.map(({ data }) => data)), segment(10_000).subarray(54))).toBe(0);
  // One request of three slots; seven frames on the bridge.
  expect(paid).toMatchObject({ grantCopy: 3 + 7, packet: 14, checksumLine: 6 * 23 + 21 });
});

test("a large segment goes whole to a guest that takes it, in either kind of pages", () => {
  for (const receive of ["copy", "flip"] as const) {
    const { guests, scheduler, paid } = pair({ front: { receive, posted: 16 }, offloads: true });
    const [one, two] = guests;
    one.front.transmit(unfinished(10_000), OFFLOAD);
    scheduler.run();
    expect(two.got.map((bytes) => Buffer.compare(bytes, unfinished(10_000)))).toEqual([0]);
    expect(two.offered).toEqual([OFFLOAD]);
    expect(paid.packet).toBe(2);
    expect(paid.checksumLine).toBeUndefined();
    one.front.transmit(segment(100), { checksum: true, segment: 0 });
    scheduler.run();
    expect(two.offered[1]).toEqual({ checksum: true, segment: 0 });
  }
});

test("what a half does not take is finished before it gets there", () => {
  const features = { checksum: false, sg: false, gso: false };
  const { guests, scheduler } = pair({ front: { features, posted: 32 }, offloads: true });
  const [one, two] = guests;
  one.front.transmit(unfinished(5000), OFFLOAD);
  one.front.transmit(unfinished(500), { checksum: true, segment: 0 });
  scheduler.run();
  expect(two.got.map((bytes) => received(bytes).data.length)).toEqual([1448, 1448, 1448, 656, 500]);
  // Nor does a front end send what its back end has not said that it takes.
  one.front.features = features;
  one.front.transmit(unfinished(5000), OFFLOAD);
  scheduler.run();
  expect(two.got.slice(5).map((bytes) => received(bytes).data.length)).toEqual([1448, 1448, 1448, 656]);
  one.front.transmit(frame(1, 2 * PAGE));
  expect(one.front.dropped).toBe(1);
});

test("frames wait for pages, and only so many", () => {
  const { guests, scheduler, steps } = pair();
  const [one, two] = guests;
  for (let n = 0; n < 100; n++) one.front.transmit(frame(n));
  scheduler.run();
  const sent = 100 - one.front.dropped;
  const dropped = steps.filter((step) => step === "2 rx dropped").length;
  expect([one.front.dropped > 0, two.got.length]).toEqual([true, sent - dropped]);
  expect(two.got.map((bytes) => bytes[20])).toEqual(Array.from({ length: sent - dropped }, (_, n) => n));
});
