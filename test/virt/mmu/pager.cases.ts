/** What every pager must do, a mapping at a time: the guest's tables, an access, the whole of what the shadow says afterwards. */
import { describe, expect, test } from "vitest";
import type { Gpa, Gva } from "../../../src/machine/address.ts";
import { PAGE_ROM } from "../../../src/machine/bus.ts";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { type Access, AREA, MIB, type Registers, Rig } from "./rig.ts";

export const P = 1;
export const W = 2;
export const U = 4;
export const A = 0x20;
export const D = 0x40;
export const PS = 0x80;
const XD = 1 << 31;

export const ROOT = 0x10000;
export const TABLE = 0x11000;
const OTHER_ROOT = 0x12000;
const PDPT = 0x14000;
const PML4 = 0x15000;
export const DATA = 0x20000;
/** Entry 5 of the first page table. */
export const AT = 0x5000 as Gva;
export const PTE = TABLE + 4 * 5;

export const READ: Access = { kind: "read" };
export const WRITE: Access = { kind: "write", value: 0x12345678 };
export const FETCH: Access = { kind: "fetch" };
export const USER_READ: Access = { kind: "read", user: true };
export const USER_WRITE: Access = { kind: "write", user: true, value: 0x12345678 };

/** 32-bit paging, one page table; the page at AT as `pte` says. */
export function ia32(factory: PagerFactory, pte: number, registers: Partial<Registers> = {}): Rig {
  const rig = new Rig(factory);
  rig.set(ROOT, TABLE | P | W | U);
  rig.set(PTE, DATA | pte);
  rig.load(ROOT);
  rig.control({ format: "ia32", writeProtect: true, pse: true, ...registers });
  return rig;
}

