/** The I/O guest as a domain of Xen's: what it reads and writes through Domain 0 is what it would natively. */
import { expect, test } from "vitest";
import { diskDword } from "../../src/guests/disk-data.ts";
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../../src/guests/index.ts";
import { Disk } from "../../src/machine/devices/disk.ts";
import { GUEST, XenDom0 } from "../../src/systems/xen-dom0.ts";
import { diskBackend } from "../../src/virt/io/block/disk.ts";
import type { PageAccess } from "../../src/virt/io/xen/block/pages.ts";
import { BlkBackDriver } from "../../src/virt/io/xen/block/xenbus-drivers.ts";
import { halves, plug } from "../../src/virt/io/xen/store/xenbus.ts";

function domain(options: Omit<IoOptions, "driver">, access: PageAccess = "map", latency = 10_000) {
  const guest = buildIoGuest({ ...options, driver: "xen-blkfront" });
  const xen = new XenDom0({ memory: 16 << 20, disks: [guest.image] });
  const medium = new Disk(ioDisk());
  const { clock } = xen.vm.host;
  const disk = xen.attach(diskBackend(medium, { latency: { clock, cycles: latency } }), xen.domain0, 14);
  const pair = halves("vbd", GUEST, 0, 51712);
  plug(xen.store, pair);
  const back = new BlkBackDriver(xen.store, pair, { kernel: xen.domain0, disk, ledger: xen.ledger, access });
  let serial = "";
  xen.machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  return { xen, medium, back, run: (limit = 20_000_000) => ({ stop: xen.machine.run({ limit }), serial }) };
}

const CASES: Omit<IoOptions, "driver">[] = [
  { operation: "read" },
  { operation: "read", size: 3, depth: 16, batch: 4, count: 150, seed: 7, wait: "spin" },
  { operation: "write", size: 1, depth: 32, batch: 32, count: 300 },
  { operation: "verify", size: 128, depth: 5, batch: 2, count: 8 },
];
const firstAfter = ({ operation }: Omit<IoOptions, "driver">) =>
  (operation === "read" ? diskDword(0) : ~diskDword(0)) >>> 0;

test.each(
  CASES.flatMap((one) =>
    (["map", "copy"] as const).map((access) => [access, JSON.stringify(one), one] as const),
  ),
)("by %s the data are as natively: %s", (access, _, one) => {
  const { run, medium, back, xen } = domain(one, access);
  const free = xen.hypervisor.frames.free;
  expect(run()).toEqual({
    stop: { reason: "exit", code: 1 },
    serial: expectedIo({ ...one, driver: "xen-blkfront" }),
  });
  expect(new DataView(medium.contents().buffer).getUint32(0, true)).toBe(firstAfter(one));
  expect({ broken: back.back?.broken, store: xen.storeBroken }).toEqual({ broken: false, store: false });
  // The second page of the guest's grant table.
  expect(xen.hypervisor.frames.free).toBe(free - 1);
});

test("what a request costs is counted: switches, events and grants, less of them in a batch", () => {
  const of = (batch: number, access: PageAccess) => {
    const { run, xen } = domain({ operation: "read", depth: batch, batch, count: 64 }, access);
    run();
    const [from, to] = xen.machine.board.marker.marks;
    return (name: Parameters<typeof count>[0]) => count(name);
    function count(name: keyof NonNullable<typeof from>["counts"]) {
      return ((to?.counts[name] ?? 0) - (from?.counts[name] ?? 0)) / 64;
    }
  };
  const alone = of(1, "map");
  // To Domain 0 for the request, and for the disk's interrupt; one event each way; a page mapped and unmapped.
  expect(alone("eventSend")).toBe(2);
  expect(alone("grantMap")).toBe(1);
  expect(alone("grantUnmap")).toBe(1);
  expect(alone("copyLine")).toBe(0);
  expect(alone("domainSwitch")).toBeGreaterThanOrEqual(2);
  const many = of(16, "copy");
  expect(many("eventSend")).toBeLessThan(2);
  expect(many("grantMap")).toBe(0);
  expect(many("grantCopy")).toBe(1);
  expect(many("copyLine")).toBe(64);
  expect(many("domainSwitch")).toBeLessThan(alone("domainSwitch"));
});

test("without a disk behind it, or with a request that is too much for it, the guest says so", () => {
  const { image } = buildIoGuest({ operation: "read", driver: "xen-blkfront" });
  const xen = new XenDom0({ memory: 16 << 20, disks: [image] });
  let serial = "";
  xen.machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  expect(xen.machine.run({ limit: 1_000_000 })).toEqual({ reason: "exit", code: 3 });
  expect(serial).toBe("ringlab io\nfailed: no disk from another domain\n");
  expect(domain({ operation: "read", depth: 17, size: 100 }).run()).toEqual({
    stop: { reason: "exit", code: 3 },
    serial: "ringlab io\nfailed: the ring is too short for this depth\n",
  });
  const beyond = domain({ operation: "read", sectors: 4096, count: 500 }).run();
  expect(beyond.serial).toMatch(/failed: the device reports ffffffff\n$/);
});
