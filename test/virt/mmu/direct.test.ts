/** A guest that asks for each change to its tables, which P walks: what it gets, and what it never gets. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import type { Gpa, Gva } from "../../../src/machine/address.ts";
import { DirectPager } from "../../../src/virt/mmu/direct.ts";
import { ADDRESS, NEEDED, PDPT, type Subject } from "../../machine/mmu/access-space.ts";
import { PROFILE } from "../../machine/mmu/board.ts";
import type { Machine } from "../../machine/mmu/oracle.ts";
import { accessCasesOf } from "./access.cases.ts";
import { AREA, MIB, type Registers, Rig } from "./rig.ts";

const P = 1;
const W = 2;
const U = 4;
const A = 0x20;
const D = 0x40;
const PAGE = 4096;
const FORMATS = ["ia32", "pae", "ia32e"] as const;

function rigOf(options: { memory?: number; reserve?: number; area?: boolean } = {}) {
  const made: DirectPager[] = [];
  const rig = new Rig((parts) => {
    made.push(new DirectPager(parts));
    return made[0] as DirectPager;
  }, options);
  return { rig, pager: made[0] as DirectPager, base: rig.host.base };
}

/** MOV CR3 in a guest of this kind: its tables mean nothing to V. */
function load(rig: Rig, root: number): void {
  rig.host.machine.cpu.cr3 = root;
  rig.pager.loadCr3();
}

/** All that it may have: no large pages; P has WP. */
function subject(): Subject {
  const { rig, pager, base } = rigOf({ memory: NEEDED, reserve: 0x400000, area: false });
  return {
    ...{ view: rig.host.bus.view, physicalBits: PROFILE.physicalBits, origin: base },
    control(machine: Machine) {
      if (!machine.writeProtect) return false;
      rig.control(machine);
      load(rig, machine.format === "pae" ? base + PDPT : machine.root);
      return rig.host.cpu.cr3 >= base;
    },
    write: (at, low, high) => pager.update(at, low, high ?? 0),
    invalidate: () => rig.invalidate(ADDRESS),
    access({ kind, implicit }, { user, ac }) {
      const { error, physical = 0, by, faults } = rig.access(ADDRESS, { kind, implicit, user, ac, value: 1 });
      if (by === "V" || faults > 0) throw new Error("a fault that the guest does not see");
      return { error, physical: physical + base };
    },
  };
}

accessCasesOf("direct paging", subject, (space) => space.includes("4 KiB"));

/** 32-bit paging: a root, one table, and AT mapped to DATA. */
function small(pte = P | W | U, registers: Partial<Registers> = {}) {
  const { rig, pager, base } = rigOf({ memory: MIB });
  const [root, table, data] = [0x10000, 0x11000, 0x20000].map((at) => base + at) as [number, number, number];
  rig.set(0x10000, table | P | W | U);
  rig.set(0x11000 + 4 * 5, data | pte);
  rig.control({ format: "ia32", writeProtect: true, ...registers });
  load(rig, root);
  return { rig, pager, root, table, data, frames: [root, table, data].map((at) => at / PAGE) };
}
const AT = 0x5000 as Gva;

test("P walks the guest's own tables: no hidden fault, and the marks are P's", () => {
  const { rig, root, data } = small();
  expect(rig.access(AT, { kind: "write", value: 7 })).toMatchObject({ by: "P", faults: 0 });
  expect([rig.host.cpu.cr3, rig.get(0x11000 + 4 * 5)]).toEqual([root, data | P | W | U | A | D]);
  expect([rig.count("hiddenFault"), rig.count("shadowFill"), rig.count("addressSpace")]).toEqual([0, 0, 1]);
});

test("a load of CR3 makes its tables, and what they map, what they are", () => {
  const { pager, frames } = small();
  expect(frames.map((frame) => pager.use(frame))).toEqual(["l2", "l1", "writable"]);
});

test("a table is not written, but by asking; a page that is writable is no table", () => {
  const { rig, pager, table, data } = small();
  expect(pager.update(table + 4 * 6, table | P | W)).toBe(false);
  expect(pager.update(table + 4 * 6, table | P)).toBe(true);
  expect(rig.access((0x6000 + 4 * 5) as Gva, { kind: "write", value: 0 }).error).toBe(3);
  expect([
    pager.pin(data / PAGE, "l1"),
    pager.update(table + 4 * 5, data | P),
    pager.pin(data / PAGE, "l1"),
  ]).toEqual([false, true, true]);
});

test("a root that may not be one is none: nothing of the guest's is mapped", () => {
  const { rig, table } = small();
  expect(rig.access(AT, { kind: "read" }).by).toBe("P");
  load(rig, table);
  expect(rig.access(AT, { kind: "read" }).error).toBe(0);
});

test("the root before is given up: its frames may be something else", () => {
  const { rig, pager, frames } = small();
  load(rig, rig.host.base + 0x30000);
  expect(frames.map((frame) => pager.use(frame))).toEqual(["none", "none", "none"]);
});

test("a pinned table stays what it is without a root", () => {
  const { rig, pager, frames } = small();
  expect([pager.pin(frames[1] as number, "l1"), pager.pin(frames[1] as number, "l1")]).toEqual([true, false]);
  load(rig, rig.host.base + 0x30000);
  expect(frames.map((frame) => pager.use(frame))).toEqual(["none", "l1", "writable"]);
  expect([pager.unpin(frames[1] as number), pager.use(frames[1] as number)]).toEqual([true, "none"]);
});

