/** Two-dimensional walks as data, beside the machine's own. */
import { describe, expect, test } from "vitest";
import {
  EPT_EXECUTE,
  EPT_READ,
  EPT_WRITE,
  EPT_WRITE_BACK,
  ept,
  isMisconfigured,
} from "../../../src/machine/mmu/formats/ept.ts";
import { nestedWalk } from "../../../src/plots/index.ts";
import { type Board, board, control, gva } from "./board.ts";

/** Host-physical: the monitor's tables, then the guest's memory. */
const EPT_ROOT = 0x100000;
const BASE = 0x200000;
const NESTED_PTE = (gpa: number) => EPT_ROOT + 0x3000 + 8 * (gpa >> 12);
/** Guest-physical: a root, tables behind it, and a page at the linear address of the same number. */
const ROOT = 0x1000;
const PAGE = 0x8000;
const AT = gva(PAGE + 0x234);
const RWX = EPT_READ | EPT_WRITE | EPT_EXECUTE;

function rig(format: "ia32e" | "ia32" | "none" = "ia32e"): Board {
  const b = board();
  const put = (at: number, value: number) => b.view.setInt32(at, value, true);
  for (const level of [0, 1, 2]) put(EPT_ROOT + 0x1000 * level, (EPT_ROOT + 0x1000 * (level + 1)) | RWX);
  for (let page = 0; page < 512; page++)
    put(EPT_ROOT + 0x3000 + 8 * page, (BASE + 4096 * page) | RWX | EPT_WRITE_BACK);
  const tables = format === "ia32e" ? 3 : 1;
  for (let level = 0; level < tables; level++)
    put(BASE + ROOT + 0x1000 * level, (ROOT + 0x1000 * (level + 1)) | 7);
  put(BASE + ROOT + 0x1000 * tables + (format === "ia32e" ? 8 : 4) * (PAGE >> 12), PAGE | 7);
  b.mmu.setSecondDimension({
    format: ept({ physicalBits: 36, marks: false, gigabytePages: true }),
    root: EPT_ROOT,
    tablesAreWritten: false,
    misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, false),
    refuse: () => {
      throw new Error("left");
    },
  });
  b.mmu.loadCr3(ROOT, 0);
  control(b.mmu, { format });
  return b;
}

const explained = (b: Board) => {
  const walk = b.mmu.explainNested(AT);
  if (walk === undefined) throw new Error("there is a second dimension");
  return walk;
};

describe("as many references as the machine makes, to the same page", () => {
  test.each([
    ["ia32e", 24],
    ["ia32", 14],
    ["none", 4],
  ] as const)("%s: %i", (format, count) => {
    const b = rig(format);
    const before = b.bus.ram.slice();
    const { references, physical, end, translated } = explained(b);
    expect([references.length, end, physical]).toEqual([count, "page", BASE + PAGE + 0x234]);
    expect(translated.at(-1)).toBe(PAGE + 0x234);
    expect(b.trace.count("walkReference")).toBe(0);
    expect(Buffer.compare(b.bus.ram, before)).toBe(0);
    b.mmu.read8(AT);
    expect(b.trace.count("walkReference")).toBe(count);
    expect(b.mmu.direct(AT, false)).toBe(physical);
  });
});

test("rows are the guest's levels, columns the nested ones", () => {
  const { references, guest, nested, translated } = explained(rig());
  expect(guest).toEqual(["PML4E", "PDPTE", "PDE", "PTE"]);
  expect(nested).toEqual(["EPT PML4E", "EPT PDPTE", "EPT PDE", "EPT PTE"]);
  expect(references.map(({ row, column }) => 5 * row + column)).toEqual(
    Array.from({ length: 24 }, (_, at) => at),
  );
  expect(translated).toEqual([0x1000, 0x2000, 0x3000, 0x4040, PAGE + 0x234]);
  expect(references[19]).toEqual({
    ...{ row: 3, column: 4, kind: "leaf" },
    ...{ address: BASE + 0x4040, low: PAGE | 7, high: 0 },
  });
});

describe("where it ends early", () => {
  const end = (spoil: (view: DataView) => void) => {
    const b = rig();
    spoil(b.view);
    const { end: why, references } = explained(b);
    return [why, references.length, references.at(-1)?.kind];
  };
  test("a hole of the guest's is the guest's", () => {
    expect(end((view) => view.setInt32(BASE + 0x3000, 0, true))).toEqual(["page fault", 15, "hole"]);
  });
  test("a hole of the monitor's under a table, and under the page", () => {
    expect(end((view) => view.setInt32(NESTED_PTE(0x2000), 0, true))).toEqual(["violation", 9, "hole"]);
    expect(end((view) => view.setInt32(NESTED_PTE(PAGE), 0, true))).toEqual(["violation", 24, "hole"]);
  });
  test("a page that may only be executed", () => {
    expect(
      end((view) => view.setInt32(NESTED_PTE(PAGE), (BASE + PAGE) | EPT_EXECUTE | EPT_WRITE_BACK, true)),
    ).toEqual(["misconfiguration", 24, "reserved"]);
  });
});

test("the diagram takes it", () => {
  const figure = nestedWalk(explained(rig()));
  expect(figure.alt).toBe("24 references. Host-physical address 00208234.");
  expect(figure.steps).toHaveLength(24);
});

test("without a second dimension there is nothing to explain", () => {
  expect(board().mmu.explainNested(AT)).toBeUndefined();
});
