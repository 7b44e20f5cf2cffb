/** The second dimension: references of a walk, what refuses it and how, sizes of pages, marks. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  EPT_EXECUTE,
  EPT_LEAF,
  EPT_READ,
  EPT_WRITE,
  EPT_WRITE_BACK,
  ept,
  isMisconfigured,
} from "../../../src/machine/mmu/formats/ept.ts";
import { ia32e } from "../../../src/machine/mmu/formats/ia32e.ts";
import type { Refusal, SecondDimension } from "../../../src/machine/mmu/nested.ts";
import { USER_FETCH, USER_READ, USER_WRITE } from "../../../src/machine/mmu/rights.ts";
import { HOLE, LEAF, RESERVED } from "../../../src/machine/mmu/walk.ts";
import { type Board, board, control, gva, raised } from "./board.ts";

/** Host-physical: the monitor's tables, then the guest's memory, 2-MiB aligned. */
const EPT_ROOT = 0x100000;
const BASE = 0x200000;
/** Guest-physical: tables of level 4 … 1, and a page. */
const GUEST_ROOT = 0x1000;
const PAGE = 0x8000;
const RWX = EPT_READ | EPT_WRITE | EPT_EXECUTE;

class Left extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(`left the guest at ${refusal.low.toString(16)}`);
    this.refusal = refusal;
  }
}

interface Setting {
  /** Levels of the tables: 4, or fewer where a larger page ends them. */
  readonly guest?: 2 | 3 | 4;
  readonly nested?: 2 | 3 | 4;
  readonly marks?: boolean;
  readonly npt?: boolean;
}

/** A guest of one page, whose every table is mapped by the monitor's. */
function rig({ guest = 4, nested = 4, marks = false, npt = false }: Setting = {}): Board {
  const b = board();
  const put = (at: number, value: number, high = 0) => {
    b.view.setInt32(at, value, true);
    b.view.setInt32(at + 4, high, true);
  };
  const bits = npt ? 7 : RWX;
  const leaf = npt ? 7 : RWX | EPT_WRITE_BACK;
  // EPT: gpa 0 … 2 MiB → BASE; a 1-GiB page maps guest-physical to itself, so that the guest lies at BASE there as well.
  put(EPT_ROOT, (EPT_ROOT + 0x1000) | bits);
  if (nested === 2) put(EPT_ROOT + 0x1000, 0 | leaf | EPT_LEAF);
  else {
    put(EPT_ROOT + 0x1000, (EPT_ROOT + 0x2000) | bits);
    if (nested === 3) put(EPT_ROOT + 0x2000, BASE | leaf | EPT_LEAF);
    else {
      put(EPT_ROOT + 0x2000, (EPT_ROOT + 0x3000) | bits);
      for (let page = 0; page < 512; page++) put(EPT_ROOT + 0x3000 + 8 * page, (BASE + 4096 * page) | leaf);
    }
  }
  const home = nested === 2 ? 0 : BASE;
  put(home + GUEST_ROOT, 0x2000 | 7);
  if (guest === 2) put(home + 0x2000, 0x87);
  else {
    put(home + 0x2000, 0x3000 | 7);
    if (guest === 3) put(home + 0x3000, 0x87);
    else {
      put(home + 0x3000, 0x4000 | 7);
      put(home + 0x4000 + 8 * (PAGE >> 12), PAGE | 7);
      put(home + 0x4000, 0x7);
    }
  }
  b.mmu.setSecondDimension(second({ marks, npt }));
  b.mmu.loadCr3(GUEST_ROOT, 0);
  control(b.mmu, { format: "ia32e", writeProtect: true });
  return b;
}

const second = ({ marks = false, npt = false }: Setting = {}): SecondDimension => ({
  format: npt
    ? ia32e({ physicalBits: 36, pse: false, pge: false, nxe: true, gigabytePages: true })
    : ept({ physicalBits: 36, marks, gigabytePages: true }),
  root: EPT_ROOT,
  tablesAreWritten: npt || marks,
  ...(!npt && { misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, false) }),
  refuse: (refusal) => {
    throw new Left(refusal);
  },
});

/** What left the guest, if anything did. */
function left(action: () => void): Refusal | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof Left) return error.refusal;
    throw error;
  }
  return undefined;
}

const entry = (b: Board, at: number) => b.view.getInt32(at, true);
const NESTED_PTE = (gpa: number) => EPT_ROOT + 0x3000 + 8 * (gpa >> 12);

describe("references of a walk: (g + 1)(n + 1) − 1", () => {
  test.each([
    [4, 4, 24],
    [4, 3, 19],
    [3, 4, 19],
    [3, 3, 15],
    [2, 2, 8],
    [2, 4, 14],
  ] as const)("g = %i, n = %i: %i", (guest, nested, references) => {
    const b = rig({ guest, nested });
    b.mmu.read32(gva(PAGE));
    expect(b.trace.count("walkReference")).toBe(references);
    expect(b.trace.count("nestedReference")).toBe((guest + 1) * nested);
    expect(b.trace.count("walk")).toBe(1);
    b.mmu.read32(gva(PAGE + 8));
    expect(b.trace.count("walkReference")).toBe(references);
  });
});

