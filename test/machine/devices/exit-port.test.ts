import { expect, test } from "vitest";
import { ExitPort } from "../../../src/machine/devices/exit-port.ts";

test("the code is QEMU's: twice the value, and one", () => {
  const codes: number[] = [];
  const port = new ExitPort((code) => codes.push(code));
  for (const value of [0, 1, 0x10, 0x7f, 0x80, 0x12345678]) port.out(0xf4, value);
  expect(codes).toEqual([1, 3, 0x21, 0xff, 0x01, 0xf1]);
  expect(port.in()).toBe(0);
});
