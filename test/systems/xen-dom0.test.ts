/** The I/O guest as a domain of Xen's: what it reads and writes through Domain 0 is what it would natively. */
import { expect, test } from "vitest";
import { diskDword } from "../../src/guests/disk-data.ts";
import {
  buildGuest,
  buildIoGuest,
  expectedIo,
  expectedOutput,
  type IoOptions,
  ioDisk,
} from "../../src/guests/index.ts";
import { buildNetGuest, expectedNet, type NetOptions } from "../../src/guests/net.ts";
import { NetPeer } from "../../src/guests/net-frames.ts";
import { cable } from "../../src/machine/devices/network.ts";
import { XenDisk } from "../../src/systems/io/xen/disk.ts";
import { xenNet } from "../../src/systems/io/xen/net.ts";
import { XenDom0 } from "../../src/systems/xen-dom0.ts";
import type { PageAccess } from "../../src/virt/io/xen/block/pages.ts";

function domain(
  options: Omit<IoOptions, "driver">,
  access: PageAccess = "map",
  more: Partial<ConstructorParameters<typeof XenDisk>[0]> = {},
) {
  const guest = buildIoGuest({ ...options, driver: "xen-blkfront" });
  const rig = new XenDisk({ guest, data: ioDisk(), latency: 10_000, access, ...more });
  const { xen, disk: medium } = rig;
  let serial = "";
  xen.machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const run = (limit = 20_000_000) => ({ stop: xen.machine.run({ limit }), serial });
  return { rig, xen, medium, run };
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
  const { run, medium, rig, xen } = domain(one, access);
  const free = xen.hypervisor.frames.free;
  expect(run()).toEqual({
    stop: { reason: "exit", code: 1 },
    serial: expectedIo({ ...one, driver: "xen-blkfront" }),
  });
  expect(new DataView(medium.contents().buffer).getUint32(0, true)).toBe(firstAfter(one));
  expect({ broken: rig.back?.broken, store: xen.storeBroken }).toEqual({ broken: false, store: false });
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

test("the kernel of the workloads is a domain as well: its timer and its disk are ports among others", () => {
  const options = { workload: "sleep", pv: true, systemCall: "int80", timerHz: 1000 } as const;
  const lines = [0, 14];
  const xen = new XenDom0({ memory: 32 << 20, disks: [buildGuest(options).image], lines });
  let serial = "";
  xen.machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  expect(xen.machine.run({ limit: 10_000_000 })).toEqual({ reason: "exit", code: 1 });
  expect(serial).toBe(expectedOutput("sleep"));
  const refused = new XenDom0({ memory: 32 << 20, disks: [buildGuest(options).image] });
  expect(refused.machine.run({ limit: 1_000_000 })).not.toEqual({ reason: "exit", code: 1 });
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

test.each(["write", "verify"] as const)(
  "a driver domain that crashes while the guest runs is followed by another, and nothing is lost: %s",
  (operation) => {
    const options = { operation, depth: 8, batch: 4, count: 120, size: 8 } as const;
    const { rig, run, xen, medium } = domain(options, "map", { owner: 2, latency: 30_000 });
    const { clock } = xen.vm.host;
    const crash = clock.timer(() => rig.crash());
    let next = 3;
    const replace = clock.timer(() => {
      rig.replace(next++);
      if (next < 6) {
        clock.set(crash, clock.now + 400_000);
        clock.set(replace, clock.now + 900_000);
      }
    });
    xen.machine.board.marker.onMark = () => {
      if (next > 3) return;
      clock.set(crash, clock.now + 300_000);
      clock.set(replace, clock.now + 800_000);
    };
    expect(run()).toEqual({
      stop: { reason: "exit", code: 1 },
      serial: expectedIo({ ...options, driver: "xen-blkfront" }),
    });
    expect(next).toBe(6);
    expect(new DataView(medium.contents().buffer).getUint32(0, true)).toBe(firstAfter(options));
  },
);

/** The guest's frames through Domain 0 to a peer that answers after a while. */
function network(options: Omit<NetOptions, "driver">, transmit: "copy" | "map" = "copy") {
  const peer = new NetPeer();
  const { xen, machine, driver } = xenNet({
    guest: buildNetGuest({ ...options, driver: "xen-netfront" }),
    transmit,
    cable: ({ clock }) => {
      const [near, far] = cable();
      const under: Uint8Array[] = [];
      const timer = clock.timer(() => {
        for (const frame of under.splice(0)) far.transmit(frame);
      });
      far.onFrame = (frame) => {
        under.push(...peer.answer(frame));
        if (under.length > 0) clock.set(timer, clock.now + 5000);
      };
      return near;
    },
  });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 20_000_000 });
  return { stop, serial, xen, machine, driver, peer };
}

const FRAMES: Omit<NetOptions, "driver">[] = [
  {},
  { size: 1512, depth: 16, batch: 4, count: 150, seed: 9 },
  { size: 256, depth: 64, batch: 32, count: 600, wait: "spin" },
  { workload: "send", size: 1000, depth: 32, batch: 16, count: 128 },
  { workload: "receive", size: 508, depth: 32, batch: 8, count: 128, seed: 3 },
];

test.each(FRAMES)("frames are as natively: %o", (options) => {
  for (const transmit of ["copy", "map"] as const) {
    const { stop, serial, driver } = network(options, transmit);
    expect({ stop, serial }).toEqual({ stop: { reason: "exit", code: 1 }, serial: expectedNet(options) });
    expect(driver.back?.broken).toBe(false);
  }
});
