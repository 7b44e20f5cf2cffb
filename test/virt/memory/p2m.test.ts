import { describe, expect, test } from "vitest";
import { isMisconfigured } from "../../../src/machine/mmu/formats/ept.ts";
import { HostFrames, MONITOR } from "../../../src/virt/memory/frames.ts";
import { EPT_P2M, Host, NPT_P2M, PAGE_BYTES } from "../../../src/virt/memory/index.ts";
import { MemoryLedger } from "../../../src/virt/memory/ledger.ts";
import { P2m } from "../../../src/virt/memory/p2m.ts";
import { hole, MAY_WRITE, numberOf, SWAPPED, UNPLUGGED, whyOf } from "../../../src/virt/memory/p2m-format.ts";
import { UNIT_PRICES } from "../../../src/virt/memory/prices.ts";

const FORMATS = [["EPT", EPT_P2M] as const, ["NPT", NPT_P2M] as const];

describe.each(FORMATS)("%s", (_, format) => {
  const rig = () => {
    const frames = new HostFrames(16, new MemoryLedger(UNIT_PRICES));
    return { frames, p2m: new P2m(frames, format) };
  };

  test("tables lie in frames of the monitor's, as many as pages need, and go back", () => {
    const { frames, p2m } = rig();
    p2m.cover(0, 512);
    expect(frames.owned(MONITOR)).toBe(4);
    p2m.cover(512, 513);
    expect(frames.owned(MONITOR)).toBe(5);
    p2m.free();
    expect(frames.free).toBe(16);
  });

  test("an entry is a frame with rights, or a hole with a reason", () => {
    const { p2m } = rig();
    p2m.cover(0, 4);
    expect([whyOf(p2m.find(3)), p2m.leaf]).toEqual([UNPLUGGED, false]);
    p2m.map(3, 9, true);
    expect([numberOf(p2m.find(3)), p2m.find(3) & MAY_WRITE, p2m.leaf]).toEqual([9, MAY_WRITE, true]);
    p2m.map(3, 9, false);
    expect([numberOf(p2m.find(3)), p2m.find(3) & MAY_WRITE, p2m.leaf]).toEqual([9, 0, true]);
    p2m.set(3, hole(SWAPPED, 1_000_000));
    expect([whyOf(p2m.find(3)), numberOf(p2m.find(3)), p2m.leaf]).toEqual([SWAPPED, 1_000_000, false]);
    expect(() => p2m.set(600, 0)).toThrow("invariant: page 600 has no table");
  });

  test("a whole host stands on it", () => {
    const host = new Host({ frames: 10, format });
    const vm = host.create({ name: "vm", pages: 8 });
    for (let gpn = 0; gpn < 8; gpn++) vm.write32(gpn * PAGE_BYTES, gpn);
    expect(vm.counts.swapOuts).toBeGreaterThan(0);
    for (let gpn = 0; gpn < 8; gpn++) expect(vm.read32(gpn * PAGE_BYTES)).toBe(gpn);
  });
});

test("no entry of an EPT is a misconfiguration", () => {
  const frames = new HostFrames(16, new MemoryLedger(UNIT_PRICES));
  const p2m = new P2m(frames, EPT_P2M);
  p2m.cover(0, 3);
  p2m.map(0, 9, true);
  p2m.map(1, 9, false);
  for (let gpn = 0; gpn < 2; gpn++) expect(isMisconfigured(p2m.find(gpn), true, false)).toBe(false);
  for (const frame of [0, 1, 2])
    expect(isMisconfigured(frames.words[frame * 1024]!, false, false)).toBe(false);
});

test("a host without room for the tables says so", () => {
  expect(() => new Host({ frames: 2 }).create({ name: "vm", pages: 8 })).toThrow("out of memory");
});
