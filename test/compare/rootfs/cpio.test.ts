import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { cpio } from "../../../src/compare/rootfs/cpio.ts";

test("an archive in the layout of the kernel's documentation", () => {
  const archive = cpio([{ path: "bin" }, { path: "bin/hi", data: "hello", executable: true }]);
  expect(archive.subarray(0, 6).toString()).toBe("070701");
  expect(archive.subarray(6 + 8, 6 + 16).toString()).toBe("000041ed"); // a folder, 755
  const second = archive.indexOf("070701", 6);
  expect(second % 4).toBe(0);
  expect(archive.subarray(second + 14, second + 22).toString()).toBe("000081ed"); // a file, 755
  expect(archive.subarray(second + 6 + 6 * 8, second + 6 + 7 * 8).toString()).toBe("00000005");
  expect(archive.length % 4).toBe(0);
});

const { error } = spawnSync("cpio", ["--version"]);
test.skipIf(error)("cpio itself lists it", () => {
  const input = cpio([{ path: "bin" }, { path: "bin/hi", data: "hello" }]);
  expect(spawnSync("cpio", ["--list", "--quiet"], { input }).stdout.toString()).toBe("bin\nbin/hi\n");
});
