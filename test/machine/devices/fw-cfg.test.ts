import { expect, test } from "vitest";
import { Bus } from "../../../src/machine/bus.ts";
import { FwCfg } from "../../../src/machine/devices/fw-cfg.ts";

function read(bus: Bus, item: number, count: number): number[] {
  bus.out(0x510, item, 2);
  return Array.from({ length: count }, () => bus.in(0x511, 1));
}

test("files are listed by name, sorted, with the number to read them by", () => {
  const bus = new Bus(1 << 20);
  const config = new FwCfg(bus);
  config.addFile("opt/second", Uint8Array.of(4, 5, 6));
  config.addFile("etc/first", Uint8Array.of(9));
  const directory = read(bus, 0x19, 4 + 2 * 64);
  const view = new DataView(Uint8Array.from(directory).buffer);
  expect(view.getUint32(0)).toBe(2);
  const entries = [0, 1].map((i) => {
    const name = new TextDecoder().decode(Uint8Array.from(directory.slice(4 + 64 * i + 8, 4 + 64 * i + 64)));
    const item = view.getUint16(4 + 64 * i + 4);
    const bytes = view.getUint32(4 + 64 * i);
    return [name.replace(/\0+$/, ""), read(bus, item, bytes)];
  });
  expect(entries).toEqual([
    ["etc/first", [9]],
    ["opt/second", [4, 5, 6]],
  ]);
});

test("a name has less than 56 characters", () => {
  const config = new FwCfg(new Bus(1 << 20));
  expect(() => config.addFile("x".repeat(56), new Uint8Array(1))).toThrow(/less than 56/);
});
