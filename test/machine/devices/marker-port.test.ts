import { expect, test } from "vitest";
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import { Cpu } from "../../../src/machine/cpu/cpu.ts";
import { MarkerPort } from "../../../src/machine/devices/marker-port.ts";
import { Mmu } from "../../../src/machine/mmu/mmu.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";
import { EVENT, Trace } from "../../../src/machine/trace.ts";
import { copyState, pass } from "./rig.ts";

function make(): { cpu: Cpu; port: MarkerPort } {
  const bus = new Bus(1 << 20);
  const clock = new Clock();
  const trace = new Trace(clock);
  const memory = new Mmu({ bus, clock, trace, profile: PENTIUM_4 });
  const cpu = new Cpu({ bus, clock, trace, memory, prices: PENTIUM_4 });
  return { cpu, port: new MarkerPort({ clock, trace, retired: () => cpu.retired }) };
}

test("a mark holds the label, the cycle, the instructions and all counters", () => {
  const { cpu, port } = make();
  port.out(0xe1, 1);
  pass(cpu.clock, 500);
  cpu.retired = 42;
  cpu.trace.event(EVENT.interrupt, 0x20);
  port.out(0xe1, 2);
  expect(port.marks.map(({ label, cycle, retired }) => [label, cycle, retired])).toEqual([
    [1, 0, 0],
    [2, 500, 42],
  ]);
  expect(port.marks.map(({ counts }) => [counts.interrupt, counts.marker])).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test("there is a most; what comes after it is only counted", () => {
  const { cpu, port } = make();
  for (let i = 0; i < 8192 + 10; i++) port.out(0xe1, i);
  expect(port.marks.length).toBe(8192);
  expect(cpu.trace.count("marker")).toBe(8192 + 10);
});

test("marks are in the snapshot", () => {
  const { port } = make();
  port.out(0xe1, 7);
  const copy = make().port;
  copy.out(0xe1, 8);
  copyState(port, copy);
  expect(copy.marks).toEqual(port.marks);
});
