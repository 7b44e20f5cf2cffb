import { expect, test } from "vitest";
import { GNTMAP, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { BackRing, FrontRing, ringSize, SRING } from "../../../../src/virt/io/xen/ring.ts";
import { grant, HOLES, world } from "./world.ts";

const SLOT = 112;

function rings() {
  const [dom0, domU] = world().domains;
  grant(domU, 9, 0, 3);
  dom0.calls.mapGrants([{ hostAddress: HOLES * PAGE, flags: GNTMAP.hostMap, reference: 9, domain: 1 }]);
  const front = new FrontRing(domU.memory, 3 * PAGE, SLOT);
  front.init();
  return { domU, front, back: new BackRing(dom0.memory, HOLES * PAGE, SLOT) };
}

const entry = (n: number) => new Uint8Array(SLOT).fill(n);
const first = (taken: Uint8Array[] | "broken") => (taken === "broken" ? taken : taken.map(([byte]) => byte));

test("blkif has 32 slots, and entries go around more than once", () => {
  expect(ringSize(SLOT)).toBe(32);
  const { front, back } = rings();
  for (let n = 0; n < 100; n++) {
    front.put(entry(n));
    expect(front.pushRequests()).toBe(true);
    expect(first(back.take())).toEqual([n]);
    back.put(entry(n + 100));
    expect(back.finalCheck()).toBe(false);
    expect(back.pushResponses()).toBe(true);
    expect(first(front.take())).toEqual([n + 100]);
    expect(front.finalCheck()).toBe(false);
  }
});

test("who is still at work is not notified, and the last check finds what came meanwhile", () => {
  const { front, back } = rings();
  front.put(entry(1));
  expect(front.pushRequests()).toBe(true);
  front.put(entry(2));
  expect(front.pushRequests()).toBe(false);
  expect(first(back.take(1))).toEqual([1]);
  expect(back.finalCheck()).toBe(true);
  expect(first(back.take())).toEqual([2]);
});

test("a full ring takes nothing", () => {
  const { front } = rings();
  for (let n = 0; n < 32; n++) expect(front.put(entry(n))).toBe(true);
  expect(front.put(entry(0))).toBe(false);
});

test("indices that cannot be are found by either side, and a taken request stays what it was", () => {
  const { domU, front, back } = rings();
  front.put(entry(7));
  front.pushRequests();
  const [request] = back.take() as Uint8Array[];
  domU.memory.write(3 * PAGE + SRING.slots, entry(8));
  expect(request).toEqual(entry(7));
  domU.memory.write32(3 * PAGE + SRING.requestProduced, 34);
  expect(back.take()).toBe("broken");
  domU.memory.write32(3 * PAGE + SRING.responseProduced, 2);
  expect(front.take()).toBe("broken");
});
