/** The I/O image: the same hash from every driver, on QEMU and on our machine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diskDword } from "../../src/guests/disk-data.ts";
import { buildIoGuest, expectedIo, type IoOptions, ioDisk } from "../../src/guests/io.ts";
import { Machine } from "../../src/machine/machine.ts";
import { lacks } from "../support/needs.ts";
import { bootOnQemu } from "../support/qemu.ts";

const CASES: Omit<IoOptions, "driver">[] = [
  { operation: "read" },
  { operation: "read", size: 3, depth: 16, batch: 4, count: 333, seed: 7 },
  { operation: "write", size: 1, depth: 64, batch: 64, count: 500 },
  { operation: "verify", size: 128, depth: 5, batch: 2, count: 40 },
];
/** The first dword of a medium whose first sectors the requests reach: written, it is the complement of what it was. */
const firstAfter = ({ operation }: Omit<IoOptions, "driver">) =>
  (operation === "read" ? diskDword(0) : ~diskDword(0)) >>> 0;

const ATTACH = {
  ide: (file: string) => ["-drive", `format=raw,file=${file},if=ide,index=2`],
  "virtio-blk": (file: string) => [
    ...["-drive", `format=raw,file=${file},if=none,id=data`],
    ...["-device", "virtio-blk-pci,disable-legacy=on,drive=data"],
  ],
};

function ours(options: IoOptions, data: Uint8Array | undefined) {
  const machine = new Machine({
    memory: 16 << 20,
    disks: [buildIoGuest(options).image, undefined, data],
  });
  let serial = "";
  machine.onSerial((byte) => {
    serial += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: 50_000_000 });
  return { serial, exit: stop.reason === "exit" ? (stop.code - 1) / 2 : undefined, machine };
}

describe.skipIf(lacks("qemu", import.meta.url)).each(["ide", "virtio-blk"] as const)(
  "%s on QEMU",
  (driver) => {
    test.each(CASES.map((one) => [JSON.stringify(one), one] as const))("%s", async (_, one) => {
      const folder = mkdtempSync(join(tmpdir(), "ringlab-io-"));
      try {
        const file = join(folder, "data.img");
        writeFileSync(file, ioDisk());
        const options = { ...one, driver };
        expect(await bootOnQemu(buildIoGuest(options).image, 32, ATTACH[driver](file))).toEqual({
          serial: expectedIo(options),
          exit: 0,
        });
        expect(readFileSync(file).readUInt32LE(0)).toBe(firstAfter(one));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test("without the device it says so", async () => {
      const { serial, exit } = await bootOnQemu(buildIoGuest({ driver, operation: "read" }).image);
      expect(serial).toMatch(/^ringlab io\nfailed: no /);
      expect(exit).toBe(1);
    });
  },
);

describe("IDE on our machine", () => {
  test.each(CASES.map((one) => [JSON.stringify(one), one] as const))("%s", (_, one) => {
    const options: IoOptions = { ...one, driver: "ide" };
    const data = ioDisk();
    const { serial, exit, machine } = ours(options, data);
    expect({ serial, exit }).toEqual({ serial: expectedIo(options), exit: 0 });
    expect(machine.board.marker.marks.map(({ label }) => label)).toEqual([1, 2]);
    const medium = machine.board.disks[2]!.contents();
    if (one.operation === "read") expect(Buffer.from(medium).equals(ioDisk())).toBe(true);
    else expect(new Uint32Array(medium.buffer)[0]).toBe(firstAfter(one));
  });

  test.each(["ide", "virtio-blk"] as const)("without the device of %s it says so", (driver) => {
    const { serial, exit } = ours({ driver, operation: "read" }, undefined);
    expect(serial).toMatch(/^ringlab io\nfailed: no /);
    expect(exit).toBe(1);
  });

  test("a place beyond the disk's end is an error that the guest reports", () => {
    const { serial, exit } = ours({ driver: "ide", operation: "read", sectors: 4096, count: 500 }, ioDisk());
    expect(serial).toMatch(/failed: the device reports 0000000[1-9a-f]\n$/);
    expect(exit).toBe(2);
  });
});

test("wrong options say what is allowed", () => {
  const options = { driver: "ide", operation: "read" } as const;
  expect(() => buildIoGuest({ ...options, depth: 65 })).toThrow(/depth is 65: .* from 1 to 64/);
  expect(() => buildIoGuest({ ...options, batch: 2 })).toThrow(/batch is 2: .* from 1 to 1/);
  expect(() => buildIoGuest({ ...options, driver: "floppy" as "ide" })).toThrow(
    /no driver "floppy"; there are ide, virtio-blk/,
  );
});
