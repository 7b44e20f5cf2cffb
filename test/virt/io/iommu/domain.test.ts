/** Flush policies: what they pay, and how long a device reaches what it must not. */
import { expect, test } from "vitest";
import type { Iova } from "../../../../src/machine/address.ts";
import { Bus } from "../../../../src/machine/bus.ts";
import { Clock } from "../../../../src/machine/clock.ts";
import { Iommu } from "../../../../src/machine/iommu/index.ts";
import { type FlushPolicy, IoDomain } from "../../../../src/virt/io/iommu/domain.ts";
import { IommuDriver } from "../../../../src/virt/io/iommu/driver.ts";
import { pass } from "../../../machine/devices/rig.ts";

const DEVICE = 0x18;
const BUFFER = 0x800000;
const DEFERRED: FlushPolicy = { kind: "deferred", count: 250, cycles: 10_000 };

function world(policy: FlushPolicy) {
  const bus = new Bus(16 * 1024 * 1024);
  const clock = new Clock();
  const iommu = new Iommu(bus, () => {});
  const paid: Record<string, number> = {};
  let next = 0x100000;
  const driver = new IommuDriver({
    bus,
    registers: iommu.registers,
    page: () => {
      next += 4096;
      return next;
    },
    ledger: {
      pay: (event, _detail, times = 1) => {
        paid[event] = (paid[event] ?? 0) + times;
      },
    },
  });
  const domain = new IoDomain({ driver, number: 1, policy, clock });
  domain.attach(DEVICE);
  paid.iotlbFlush = 0;
  const dma = iommu.dma(DEVICE);
  const write = (at: Iova) => dma.write(at, Uint8Array.of(1));
  return { domain, paid, write, clock, bus };
}

test("a thousand buffers: strict flushes for each, deferred for every 250", () => {
  for (const [policy, flushes] of [
    [{ kind: "strict" }, 1000],
    [DEFERRED, 4],
  ] as const) {
    const { domain, paid, write } = world(policy);
    for (let n = 0; n < 1000; n++) {
      const at = domain.map(BUFFER);
      expect(write(at)).toBe(true);
      domain.unmap(at);
    }
    expect(paid).toEqual({ ioMap: 1000, ioUnmap: 1000, iotlbFlush: flushes });
  }
});

test("a DMA after its unmap: refused under strict, let through under deferred until the time is up", () => {
  const strict = world({ kind: "strict" });
  const gone = strict.domain.map(BUFFER);
  strict.write(gone);
  strict.domain.unmap(gone);
  expect(strict.write(gone)).toBe(false);
  const { domain, write, clock } = world(DEFERRED);
  const at = domain.map(BUFFER);
  write(at);
  domain.unmap(at);
  pass(clock, 9_999);
  expect(write(at), "the window").toBe(true);
  expect(domain.map(BUFFER), "its address is not given out in it").not.toBe(at);
  pass(clock, 1);
  expect(write(at)).toBe(false);
  expect(domain.map(BUFFER)).toBe(at);
});

test("a detached device reaches nothing, and what is not mapped cannot be unmapped", () => {
  const { domain, write } = world({ kind: "strict" });
  const at = domain.map(BUFFER);
  expect(write(at)).toBe(true);
  domain.detach(DEVICE);
  expect(write(at)).toBe(false);
  domain.unmap(at);
  expect(() => domain.unmap(at)).toThrow(RangeError);
});

test("addresses of the caller's own and given ones keep out of each other's way", () => {
  const { domain } = world(DEFERRED);
  domain.mapAt(0x1000 as Iova, BUFFER);
  expect(domain.map(BUFFER)).toBe(0x2000);
  expect(() => domain.mapAt(0x2000 as Iova, BUFFER)).toThrow(RangeError);
  domain.mapAt(0x3000 as Iova, BUFFER);
  domain.unmap(0x3000 as Iova);
  expect(domain.map(BUFFER), "3000 waits for its flush").toBe(0x4000);
  domain.flush();
  expect(domain.map(BUFFER)).toBe(0x3000);
  expect(domain.map(BUFFER)).toBe(0x5000);
});

test("an address that was free, was taken by the caller and waits for its flush is not given out", () => {
  const { domain } = world(DEFERRED);
  const at = domain.map(BUFFER);
  domain.unmap(at);
  domain.flush();
  domain.mapAt(at, BUFFER);
  domain.unmap(at);
  expect(domain.map(BUFFER)).not.toBe(at);
});
