import { expect, test } from "vitest";
import { DebugConsole } from "../../../src/machine/devices/debug-console.ts";

test("passes bytes on, and tells that it is there", () => {
  const bytes: number[] = [];
  const port = new DebugConsole();
  port.out(0xe9, 0x41);
  port.onOutput = (byte) => bytes.push(byte);
  port.out(0xe9, 0x142);
  expect(bytes).toEqual([0x42]);
  expect(port.in()).toBe(0xe9);
});