export function pagerCases(name: string, factory: PagerFactory): void {
  describe(name, () => {
    test("a page that was read is mapped read-only, and marked accessed", () => {
      const rig = ia32(factory, P | W | U);
      expect(rig.access(AT, READ)).toEqual({ physical: DATA, by: "P", traced: false, faults: 1 });
      expect(rig.shadow(AT)).toBe("20000 R-X user");
      expect([rig.get(ROOT), rig.get(PTE)]).toEqual([TABLE | P | W | U | A, DATA | P | W | U | A]);
    });

    test("a page that was written is mapped writable, and marked dirty", () => {
      const rig = ia32(factory, P | W);
      expect(rig.access(AT, WRITE).physical).toBe(DATA);
      expect(rig.shadow(AT)).toBe("20000 RWX supervisor");
      expect(rig.get(PTE)).toBe(DATA | P | W | A | D);
      expect(rig.get(DATA)).toBe(WRITE.value);
    });

    test("a page that is dirty already is mapped writable by a read", () => {
      const rig = ia32(factory, P | W | A | D);
      rig.access(AT, READ);
      expect(rig.access(AT, WRITE)).toEqual({ physical: DATA, by: "P", traced: false, faults: 0 });
    });

    test.each([
      ["not there", 0, READ, 0],
      ["not there, for a user's write", 0, USER_WRITE, 6],
      ["a supervisor's", P | W, USER_READ, 5],
      ["read-only", P | U, USER_WRITE, 7],
      ["read-only, for a supervisor", P | U, WRITE, 3],
    ])(
      "a fault is the guest's when its page is %s; nothing is mapped, nothing marked",
      (_why, pte, access, error) => {
        const rig = ia32(factory, pte);
        expect(rig.access(AT, access)).toEqual({ error, by: "guest", traced: false, faults: 0 });
        expect([rig.shadow(AT), rig.get(PTE)]).toEqual(["hole", DATA | pte]);
        expect([rig.count("trueFault"), rig.count("hiddenFault")]).toEqual([1, 0]);
      },
    );

    test("a reserved bit is reported as such", () => {
      const rig = ia32(factory, 0);
      rig.set(ROOT, (1 << 21) | PS | P | W | U);
      expect(rig.access(AT, USER_READ).error).toBe(0xd);
    });

    test("without WP a supervisor writes to a read-only page, and the user loses it until it reads again", () => {
      const rig = ia32(factory, P | U, { writeProtect: false });
      expect(rig.access(AT, WRITE).physical).toBe(DATA);
      expect(rig.shadow(AT)).toBe("20000 RWX supervisor");
      expect(rig.access(AT, USER_READ).physical).toBe(DATA);
      expect([rig.shadow(AT), rig.access(AT, USER_WRITE).error]).toEqual(["20000 R-X user", 7]);
    });

    test("what WP forbids again is forbidden at once", () => {
      const rig = ia32(factory, P | U, { writeProtect: false });
      rig.access(AT, WRITE);
      rig.control({ format: "ia32", writeProtect: true });
      expect(rig.access(AT, WRITE).error).toBe(3);
    });

    test("SMEP: a supervisor fetches nothing from a user's page, written to without WP or not", () => {
      const rig = ia32(factory, P | U | A | D, { writeProtect: false, smep: true });
      expect(rig.access(AT, WRITE)).toMatchObject({ physical: DATA, by: "V" });
      expect([rig.access(AT, FETCH).error, rig.access(AT, { ...FETCH, user: true }).error]).toEqual([
        0x11,
        undefined,
      ]);
    });

    test("SMAP: AC lifts it for what an instruction says, never for what the processor does by itself", () => {
      const rig = ia32(factory, P | W | U | A | D, { smap: true });
      expect(rig.access(AT, READ).error).toBe(1);
      expect(rig.access(AT, { ...READ, ac: true }).physical).toBe(DATA);
      expect(rig.access(AT, { ...READ, ac: true, implicit: true }).error).toBe(1);
      expect(rig.access(AT, { ...WRITE, user: true, ac: true, implicit: true }).error).toBe(3);
    });

    test("without paging every page is where it is", () => {
      const rig = new Rig(factory);
      rig.control({ format: "none", smep: true, smap: true });
      expect(rig.access(DATA as Gva, WRITE).physical).toBe(DATA);
      expect([rig.access(DATA as Gva, FETCH).physical, rig.shadow(DATA as Gva)]).toEqual([
        DATA,
        "20000 RWX user",
      ]);
    });

    test("a large page is mapped in pieces, which one INVLPG takes away together", () => {
      const rig = ia32(factory, 0);
      rig.set(ROOT, P | W | PS);
      expect([rig.access(0x20000 as Gva, READ).physical, rig.access(0x21000 as Gva, READ).physical]).toEqual([
        0x20000, 0x21000,
      ]);
      rig.dma(ROOT, 0);
      rig.invalidate(0x20000 as Gva);
      expect(rig.access(0x21000 as Gva, READ).error).toBe(0);
    });

    test("PAE: XD and pages of 2 MiB", () => {
      const rig = new Rig(factory);
      rig.set(PDPT, ROOT | P, 0);
      rig.set(ROOT, P | W | U | PS, XD);
      rig.load(PDPT);
      rig.control({ format: "pae", nxe: true, writeProtect: true });
      expect([rig.access(DATA as Gva, READ).physical, rig.access(DATA as Gva, FETCH).error]).toEqual([
        DATA,
        0x11,
      ]);
      expect(rig.shadow(DATA as Gva)).toBe("20000 R-- user");
      expect(rig.access(0x40000000 as Gva, READ).error).toBe(0);
    });

    test("four levels, in the upper half and by pages of 1 GiB", () => {
      const rig = new Rig(factory);
      rig.set(PML4 + 8 * 256, PDPT | P | W | U, 0);
      rig.set(PDPT, P | W | PS, 0);
      rig.load(PML4);
      rig.control({ format: "ia32e", writeProtect: true });
      const at = (-(2 ** 47) + DATA) as Gva;
      expect([rig.access(at, WRITE).physical, rig.shadow(at)]).toEqual([DATA, "20000 RWX supervisor"]);
    });

    test("what INVLPG or MOV CR3 ends is not seen again", () => {
      const rig = ia32(factory, P | W | U | A);
      rig.access(AT, READ);
      rig.set(PTE, 0);
      rig.dma(PTE, 0);
      rig.invalidate(AT);
      expect(rig.access(AT, READ).error).toBe(0);
      rig.dma(PTE, DATA | P);
      rig.access(AT, READ);
      rig.dma(PTE, 0);
      rig.load(ROOT);
      expect(rig.access(AT, READ).error).toBe(0);
    });

    test("address spaces are apart", () => {
      const rig = ia32(factory, P | W | U | A);
      rig.access(AT, READ);
      rig.load(OTHER_ROOT);
      expect(rig.access(AT, READ).error).toBe(0);
      rig.load(ROOT);
      expect(rig.access(AT, READ).physical).toBe(DATA);
      expect(rig.count("addressSpace")).toBe(3);
    });

    test.each([
      ["above the guest's memory, where the host has some", MIB],
      ["beyond all memory", 0x40000000],
    ])("what is mapped %s is nobody's, and no memory of the host's", (_where, physical) => {
      const rig = ia32(factory, 0);
      rig.set(PTE, physical | P | W | U | A | D);
      expect(rig.access(AT, USER_WRITE)).toEqual({ physical, by: "V", traced: false, faults: 0 });
      expect(rig.shadow(AT)).toBe("hole");
    });

    test("ROM is read directly, and written to by V, who loses it", () => {
      const rig = ia32(factory, P | W | U | A | D);
      rig.host.machine.bus.setFlag(DATA >>> 12, PAGE_ROM);
      expect([rig.access(AT, READ).by, rig.access(AT, WRITE).by, rig.get(DATA)]).toEqual(["P", "V", 0]);
    });

    test("a device that comes over a page takes it from P", () => {
      const rig = ia32(factory, P | W | U | A | D);
      rig.access(AT, WRITE);
      const remove = rig.host.machine.bus.mapMmio(DATA, 4096, { read: () => 0x55, write: () => {} });
      expect(rig.access(AT, READ).by).toBe("V");
      remove();
      expect(rig.access(AT, READ).by).toBe("P");
    });

    test("a device that is taken for a page table is asked each time", () => {
      const rig = ia32(factory, 0);
      let entry = DATA | P;
      rig.host.machine.bus.mapMmio(0x30000, 4096, { read: () => entry, write: () => {} });
      rig.set(ROOT, 0x30000 | P | W | U);
      expect(rig.access(AT, READ).physical).toBe(DATA);
      entry = (DATA + 0x1000) | P;
      rig.invalidate(AT);
      expect(rig.access(AT, READ).physical).toBe(DATA + 0x1000);
    });

    test("a watched page is read by P and written by V, until it is watched no more", () => {
      const rig = ia32(factory, P | W | A | D);
      rig.access(AT, WRITE);
      rig.pager.watch(DATA as Gpa, true);
      expect([rig.access(AT, WRITE).by, rig.access(AT, READ).by]).toEqual(["V", "P"]);
      rig.pager.watch(DATA as Gpa, false);
      expect(rig.access(AT, WRITE).by).toBe("P");
    });

    test("the monitor's pages are in every address space, and no user's; the guest's pages there are V's business", () => {
      const rig = ia32(factory, P);
      const [top] = AREA as [Gva];
      rig.set(ROOT + 4092, TABLE | P | W | U);
      rig.set(TABLE + 4092, DATA | P | W | U);
      for (const root of [ROOT, OTHER_ROOT]) {
        rig.load(root);
        expect(rig.shadow(top)).toMatch(/^monitor's .* RWX supervisor$/);
      }
      rig.load(ROOT);
      expect(rig.access(top, USER_WRITE)).toEqual({ physical: DATA, by: "V", traced: false, faults: 0 });
      expect([rig.areaIntact, rig.get(DATA)]).toEqual([true, USER_WRITE.value]);
      rig.invalidate(top);
      expect(rig.shadow(top)).toMatch(/^monitor's/);
    });

    test("guest pages beside the monitor's end with MOV CR3 like all others", () => {
      const rig = ia32(factory, P | A);
      rig.set(ROOT + 4092, TABLE | P | W | U);
      const beside = (-0x400000 + AT) as Gva;
      expect(rig.access(beside, READ).physical).toBe(DATA);
      rig.load(OTHER_ROOT);
      expect([rig.shadow(beside), rig.access(beside, READ).error]).toEqual(["hole", 0]);
    });

    test("after a snapshot nothing is left of what was known", () => {
      const rig = ia32(factory, P | A);
      rig.access(AT, READ);
      rig.view.setInt32(PTE, 0, true);
      rig.pager.adopt();
      expect(rig.access(AT, READ).error).toBe(0);
    });

    test("frames come back: a thousand address spaces need no more than two", () => {
      const rig = ia32(factory, P | A);
      const left = () => rig.host.frames.left;
      for (const root of [ROOT, OTHER_ROOT]) rig.load(root);
      rig.access(AT, READ);
      const least = left() - 64;
      for (let i = 0; i < 500; i++) {
        rig.load(i % 2 ? ROOT : OTHER_ROOT);
        rig.access(AT, READ);
      }
      expect(left()).toBeGreaterThan(least);
    });
  });
}
