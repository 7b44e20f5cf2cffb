/** A TCP stream through split drivers: each piece is counted, and the pieces make up the time. */
import { expect, test } from "vitest";
import { IO_WORK } from "../../../src/machine/profiles/monitors/io.ts";
import { XEN_1_NETWORK } from "../../../src/machine/profiles/monitors/xen-network.ts";
import { XEON } from "../../../src/machine/profiles/xeon.ts";
import { type XenNetPlan, XenNetStream } from "../../../src/systems/io/xen-net.ts";

const PLAN: XenNetPlan = {
  ...{ path: "driver domain", direction: "transmit", mtu: 1500, offload: false },
  ...{ send: "map", receive: "flip", batch: 8, profile: XEON },
};
const SEGMENTS = 240;

function run(change: Partial<XenNetPlan> = {}) {
  const stream = new XenNetStream({ ...PLAN, ...change });
  stream.run(16);
  return stream.run(SEGMENTS);
}

test("natively: the stack's own work and one copy", () => {
  const { stackOut, stackIn, copyLine } = IO_WORK;
  const sent = run({ path: "native", mtu: 500 });
  expect(sent).toMatchObject({ segments: SEGMENTS, bytes: 448 * SEGMENTS, acknowledgments: SEGMENTS / 2 });
  expect(sent.cycles).toBe(SEGMENTS * (stackOut + stackIn / 2 + 7 * copyLine));
  const received = run({ path: "native", mtu: 500, direction: "receive" });
  expect(received.cycles).toBe(SEGMENTS * (stackIn + stackOut / 2 + 7 * copyLine));
});

test("through a driver domain: every frame is a request and a packet there, mapped, copied or transferred", () => {
  const of = (change: Partial<XenNetPlan>) => {
    const { count } = run(change);
    return {
      frames: [count("request"), count("packet")],
      pages: [count("grantMap"), count("grantUnmap"), count("grantCopy"), count("grantTransfer")],
    };
  };
  const half = SEGMENTS / 2;
  const frames = [SEGMENTS + half, SEGMENTS + half];
  expect(of({})).toEqual({ frames, pages: [SEGMENTS, SEGMENTS, 0, half] });
  expect(of({ send: "copy", receive: "copy" })).toEqual({ frames, pages: [0, 0, SEGMENTS + half, 0] });
  expect(of({ direction: "receive" })).toEqual({ frames, pages: [half, half, 0, SEGMENTS] });
});

test("what a frame shares with others falls with their number: switches, hypercalls, notifications", () => {
  const costs = [1, 4, 16].map((batch) => run({ batch }));
  for (const event of ["domainSwitch", "hypercall", "eventSend", "upcall"] as const) {
    const [one, four, sixteen] = costs.map(({ count }) => count(event)) as [number, number, number];
    expect(four).toBeLessThan(one / 2);
    expect(sixteen).toBeLessThan(four / 2);
  }
  const [packets] = costs.map(({ count }) => count("packet"));
  expect(costs.map(({ count }) => count("packet"))).toEqual([packets, packets, packets]);
});

test("with offloads a large segment crosses once; its acknowledgments do not", () => {
  const { count, acknowledgments, segments } = run({ offload: true, batch: 1 });
  // 45 segments of 1448 bytes are the most that a packet of 64 KiB holds.
  const large = Math.ceil(SEGMENTS / 45);
  expect([segments, acknowledgments]).toEqual([SEGMENTS, SEGMENTS / 2]);
  expect(count("packet")).toBe(large + SEGMENTS / 2);
  expect(count("grantMap")).toBe(large * 16 - 10);
});

test("code in the hypervisor is reached without a switch, and asks for nothing", () => {
  const { count, cycles } = run({ path: "hypervisor", batch: 8 });
  expect(count("domainSwitch")).toBe(0);
  // Its guest's own: an event for a batch of segments, and pages posted again.
  expect(count("hypercall")).toBeLessThan(run().count("hypercall") / 2);
  expect(count("upcall")).toBeLessThan(run().count("upcall"));
  const { packet, request } = XEN_1_NETWORK.work;
  expect(cycles).toBeGreaterThan(run({ path: "native" }).cycles + 1.5 * SEGMENTS * (packet + request));
});

test("a frame of 1.5 KiB is cheaper to copy than to transfer", () => {
  for (const batch of [1, 8, 32]) {
    const way = (receive: "flip" | "copy") => run({ direction: "receive", receive, batch }).cycles;
    expect(way("copy")).toBeLessThan(way("flip"));
  }
});
