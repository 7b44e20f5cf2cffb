/** Equivalence, efficiency and resource control of the VMMs, on random programs with fixed seeds. */
import { expect, test } from "vitest";
import {
  assemble,
  bareLike,
  type Divergence,
  directFraction,
  firstDivergence,
  guard,
  HybridVmm,
  ISAS,
  type Isa,
  load,
  Processor,
  randomProgram,
  type VirtualMachine,
  Vmm,
  verdict,
  workload,
} from "../../../src/formal/index.ts";

const HOST = { storage: 64, radix: 64 };
const SIZE = 32;
const STEPS = 60;

interface Trial {
  diverged: Divergence | undefined;
  trespasses: number[];
  vm: VirtualMachine;
}

function trial(isa: Isa, Monitor: typeof Vmm, seed: number, depth = 1, steps = STEPS): Trial {
  const host = new Processor(isa, HOST);
  let vm: VirtualMachine | undefined;
  for (let level = depth; level >= 1; level--) vm = new Monitor(vm ?? host).create(SIZE + 2 * (level - 1));
  const wild = seed % 3 === 0 ? 0.5 : 0.05;
  const start = randomProgram(isa, { geometry: vm!.geometry, seed, rate: 0.3, wild });
  const from = vm!.storage.byteOffset / 4;
  host.storage.fill(5, from + SIZE);
  const check = guard(host, { from, size: SIZE });
  const diverged = firstDivergence(bareLike(vm!), vm!, start, steps);
  // Below the region each VMM has two words: the traps of its machine rightly write the first, nobody the second.
  const trespasses = check().filter((at) => at >= from || at % 2 === 1);
  return { diverged, trespasses, vm: vm! };
}

function sum(all: readonly Trial[], key: keyof VirtualMachine["counts"]): number {
  return all.reduce((total, { vm }) => total + vm.counts[key], 0);
}

function trials(isa: Isa, Monitor: typeof Vmm, count: number, depth = 1): Trial[] {
  return Array.from({ length: count }, (_, seed) => trial(isa, Monitor, seed, depth));
}

test("equivalence and resource control: 10,000 random programs under the VMM", () => {
  const all = trials(ISAS.s360, Vmm, 10_000);
  expect(all.find(({ diverged }) => diverged)?.diverged).toBeUndefined();
  expect(all.filter(({ trespasses }) => trespasses.length > 0)).toEqual([]);
  // The programs do what they are there for.
  for (const key of ["direct", "interpreted", "allocated", "reflected"] as const)
    expect(sum(all, key)).toBeGreaterThan(5_000);
}, 60_000);

test("the smallest virtualizable machine too", () => {
  expect(trials(ISAS.custom, Vmm, 1_000).filter(({ diverged }) => diverged)).toEqual([]);
});

test.each(["pdp10", "pdp11", "x86"] as const)(
  "%s: equivalence breaks, at an instruction that the theorem names",
  (name) => {
    const { breaks } = verdict(ISAS[name]);
    const broken = trials(ISAS[name], Vmm, 1_000).flatMap(({ diverged }) => diverged ?? []);
    expect(broken.length).toBeGreaterThan(50);
    for (const { instruction } of broken) expect(breaks).toContain(instruction.split(" ")[0]);
  },
);

test("a divergence says what was expected and what came instead", () => {
  const found = trials(ISAS.pdp10, Vmm, 200).find(({ diverged }) => diverged)?.diverged;
  expect(found).toMatchObject({
    before: { M: "s" },
    expected: { M: "u" },
    actual: { M: "s" },
    differs: ["M"],
  });
  expect(found?.instruction).toMatch(/^JRST1 \d+$/);
});

test("the hybrid VMM makes the PDP-10-like machine whole again", () => {
  const all = trials(ISAS.pdp10, HybridVmm as typeof Vmm, 2_000);
  expect(all.filter(({ diverged, trespasses }) => diverged || trespasses.length > 0)).toEqual([]);
  expect(sum(all, "direct")).toBeGreaterThan(1_000);
});

test.each(["pdp11", "x86"] as const)("%s: the hybrid VMM fails where Theorem 3 says", (name) => {
  const { breaksHybrid } = verdict(ISAS[name]);
  const broken = trials(ISAS[name], HybridVmm as typeof Vmm, 1_000).flatMap(({ diverged }) => diverged ?? []);
  expect(broken.length).toBeGreaterThan(10);
  for (const { instruction } of broken) expect(breaksHybrid).toContain(instruction.split(" ")[0]);
});

test.each([2, 3, 4])("recursive: a guest %i deep is as on a bare machine", (depth) => {
  const all = trials(ISAS.s360, Vmm, 500, depth);
  expect(all.filter(({ diverged, trespasses }) => diverged || trespasses.length > 0)).toEqual([]);
});

test("efficiency: without sensitive instructions all but the way into user mode is direct", () => {
  const vm = new Vmm(new Processor(ISAS.s360, { storage: 256, radix: 256 })).create(200);
  const options = { geometry: vm.geometry, seed: 1, rate: 0, supervisor: 0.5 };
  const { start, steps, sensitive } = workload(ISAS.s360, options);
  expect(firstDivergence(bareLike(vm), vm, start, steps)).toBeUndefined();
  expect(sensitive).toBe(1);
  expect(vm.counts).toEqual({ direct: steps - 1, interpreted: 1, allocated: 1, reflected: 0, traps: 1 });
  expect(directFraction(vm.counts)).toBeCloseTo(1 - 1 / steps);
});

test("what a guest's user mode may not do is for the guest's supervisor to handle", () => {
  const vm = new Vmm(new Processor(ISAS.s360, HOST)).create(16);
  load(vm, assemble(ISAS.s360, HOST.radix, ".word 0\n.psw s,9,0,16\nLPSW 3").words);
  vm.psw = { M: "u", P: 2, R: { l: 0, b: 16 } };
  expect(vm.run(5)).toEqual({ steps: 1, end: "trap" });
  expect(vm.psw).toEqual({ M: "s", P: 9, R: { l: 0, b: 16 } });
  expect(vm.counts).toEqual({ direct: 0, interpreted: 0, allocated: 0, reflected: 1, traps: 1 });
});

test("two guests on one host stay out of each other's way", () => {
  const host = new Processor(ISAS.s360, HOST);
  const vmm = new Vmm(host);
  const guests = [vmm.create(24), vmm.create(24)];
  const bares = guests.map(bareLike);
  guests.forEach((guest, seed) => {
    const start = randomProgram(ISAS.s360, { geometry: guest.geometry, seed, rate: 0.3, wild: 0.3 });
    for (const machine of [guest, bares[seed]!]) {
      machine.storage.set(start.E);
      machine.psw = start;
    }
  });
  for (let slice = 0; slice < 200; slice++)
    guests.forEach((guest, i) => {
      const { steps } = guest.run(3);
      expect(bares[i]!.run(3).steps).toBe(steps);
      expect(guest.psw).toEqual(bares[i]!.psw);
      expect(guest.storage).toEqual(bares[i]!.storage);
    });
});

test("storage that is not there is not given away", () => {
  const vmm = new Vmm(new Processor(ISAS.s360, HOST));
  vmm.create(40);
  expect(() => vmm.create(40)).toThrow("a virtual machine of 40 words does not fit: 22 are left on its host");
  expect(() => vmm.create(1)).toThrow(/at least 2/);
});
