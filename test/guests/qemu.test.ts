/** The guest on a machine that nobody here wrote: it must run there as it does on ours. */
import { describe, expect, test } from "vitest";
import { buildGuest } from "../../src/guests/build.ts";
import { expectedOutput } from "../../src/guests/workloads.ts";
import { lacks } from "../support/needs.ts";
import { bootOnQemu } from "../support/qemu.ts";
import { BAD, GOOD } from "./cases.ts";

describe.skipIf(lacks("qemu", import.meta.url))("on QEMU", () => {
  test.each(GOOD.map((good) => [good.title, good] as const))("%s", async (_, options) => {
    const { serial, exit } = await bootOnQemu(buildGuest(options).image, options.memory);
    expect(serial).toBe(expectedOutput(options.workload, options.parameters));
    expect(exit).toBe(0);
  });

  test.each(BAD.map((bad) => [bad.title, bad] as const))(
    "%s says what is wrong",
    async (_, { says, exit, ...options }) => {
      expect(await bootOnQemu(buildGuest(options).image, options.memory)).toEqual({ serial: says, exit });
    },
  );

  test("with cycles: true it also prints how many", async () => {
    const { serial } = await bootOnQemu(buildGuest({ workload: "null-call", cycles: true }).image);
    const [, cycles] = /^ringlab guest\nnull-call 2000 ok checksum=000007d0 cycles=(\d+)\n$/.exec(serial)!;
    expect(Number(cycles)).toBeGreaterThan(2000);
  });
});