test("neither the host's memory nor what is beyond the guest's is mapped", () => {
  const { rig, pager, table } = small();
  for (const frame of [0, 1, rig.host.base / PAGE - 1, (rig.host.base + MIB) / PAGE])
    expect(pager.update(table, (frame * PAGE) | P)).toBe(false);
});

test("the monitor's pages are in every root, in slots that the guest may not have", () => {
  const { rig, pager, root } = small();
  const [top] = AREA as [Gva];
  expect(rig.shadow(top)).toMatch(/^monitor's .* RWX supervisor$/);
  expect(pager.update(root + 4092, 0)).toBe(false);
  load(rig, rig.host.base + 0x30000);
  expect(rig.shadow(top)).toMatch(/^monitor's .* RWX supervisor$/);
});

test("another mode begins without a root, and four levels work as two do", () => {
  const { rig, pager, frames } = small();
  rig.control({ format: "ia32e", writeProtect: true });
  expect(frames.map((frame) => pager.use(frame))).toEqual(["none", "none", "none"]);
  const { base } = rig.host;
  for (const at of [0x15000, 0x14000, 0x10000]) rig.set(at, 0, 0);
  rig.set(0x15000, (base + 0x14000) | P | W, 0);
  rig.set(0x14000, (base + 0x10000) | P | W, 0);
  rig.set(0x10000, (base + 0x13000) | P | W, 0);
  rig.set(0x13000 + 8 * 5, (base + 0x20000) | P | W, 0);
  load(rig, base + 0x15000);
  expect(rig.access(AT, { kind: "read" })).toMatchObject({ physical: 0x20000, by: "P", faults: 0 });
  expect([0x15, 0x14, 0x10, 0x13].map((frame) => pager.use(base / PAGE + frame))).toEqual([
    "l4",
    "l3",
    "l2",
    "l1",
  ]);
});

test("what it cannot do, it says", () => {
  const { rig } = small();
  expect(() => rig.pager.watch(0x20000 as Gpa, true)).toThrow(/choose one with shadows/);
  expect(() => rig.control({ format: "pae", writeProtect: true })).toThrow(/PAE has no slot/);
});

describe.each(FORMATS)("whatever a guest asks for, in %s", (format) => {
  test.each([1, 2, 3])("P never maps a table writable, nor another's memory (seed %i)", (seed) => {
    const random = xoroshiro128plus(seed);
    const below = (n: number) => uniformInt(random, 0, n - 1);
    const { rig, pager, base } = rigOf({ memory: MIB, area: false });
    rig.control({ format, writeProtect: true });
    const bytes = format === "ia32" ? 4 : 8;
    const first = base / PAGE;
    const frame = () => first + below(10) - (below(20) === 0 ? 20 : 0);
    // Mostly of a frame that follows, so that there are ways of several levels.
    const entry = (at: number) =>
      (below(4) === 0 ? frame() : Math.floor(at / PAGE) + 1 + below(2)) * PAGE +
      ([P, P | W, P | U, P | W | U, P | W | U, P, 0, 0x83][below(8)] as number);
    const indices = format === "pae" ? [0, 1, 3] : [0, 1, bytes === 4 ? 1023 : 511];
    const levels = { ia32: 2, pae: 3, ia32e: 4 }[format];
    const start = rig.host.bus.view;
    for (let i = 0; i < 9; i++) start.setUint32(base + i * PAGE, base + (i + 1) * PAGE + P, true);
    expect(pager.newRoot(first)).toBe(true);
    const tally = { roots: 0, updates: 0, reached: 0 };
    for (let step = 0; step < 6000; step++) {
      const at = frame() * PAGE + bytes * (indices[below(3)] as number);
      const one = below(100);
      if (one < 15) pager.pin(frame(), `l${1 + below(levels)}` as "l1");
      else if (one < 25) pager.unpin(frame());
      else if (one < 35) tally.roots += pager.newRoot(first + below(4)) ? 1 : 0;
      else if (one < 75) tally.updates += pager.update(at, entry(at)) ? 1 : 0;
      else if (["none", "writable"].includes(pager.use(Math.floor(at / PAGE))) && at >= base)
        // What a guest can write without asking.
        rig.host.bus.view.setUint32(at, entry(at), true);
      if (step % 20 !== 0) continue;
      const upper =
        format === "ia32" ? [0, 1, 1023].map((i) => i * 2 ** 22) : [0, 1, 3].map((i) => i * 2 ** 21);
      for (const high of upper)
        for (const index of [0, 1]) {
          const { physical, rights } = rig.host.mmu.explain((high + index * PAGE) | 0);
          if (physical === undefined) continue;
          tally.reached++;
          expect(physical).toBeGreaterThanOrEqual(base);
          expect(physical).toBeLessThan(base + MIB);
          if (rights.includes("write")) expect(pager.use(Math.floor(physical / PAGE))).toBe("writable");
        }
    }
    expect(Math.min(tally.roots, tally.updates, tally.reached)).toBeGreaterThan(5);
  });
});
