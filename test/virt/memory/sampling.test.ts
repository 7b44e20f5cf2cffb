import { describe, expect, test } from "vitest";
import { Host, PAGE_BYTES, Sampler } from "../../../src/virt/memory/index.ts";
import { ActiveAverage } from "../../../src/virt/memory/sampling.ts";

describe("the average", () => {
  test("is one until something is known", () => expect(new ActiveAverage().estimate(0)).toBe(1));

  test("rises within the period and falls over many", () => {
    const average = new ActiveAverage();
    for (let period = 0; period < 50; period++) average.add(0.1);
    expect(average.estimate(0)).toBeCloseTo(0.1);
    expect(average.estimate(0.9)).toBeCloseTo(0.5);
    average.add(0.9);
    expect(average.estimate(0)).toBeCloseTo(0.5);
    for (let period = 0; period < 3; period++) average.add(0.1);
    expect(average.estimate(0.1)).toBeGreaterThan(0.15);
    for (let period = 0; period < 40; period++) average.add(0.1);
    expect(average.estimate(0.1)).toBeCloseTo(0.1, 1);
  });
});

describe("a sample", () => {
  const rig = () => {
    const host = new Host({ frames: 1100, seed: 5 });
    const vm = host.create({ name: "vm", pages: 1000 });
    host.reserve(vm);
    return { host, vm, sampler: new Sampler(host, vm, 100) };
  };

  test.each([0, 0.1, 0.5, 0.9, 1])("of 100 pages finds that %d of 1000 are in use", (part) => {
    const { vm, sampler } = rig();
    for (let period = 0; period < 30; period++) {
      sampler.nextPeriod();
      for (let gpn = 0; gpn < part * 1000; gpn++) vm.read32(gpn * PAGE_BYTES);
    }
    sampler.nextPeriod();
    // Three standard deviations of a hundred draws; the larger of two averages leans upwards.
    expect(Math.abs(vm.active - part)).toBeLessThan(0.15);
  });

  test("costs one violation for a page that is touched, and none for others; nothing is lost", () => {
    const { host, vm, sampler } = rig();
    for (let gpn = 0; gpn < 1000; gpn++) vm.write32(gpn * PAGE_BYTES, gpn);
    const before = vm.counts.violations;
    sampler.nextPeriod();
    for (let twice = 0; twice < 2; twice++)
      for (let gpn = 0; gpn < 1000; gpn++) expect(vm.read32(gpn * PAGE_BYTES)).toBe(gpn);
    expect(vm.counts.violations - before).toBe(100);
    sampler.nextPeriod();
    expect([vm.resident, host.swap.used]).toEqual([1000, 0]);
  });
});
