/** The physical function's capability, what is seen of the virtual ones, and the switch between them. */
import { expect, test } from "vitest";
import type { Gpa } from "../../../../src/machine/address.ts";
import { Bus } from "../../../../src/machine/bus.ts";
import { cable } from "../../../../src/machine/devices/network.ts";
import { PciBus } from "../../../../src/machine/devices/pci/bus.ts";
import { ECAM_BYTES, ecam } from "../../../../src/machine/devices/pci/ecam.ts";
import { directDma } from "../../../../src/machine/dma.ts";
import { StateReader, StateWriter } from "../../../../src/machine/state.ts";
import { SrIovDriver } from "../../../../src/virt/io/sr-iov/driver.ts";
import { EmbeddedSwitch } from "../../../../src/virt/io/sr-iov/embedded-switch.ts";
import { SrIovNic } from "../../../../src/virt/io/sr-iov/nic.ts";

const ECAM = 0xb0000000;
const WINDOWS = 0xb0100000;
const PF = 0x18;
const MAC = [2, 0, 0, 0, 0, 0x10];
const of = (n: number) => [2, 0, 0, 0, 0, 0x20 + n];

function world() {
  const bus = new Bus(1 << 20);
  const pci = new PciBus(bus);
  const [outside, inner] = cable();
  const nic = new SrIovNic({
    ...{ bus, requester: PF, cable: inner, mac: MAC, virtual: 3 },
    way: () => ({ dma: directDma(bus), message: () => {} }),
    plug: (requester, space) => pci.plugVirtual(requester, space),
  });
  pci.plug(3, 0, nic);
  bus.mapMmio(ECAM, ECAM_BYTES, ecam(pci));
  const config = (requester: number, at: number, size = 4) =>
    bus.read((ECAM + requester * 4096 + at) as Gpa, size);
  const driver = new SrIovDriver({ bus, ecam: ECAM, requester: PF, windows: WINDOWS });
  return { bus, pci, nic, outside, config, driver };
}

test("the capability is where configuration space in memory has it, and ports do not reach it", () => {
  const { bus, config } = world();
  expect(config(PF, 0x100)).toBe(0x0001_0010);
  // Initial and total VFs, offset and stride, VF device ID, page sizes.
  expect([config(PF, 0x10c), config(PF, 0x114), config(PF, 0x118), config(PF, 0x11c)]).toEqual([
    0x0003_0003, 0x0001_0001, 0x1041_0000, 1,
  ]);
  bus.out(0xcf8, 0x80001800, 4);
  expect(bus.in(0xcfc, 4)).toBe(0x1041_1af4);
  expect(config(0x20, 0), "nobody's").toBe(0xffffffff);
});

test("virtual functions answer when they are switched on: no identity, no windows of their own, capabilities", () => {
  const { bus, config, driver, nic } = world();
  const before = config(PF + 1, 0x40);
  expect(driver.enable(2)).toEqual([PF + 1, PF + 2]);
  for (const requester of [PF + 1, PF + 2]) {
    expect([config(requester, 0), config(requester, 0x10), config(requester, 0x3c)]).toEqual([
      0xffffffff, 0, 0,
    ]);
    expect(config(requester, config(requester, 0x34, 1), 1), "the first capability").toBe(0x10);
  }
  expect([before, config(PF + 3, 0)]).toEqual([0xffffffff, 0xffffffff]);
  // Windows lie one behind the other; bus mastering is a function's own.
  const [first, second] = nic.virtual;
  const base = config(PF, 0x124);
  expect([first!.base(0), second!.base(0)]).toEqual([base, base + 0x4000]);
  bus.write((ECAM + (PF + 2) * 4096 + 4) as Gpa, 0x7, 2);
  expect([config(PF + 2, 4, 2), config(PF + 1, 4, 2), second!.command]).toEqual([4, 0, 6]);
  // Its common configuration: two queues.
  const queues = () => bus.read((second!.base(0) + 0x12) as Gpa, 2);
  expect(queues()).toBe(2);
  driver.disable();
  expect([queues(), config(PF + 2, 0x40)], "gone").toEqual([0xffff, 0xffffffff]);
  expect(() => driver.enable(4)).toThrow("4 virtual functions: the card has 3");
});

test("a function without the capability is told apart", () => {
  const { bus } = world();
  expect(() => new SrIovDriver({ bus, ecam: ECAM, requester: 0x20, windows: WINDOWS })).toThrow(
    "function 20 has no virtual functions",
  );
});

test("a snapshot keeps what is on, addresses and a function's state", () => {
  const one = world();
  one.driver.enable(2);
  one.driver.setAddress(1, of(1), false);
  const status = (which: ReturnType<typeof world>) => (which.nic.virtual[1]!.base(0) + 20) as Gpa;
  one.bus.write(status(one), 3, 1);
  const out = new StateWriter();
  one.nic.save(out);
  const two = world();
  two.nic.load(new StateReader(out.finish()));
  expect(two.bus.read(status(two), 1)).toBe(3);
  expect([two.config(PF + 2, 0x40), two.config(PF + 3, 0x40)]).toEqual([
    one.config(PF + 2, 0x40),
    0xffffffff,
  ]);
  expect(two.nic.inside.ports.map(({ mac, check, on }) => [mac, check, on])).toEqual([
    [MAC, false, true],
    [undefined, true, true],
    [of(1), false, true],
    [undefined, true, false],
  ]);
});

test("the switch: by address, groups to everybody, no foreign source, nothing for a function that is off", () => {
  const [outside, inner] = cable();
  const inside = new EmbeddedSwitch(inner, 4);
  const seen: string[] = [];
  outside.onFrame = () => seen.push("cable");
  for (const [n, port] of inside.ports.entries()) {
    port.onFrame = () => seen.push(`${n}`);
    port.on = n < 3;
    port.mac = of(n);
  }
  const frame = (to: readonly number[], from: readonly number[]) => Uint8Array.from([...to, ...from, 8, 0]);
  const all = new Array(6).fill(255);
  const sent = (send: () => void) => {
    seen.length = 0;
    send();
    return seen.join(" ");
  };
  const [pf, a, b, off] = inside.ports as [...(typeof inside.ports)[number][]] & { length: 4 };
  expect(
    sent(() => a!.transmit(frame(of(2), of(1)))),
    "to a function",
  ).toBe("2");
  expect(
    sent(() => a!.transmit(frame(of(9), of(1)))),
    "to nobody here",
  ).toBe("cable");
  expect(
    sent(() => b!.transmit(frame(all, of(2)))),
    "to all",
  ).toBe("0 1 cable");
  expect(
    sent(() => outside.transmit(frame(of(2), of(9)))),
    "from the cable",
  ).toBe("2");
  expect(
    sent(() => outside.transmit(frame(of(9), of(8)))),
    "from the cable, for nobody here",
  ).toBe("");
  expect(sent(() => outside.transmit(frame(all, of(9))))).toBe("0 1 2");
  expect(
    sent(() => a!.transmit(frame(of(2), of(0)))),
    "as the physical function",
  ).toBe("");
  expect(
    sent(() => off!.transmit(frame(of(2), of(3)))),
    "off",
  ).toBe("");
  expect(
    sent(() => pf!.transmit(frame(of(3), of(0)))),
    "to one that is off",
  ).toBe("cable");
  expect(inside.ports.map(({ spoofed }) => spoofed)).toEqual([0, 1, 0, 0]);
  b!.mac = undefined;
  expect(
    sent(() => b!.transmit(frame(of(1), of(2)))),
    "without an address",
  ).toBe("");
});
