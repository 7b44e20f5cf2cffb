import { expect, test } from "vitest";
import type { Gpa, Gva } from "../../../../src/machine/address.ts";
import { PAGE_ROM } from "../../../../src/machine/bus.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
import { A, D, P, PS, pagerCases, READ, ROOT, U, W, WRITE } from "../pager.cases.ts";
import { MIB, type Registers, Rig } from "../rig.ts";

const factory = tracedPager({ large: true });
pagerCases("shadows with large pages", factory);

const BIG = 4 * MIB;
const at = (page: number) => (BIG + page * 4096) as Gva;

/** A large page at 4 MiB, in a host that has the room in one piece unless `reserve` says otherwise. */
function large(
  entry: number,
  { reserve = BIG, ...registers }: Partial<Registers> & { reserve?: number } = {},
): Rig {
  const rig = new Rig(factory, { memory: 2 * BIG, reserve });
  rig.set(ROOT + 4, BIG | PS | entry);
  rig.load(ROOT);
  rig.control({ format: "ia32", writeProtect: true, pse: true, ...registers });
  return rig;
}

const pageSize = (rig: Rig, page = 0) => rig.host.mmu.explain(at(page)).pageSize;

test("one fault maps all of it, in one entry", () => {
  const rig = large(P | W | A | D);
  expect([0, 1, 1023].map((page) => rig.access(at(page), WRITE).faults)).toEqual([1, 0, 0]);
  expect([pageSize(rig), rig.count("shadowFill")]).toEqual([BIG, 1]);
});

test("where the host's memory does not lie so, there are pieces", () => {
  const rig = large(P | W | A | D, { reserve: BIG + MIB });
  expect([0, 1].map((page) => rig.access(at(page), WRITE).faults)).toEqual([1, 1]);
  expect(pageSize(rig)).toBe(4096);
});

test("a clean page is mapped read-only, and its first write marks it and maps it anew", () => {
  const rig = large(P | W | A);
  rig.access(at(3), READ);
  expect(rig.shadow(at(3))).toBe("403000 R-X supervisor");
  rig.access(at(4), WRITE);
  expect([rig.shadow(at(3)), pageSize(rig), rig.get(ROOT + 4) & D]).toEqual([
    "403000 RWX supervisor",
    BIG,
    D,
  ]);
});

test("a page table inside takes the right to write from all of it; other pages come back as pieces", () => {
  const rig = large(P | W | A | D);
  rig.access(at(0), WRITE);
  rig.set(ROOT, (BIG + 0x7000) | P | W | A);
  rig.dma(ROOT, (BIG + 0x7000) | P | W | A);
  rig.dma(BIG + 0x7000 + 4 * 5, 0x20000 | P | A);
  expect(rig.access(0x5000 as Gva, READ).physical).toBe(0x20000);
  expect(rig.shadow(at(0))).toBe("400000 R-X supervisor");
  expect([rig.access(at(7), { ...WRITE, value: 0 }), rig.access(at(8), WRITE).by]).toMatchObject([
    { by: "V", traced: true },
    "P",
  ]);
  expect(pageSize(rig, 8)).toBe(4096);
});

test("so does a page that is watched", () => {
  const rig = large(P | W | A | D);
  rig.access(at(0), WRITE);
  rig.pager.watch((BIG + 0x3000) as Gpa, true);
  expect([rig.access(at(3), WRITE).by, rig.access(at(4), WRITE).by]).toEqual(["V", "P"]);
});

test("ROM inside is read in one entry with all the rest, and written in pieces", () => {
  const rig = large(P | W | A);
  rig.host.machine.bus.setFlag((BIG + 0x3000) >>> 12, PAGE_ROM);
  rig.access(at(3), READ);
  expect(pageSize(rig)).toBe(BIG);
  expect([rig.access(at(3), WRITE).by, rig.access(at(4), WRITE).by]).toEqual(["V", "P"]);
});

test("the guest changes the entry: its shadow follows, as one, and INVLPG ends all of it", () => {
  const rig = large(P | W | A | D);
  rig.access(at(0), WRITE);
  rig.dma(ROOT + 4, BIG | PS | P | A | U);
  expect(rig.shadow(at(9))).toBe("409000 R-X user");
  rig.dma(ROOT + 4, 0);
  rig.invalidate(at(1));
  expect([rig.shadow(at(0)), rig.access(at(9), READ).error]).toEqual(["hole", 0]);
});

test("a supervisor's write without WP to a user's page takes it from the user, and gives it back", () => {
  const rig = large(P | U | A | D, { writeProtect: false });
  expect(rig.access(at(0), WRITE).by).toBe("P");
  expect(rig.shadow(at(0))).toBe("400000 RWX supervisor");
  expect(rig.access(at(1), { kind: "read", user: true }).physical).toBe(BIG + 0x1000);
  rig.access(at(0), WRITE);
  rig.control({ format: "ia32", writeProtect: true, pse: true });
  expect(rig.access(at(0), WRITE).error).toBe(3);
});

test("four levels: a page of 1 GiB in large pieces, all of which one INVLPG takes", () => {
  const rig = new Rig(factory, { memory: 2 * BIG, reserve: BIG });
  rig.set(0x15000, 0x14000 | P | W | U, 0);
  rig.set(0x14000, P | W | PS | A | D, 0);
  rig.load(0x15000);
  rig.control({ format: "ia32e", writeProtect: true });
  expect([
    rig.access(at(0), WRITE).faults,
    rig.access(at(511), WRITE).faults,
    rig.access(at(512), WRITE).faults,
  ]).toEqual([1, 0, 1]);
  expect(pageSize(rig)).toBe(2 * MIB);
  rig.dma(0x14000, 0);
  rig.invalidate(at(0));
  expect(rig.access(at(512), READ).error).toBe(0);
});