test("an access reaches the host's page", () => {
  const b = rig();
  b.mmu.write32(gva(PAGE + 4), 0x1234);
  expect(entry(b, BASE + PAGE + 4)).toBe(0x1234);
  expect(b.mmu.fetch(gva(PAGE))).toBe(BASE + PAGE);
});

describe("violations", () => {
  test("a hole under the page tells its guest-physical address, and the linear one", () => {
    const b = rig();
    b.view.setInt32(NESTED_PTE(PAGE), 0, true);
    expect(left(() => b.mmu.read32(gva(PAGE + 12)))).toMatchObject({
      ...{ low: PAGE + 12, access: USER_READ, outcome: HOLE, rights: 0 },
      ...{ linearLow: PAGE + 12, linearHigh: 0, final: true },
    });
  });

  test("a hole under a table is met while translating", () => {
    const b = rig();
    b.view.setInt32(NESTED_PTE(0x3000), 0, true);
    expect(left(() => b.mmu.write32(gva(PAGE), 1))).toMatchObject({
      ...{ low: 0x3000, access: USER_READ, outcome: HOLE, final: false },
    });
  });

  test("a page that may be read only: reads go on, a write leaves, each time", () => {
    const b = rig();
    b.view.setInt32(NESTED_PTE(PAGE), (BASE + PAGE) | EPT_READ | EPT_WRITE_BACK, true);
    expect(left(() => b.mmu.read32(gva(PAGE)))).toBeUndefined();
    for (let i = 0; i < 2; i++)
      expect(left(() => b.mmu.write32(gva(PAGE), 1))).toMatchObject({ access: USER_WRITE, outcome: LEAF });
    expect(left(() => b.mmu.fetch(gva(PAGE)))).toMatchObject({ access: USER_FETCH, outcome: LEAF });
    expect(left(() => b.mmu.read32(gva(PAGE)))).toBeUndefined();
  });

  test("the guest's own fault comes first", () => {
    const b = rig();
    b.view.setInt32(BASE + 0x4000 + 8 * (PAGE >> 12), PAGE | 5, true);
    b.view.setInt32(NESTED_PTE(PAGE), 0, true);
    expect(raised(b.mmu, () => b.mmu.write32(gva(PAGE), 1))).toMatchObject({ vector: 14, error: 3 });
  });

  test.each([
    ["write without read", EPT_WRITE | EPT_WRITE_BACK],
    ["write and execute without read", EPT_WRITE | EPT_EXECUTE | EPT_WRITE_BACK],
    ["execute alone", EPT_EXECUTE | EPT_WRITE_BACK],
    ["a memory type that is none", RWX | (3 << 3)],
  ])("%s is a misconfiguration", (_, bits) => {
    const b = rig();
    b.view.setInt32(NESTED_PTE(PAGE), (BASE + PAGE) | bits, true);
    expect(left(() => b.mmu.read32(gva(PAGE)))).toMatchObject({ low: PAGE, outcome: RESERVED });
  });

  test("so is an address beyond the processor's width", () => {
    const b = rig();
    b.view.setInt32(NESTED_PTE(PAGE) + 4, 1 << 4, true);
    expect(left(() => b.mmu.read32(gva(PAGE)))).toMatchObject({ outcome: RESERVED });
  });
});

describe("accessed and dirty", () => {
  test("EPT without flags leaves its entries alone, and the guest's are set through it", () => {
    const b = rig();
    b.mmu.write32(gva(PAGE), 1);
    expect(entry(b, NESTED_PTE(PAGE))).toBe((BASE + PAGE) | RWX | EPT_WRITE_BACK);
    expect(entry(b, BASE + 0x4000 + 8 * (PAGE >> 12))).toBe(PAGE | 7 | 0x60);
    expect(entry(b, BASE + 0x3000)).toBe(0x4000 | 7 | 0x20);
  });

  test("with flags a page read is accessed, a page written dirty, and so are the guest's tables", () => {
    const b = rig({ marks: true });
    b.mmu.read32(gva(PAGE));
    expect(entry(b, NESTED_PTE(PAGE)) & 0x300).toBe(0x100);
    expect(entry(b, NESTED_PTE(0x3000)) & 0x300).toBe(0x300);
    b.mmu.write32(gva(PAGE), 1);
    expect(entry(b, NESTED_PTE(PAGE)) & 0x300).toBe(0x300);
  });

  test("NPT: the guest's accesses are user accesses, reads of tables are writes", () => {
    const b = rig({ npt: true });
    expect(left(() => b.mmu.write32(gva(PAGE), 1))).toBeUndefined();
    expect(b.trace.count("walkReference")).toBe(24);
    b.mmu.flush(true);
    b.view.setInt32(NESTED_PTE(0x4000), (BASE + 0x4000) | 5, true);
    expect(left(() => b.mmu.read32(gva(PAGE)))).toMatchObject({ low: 0x4000 + 8 * 8, access: USER_WRITE });
    b.view.setInt32(NESTED_PTE(0x4000), (BASE + 0x4000) | 3, true);
    expect(left(() => b.mmu.read32(gva(PAGE)))).toMatchObject({ outcome: LEAF });
  });
});

