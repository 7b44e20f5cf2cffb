import { expect, test } from "vitest";
import { buildGuest, expectedOutput } from "../../src/guests/index.ts";
import { findSystem } from "../../src/systems/index.ts";

test("Xen boots the kernel that knows it, and no other", () => {
  const xen = findSystem("xen")!;
  const { machine, crossings } = xen.boot(buildGuest({ workload: "fork", ...xen.guest }).image);
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  expect(machine.run({ limit: 10_000_000 })).toEqual({ reason: "exit", code: 1 });
  expect(output).toBe(expectedOutput("fork"));
  expect(crossings.get("multicall")).toBeGreaterThan(50);
  expect(xen.type).toBe(1);
});

test("without a disk it says what is missing", () => {
  expect(() => findSystem("xen")!.make({})).toThrow(/no paravirtual kernel/);
});
