import { expect, test } from "vitest";
import { fingerprint, unequalParts } from "../../../src/machine/debug/fingerprint.ts";
import { Machine } from "../../../src/machine/machine.ts";

const make = () => new Machine({ memory: 1 << 20, firmware: false });

test("equal machines have equal fingerprints, whatever time it is", () => {
  const [a, b] = [make(), make()];
  b.clock.charge(1234);
  b.cpu.tscOffset = 5;
  expect(fingerprint(a)).toEqual(fingerprint(b));
});

test("each part of the state counts, and is named", () => {
  const changes: readonly [string, (machine: Machine) => void][] = [
    ["general", ({ cpu }) => cpu.r32.fill(1, 6, 7)],
    ["flags", ({ cpu }) => (cpu.flags.value ^= 1)],
    ["segments", ({ cpu }) => cpu.segments.limit.fill(1, 3, 4)],
    ["tables", ({ cpu }) => cpu.idtr.limit--],
    ["control", ({ cpu }) => cpu.cr3++],
    ["debug", ({ cpu }) => cpu.dr.fill(9, 0, 1)],
    ["msrs", ({ cpu }) => cpu.msr.fill(9, 0, 1)],
    ["x87", ({ cpu }) => (cpu.fpu.control ^= 1)],
    ["sse", ({ cpu }) => cpu.sse.xmm.i32.fill(7, 60, 61)],
    ["memory", ({ bus }) => bus.ram.fill(1, 0xfffff)],
  ];
  for (const [part, change] of changes) {
    const machine = make();
    change(machine);
    expect(unequalParts(fingerprint(make()), fingerprint(machine))).toEqual([part]);
    expect(fingerprint(machine).hash).not.toBe(fingerprint(make()).hash);
  }
});

test("readings of the time-stamp counter are left out where they are said to be", () => {
  const machine = make();
  machine.bus.ram.fill(0xff, 0x51b8, 0x51c0);
  expect(unequalParts(fingerprint(make(), [0x4001b8]), fingerprint(machine, [0x4001b8]))).toEqual([]);
  expect(unequalParts(fingerprint(make(), [0x4001b0]), fingerprint(machine, [0x4001b0]))).toEqual(["memory"]);
});
