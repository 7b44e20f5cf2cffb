/** A packet's cost through a remapping unit: every figure is counted, none is put in. */
import { expect, test } from "vitest";
import { KVM } from "../../../src/machine/profiles/monitors/kvm.ts";
import { UNIT } from "../../../src/machine/profiles/unit.ts";
import { type DmaPlan, DmaStream, type IoProtection, ownDomain } from "../../../src/systems/io/index.ts";

const { ioMap, ioUnmap, iotlbFlush } = KVM.work;
const PLAN: DmaPlan = {
  ...{ policy: { kind: "strict" }, buffers: 16, bytes: 1500, iotlb: 64, gap: 1000 },
  ...{ profile: UNIT, prices: KVM },
};
/** Descriptor read, six transactions of at most 256 bytes, descriptor written. */
const TRANSLATIONS = 8;

test("strict: a map, an unmap, a flush and a walk of three entries for each packet", () => {
  const cost = new DmaStream(PLAN).run(100);
  expect(cost.processor).toBe(100 * (ioMap + ioUnmap + iotlbFlush));
  expect(cost).toMatchObject({ translations: 100 * TRANSLATIONS, flushes: 100 });
  const stream = new DmaStream(PLAN);
  stream.run(100);
  expect(stream.run(100)).toMatchObject({ references: 300, hits: 700, lost: 0 });
});

test("deferred by number and by time: flushes for many, and a device that reaches what was taken back", () => {
  const batch = { kind: "deferred", count: 25, cycles: Number.POSITIVE_INFINITY } as const;
  expect(new DmaStream({ ...PLAN, policy: batch }).run(100)).toMatchObject({ flushes: 4, late: 0 });
  expect(new DmaStream({ ...PLAN, policy: batch }).run(100, true).late).toBe(96);
  expect(new DmaStream(PLAN).run(100, true).late).toBe(0);
  const time = { kind: "deferred", count: Number.POSITIVE_INFINITY, cycles: 12_000 } as const;
  expect(new DmaStream({ ...PLAN, policy: time }).run(100).flushes).toBe(10 - 1);
});

test("never unmapped: nothing to pay but walks, once the ring outgrows the IOTLB", () => {
  const small = new DmaStream({ ...PLAN, policy: { kind: "persistent" } });
  small.run(100);
  expect(small.run(100)).toMatchObject({ processor: 0, references: 0, late: 0 });
  const large = new DmaStream({ ...PLAN, policy: { kind: "persistent" }, buffers: 256 });
  large.run(256);
  expect(large.run(256).references).toBeGreaterThanOrEqual(3 * 256);
});

test("somebody's own tables: written to the memory that the unit walks, and what does not arrive is counted", () => {
  const nothing: IoProtection = { map: () => true, unmap: () => true, retire: () => {} };
  expect(new DmaStream({ ...PLAN, domain: ownDomain(nothing, 1) }).run(10)).toMatchObject({ lost: 10 });
  const refuses = { ...nothing, map: () => false };
  expect(() => new DmaStream({ ...PLAN, domain: ownDomain(refuses, 1) })).toThrow("map refused page 1");
});

test("no unit, and a unit that lets addresses pass: nothing to pay, and a device that always reaches what was taken back", () => {
  for (const kind of ["none", "pass-through"] as const) {
    const stream = new DmaStream({ ...PLAN, policy: { kind } });
    expect(stream.run(100, true)).toMatchObject({ processor: 0, hits: 0, flushes: 0, late: 100, lost: 0 });
  }
});
