/** The image that runs a remapping unit: on the board's unit, natively and as KVM's guest, where each flush leaves the guest. */
import { describe, expect, test } from "vitest";
import { buildIommuGuest, expectedIommu } from "../../src/guests/iommu.ts";
import type { Gpa, Iova } from "../../src/machine/address.ts";
import { FAULT } from "../../src/machine/iommu/index.ts";
import { Machine } from "../../src/machine/machine.ts";
import { HASWELL } from "../../src/machine/profiles/haswell.ts";
import { kvmVm } from "../../src/systems/kvm.ts";

const MEMORY = 16 << 20;
const DEVICE = 0x18;
const BUFFERS = 0x400000;
const COUNT = 600;

const made = {
  native: (image: Uint8Array, invalidation = 0) =>
    new Machine({ memory: MEMORY, profile: HASWELL, disks: [image], iommu: { invalidation } }),
  kvm: (image: Uint8Array) =>
    kvmVm({ memory: MEMORY, profile: HASWELL, paging: "ept", disks: [image], iommu: {} }).machine,
};

function outcome(machine: Machine) {
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 20_000_000 });
  const [from, to] = machine.board.marker.marks;
  const exits = (to?.counts.vmExit ?? 0) - (from?.counts.vmExit ?? 0);
  const cycles = (to?.cycle ?? 0) - (from?.cycle ?? 0);
  return { serial, exit: stop.reason === "exit" ? (stop.code - 1) / 2 : undefined, exits, cycles };
}

describe.each(["native", "kvm"] as const)("%s", (where) => {
  test.each([1, 7, 250])("%i pages to a flush", (batch) => {
    const options = { count: COUNT, batch };
    const machine = made[where](buildIommuGuest(options).image);
    const { serial, exit, exits } = outcome(machine);
    expect({ serial, exit }).toEqual({ serial: expectedIommu(options), exit: 0 });
    const { iommu } = machine.board;
    const flushes = Math.floor((COUNT - 1) / batch);
    expect(iommu?.queue.served, "a flush and a wait each").toBe(2 * flushes);
    // The register's write, and the second mark; what is mapped, unmapped and waited for is in memory.
    expect(exits).toBe(where === "native" ? 0 : flushes + 1);
    const dma = iommu?.dma(DEVICE);
    const last = ((COUNT - 1) % 511) + 1;
    expect(dma?.write((last << 12) as Iova, Uint8Array.of(0x77))).toBe(true);
    expect(machine.bus.read((BUFFERS + (last << 12)) as Gpa, 1)).toBe(0x77);
    expect(dma?.write(((last - 1) << 12) as Iova, Uint8Array.of(0x77)), "taken back").toBe(false);
    expect(iommu?.faults.take().map(({ reason }) => reason)).toEqual([FAULT.write]);
  });
});

test("without a unit it says so", () => {
  const machine = new Machine({ memory: MEMORY, disks: [buildIommuGuest().image] });
  expect(outcome(machine)).toMatchObject({
    serial: "ringlab iommu\nfailed: there is no remapping unit\n",
    exit: 1,
  });
});

test("a unit that takes its time is waited for; a snapshot in between keeps what it was told", () => {
  const options = { count: 50 };
  const { image } = buildIommuGuest(options);
  const quick = outcome(made.native(image));
  const slow = made.native(image, 5000);
  const { serial, cycles } = outcome(slow);
  expect(serial).toBe(expectedIommu(options));
  expect(cycles - quick.cycles).toBeGreaterThan(49 * 4900);
  const cut = made.native(image, 5000);
  while (cut.board.marker.marks.length === 0) cut.run({ limit: 1000 });
  cut.run({ limit: 700 });
  const other = made.native(image, 5000);
  other.load(cut.save());
  expect(outcome(other)).toMatchObject({ exit: 0, cycles });
});

test.each([
  [{ batch: 511 }, "batch is 511: give a whole number from 1 to 510"],
  [{ count: 0 }, "count is 0"],
] as const)("%o is refused", (options, message) => {
  expect(() => buildIommuGuest(options)).toThrow(message);
});