test("the TLB's page is the smaller of the two", () => {
  for (const [guest, nested, shift] of [
    [4, 4, 12],
    [3, 3, 21],
    [3, 4, 12],
    [4, 3, 12],
    [2, 3, 21],
  ] as const) {
    const b = rig({ guest, nested });
    b.mmu.read32(gva(0));
    const walks = b.trace.count("walk");
    // The guest of four levels has not mapped the next page, which one of 2 MiB would have reached.
    if (guest === 4) expect(raised(b.mmu, () => b.mmu.read32(gva(0x1000)))).toMatchObject({ vector: 14 });
    else b.mmu.read32(gva(0x1000));
    expect(b.trace.count("walk") - walks).toBe(shift === 12 ? 1 : 0);
  }
});

test("without paging linear addresses are guest-physical", () => {
  const b = rig();
  control(b.mmu, { format: "none" });
  b.mmu.write32(gva(0x5004), 77);
  expect(entry(b, BASE + 0x5004)).toBe(77);
  b.view.setInt32(NESTED_PTE(0x6000), 0, true);
  expect(left(() => b.mmu.read32(gva(0x6000)))).toMatchObject({ low: 0x6000, final: true });
});

test("leaving the guest makes addresses the host's again", () => {
  const b = rig();
  b.mmu.read32(gva(PAGE));
  control(b.mmu, { format: "none" });
  b.mmu.setSecondDimension(null);
  b.view.setInt32(PAGE, 5, true);
  expect(b.mmu.read32(gva(PAGE))).toBe(5);
});

test("PAE's directory pointers are read through the second dimension", () => {
  const b = rig();
  b.view.setInt32(BASE + 0x6000, 0x3000 | 1, true);
  control(b.mmu, { format: "none" });
  b.mmu.loadCr3(0x6000, 0);
  control(b.mmu, { format: "pae" });
  b.mmu.write32(gva(PAGE), 9);
  expect(entry(b, BASE + PAGE)).toBe(9);
});

test("random rights: what both grant is granted, and the TLB never grants more", () => {
  const bits = fc.integer({ min: 0, max: 7 });
  const access = fc.constantFrom("read", "write", "fetch");
  fc.assert(
    fc.property(
      bits,
      bits,
      fc.array(access, { minLength: 1, maxLength: 6 }),
      (guestBits, nestedBits, kinds) => {
        const b = rig();
        b.view.setInt32(BASE + 0x4000 + 8 * (PAGE >> 12), PAGE | guestBits | 4, true);
        b.view.setInt32(NESTED_PTE(PAGE), (BASE + PAGE) | nestedBits | EPT_WRITE_BACK, true);
        for (const kind of kinds) {
          b.mmu.user = true;
          let outcome = "done";
          const fault = raised(b.mmu, () => {
            const refusal = left(() => {
              if (kind === "read") b.mmu.read32(gva(PAGE));
              else if (kind === "write") b.mmu.write32(gva(PAGE), 1);
              else b.mmu.fetch(gva(PAGE));
            });
            if (refusal !== undefined) outcome = refusal.outcome === RESERVED ? "misconfigured" : "violation";
          });
          if (fault !== undefined) outcome = "fault";
          const guestGrants = (guestBits & 1) !== 0 && (kind !== "write" || (guestBits & 2) !== 0);
          const wrong = nestedBits === 2 || nestedBits === 6 || nestedBits === 4;
          const needed = { read: 1, write: 2, fetch: 4 }[kind as "read" | "write" | "fetch"];
          const grants = (nestedBits & needed) !== 0;
          expect(outcome).toBe(
            !guestGrants ? "fault" : wrong ? "misconfigured" : grants ? "done" : "violation",
          );
        }
      },
    ),
    { seed: 8, numRuns: 100 },
  );
});

test("INVLPG drops all pieces of a large page of the guest's", () => {
  const b = rig({ guest: 3, nested: 4 });
  b.mmu.read32(gva(0x5000));
  b.mmu.read32(gva(PAGE));
  // The 2-MiB page becomes one that is not there.
  b.view.setInt32(BASE + 0x3000, 0, true);
  b.mmu.invalidate(gva(0x5000));
  expect(raised(b.mmu, () => b.mmu.read32(gva(PAGE)))).toMatchObject({ vector: 14, error: 0 });
});
