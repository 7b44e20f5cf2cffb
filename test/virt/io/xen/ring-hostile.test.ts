/**
 * Each side of the ring against another that writes whatever it likes, whenever it likes: also between two reads of this side. Nothing is read
 * twice, no index is believed, and no call does more than a ring's worth of work. RINGLAB_XEN_OPS sets how many calls.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { BackRing, FrontRing, type RingMemory, SRING } from "../../../../src/virt/io/xen/ring.ts";

const CALLS = Number(process.env.RINGLAB_XEN_OPS ?? 5_000);
const SLOT = 108;
const PAGE = 4096;

/** The ring's page with somebody else on it, who likes numbers near the ones that are right. */
function hostilePage(seed: number) {
  const random = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const page = new DataView(new ArrayBuffer(PAGE));
  let reads = new Map<number, number>();
  const meddle = (at: number) => {
    const near = page.getUint32(at, true) + draw(36) - 2;
    if (draw(3) === 0) page.setUint32(at, draw(20) === 0 ? draw(2 ** 31) * 2 : near, true);
  };
  const count = (at: number) => reads.set(at, (reads.get(at) ?? 0) + 1);
  const inside = (at: number, length: number) => {
    if (!(at >= 0 && at + length <= PAGE)) throw new Error(`an access at ${at} of ${length} bytes`);
  };
  const memory: RingMemory = {
    read32(at) {
      inside(at, 4);
      count(at);
      const value = page.getUint32(at, true);
      meddle(at);
      return value;
    },
    write32(at, value) {
      inside(at, 4);
      page.setUint32(at, value, true);
    },
    read(at, length) {
      inside(at, length);
      count(at);
      const bytes = new Uint8Array(page.buffer.slice(at, at + length));
      page.setUint8(at, draw(256));
      return bytes;
    },
    write(at, bytes) {
      inside(at, bytes.length);
      new Uint8Array(page.buffer).set(bytes, at);
    },
  };
  const readsOf = () => {
    const seen = reads;
    reads = new Map();
    return seen;
  };
  return { memory, draw, readsOf, meddle, page };
}

/** A look is one read of the index; a look that finds nothing is followed by a second one, once an event was asked for. */
function looks(counts: Map<number, number>): number {
  const times = counts.get(SRING.requestProduced) ?? 0;
  counts.delete(SRING.requestProduced);
  return times;
}
const most = (counts: Map<number, number>) => Math.max(0, ...counts.values());

test("a back end against a hostile front end", () => {
  const { memory, draw, readsOf, meddle, page } = hostilePage(11);
  const seen = { broken: 0, taken: 0, answered: 0 };
  let back = new BackRing(memory, 0, SLOT);
  let owed = 0;
  for (let call = 0; call < CALLS; call++) {
    meddle(SRING.requestProduced);
    const limit = 1 + draw(40);
    readsOf();
    const taken = back.take(limit);
    const counts = readsOf();
    expect(looks(counts)).toBeLessThanOrEqual(2);
    expect(most(counts)).toBeLessThanOrEqual(1);
    expect(counts.size).toBeLessThanOrEqual(back.size);
    if (taken === "broken") {
      seen.broken++;
      // A new connection, from zeros, as after a reconnect.
      back = new BackRing(memory, 0, SLOT);
      new Uint8Array(page.buffer).fill(0);
      owed = 0;
      continue;
    }
    expect(taken.length).toBeLessThanOrEqual(limit);
    const copies = taken.map((bytes) => bytes.slice());
    new Uint8Array(page.buffer).fill(draw(256), SRING.slots);
    expect(taken.every((bytes, n) => Buffer.compare(bytes, copies[n] as Uint8Array) === 0)).toBe(true);
    owed += taken.length;
    seen.taken += taken.length;
    expect(owed).toBeLessThanOrEqual(back.size);
    for (let n = draw(owed + 1); n > 0; n--, owed--, seen.answered++) back.put(new Uint8Array(12));
    readsOf();
    back.pushResponses();
    expect(most(readsOf())).toBe(1);
    back.finalCheck();
    const last = readsOf();
    expect(looks(last)).toBeLessThanOrEqual(2);
    expect(most(last)).toBeLessThanOrEqual(1);
  }
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(CALLS / 100);
});

test("a front end against a hostile back end", () => {
  const { memory, draw, readsOf, meddle } = hostilePage(12);
  const seen = { broken: 0, taken: 0, full: 0 };
  const start = () => {
    const ring = new FrontRing(memory, 0, SLOT);
    ring.init();
    return ring;
  };
  let front = start();
  let asked = 0;
  for (let call = 0; call < CALLS; call++) {
    for (let n = draw(40); n > 0; n--) {
      if (front.put(new Uint8Array(SLOT))) asked++;
      else seen.full++;
    }
    expect(asked).toBeLessThanOrEqual(front.size);
    front.pushRequests();
    meddle(SRING.responseProduced);
    readsOf();
    const taken = front.take();
    const counts = readsOf();
    expect(most(counts)).toBe(1);
    expect(counts.size).toBeLessThanOrEqual(1 + front.size);
    if (taken === "broken") {
      seen.broken++;
      front = start();
      asked = 0;
      continue;
    }
    expect(taken.length).toBeLessThanOrEqual(asked);
    asked -= taken.length;
    seen.taken += taken.length;
    expect(front.free).toBe(front.size - asked);
    front.finalCheck();
    expect(most(readsOf())).toBe(1);
  }
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(CALLS / 100);
});
