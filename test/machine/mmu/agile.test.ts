/** Walks that begin in shadow tables and go on in a guest's, by hand: three sets of tables in one memory. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { SWITCH } from "../../../src/machine/mmu/agile.ts";
import {
  EPT_EXECUTE,
  EPT_READ,
  EPT_WRITE,
  EPT_WRITE_BACK,
  ept,
} from "../../../src/machine/mmu/formats/ept.ts";
import { type Board, board, control, raised } from "./board.ts";

const P = 1;
const W = 2;
const A = 0x20;
const D = 0x40;
/** The guest's memory begins here in the host's. */
const BASE = 0x100000;
/** Shadow tables, host-physical; the guest's, guest-physical; the nested ones: root first. */
const SHADOW = [0x10000, 0x11000, 0x12000, 0x13000];
const GUEST = [0x20000, 0x21000, 0x22000, 0x23000];
const NESTED = [0x30000, 0x31000, 0x32000, 0x33000];
const AT = 0x5678 as Gva;
const DATA = 0x40000;

let b: Board;
const set = (at: number, low: number) => b.view.setUint32(at, low, true);

/** Page `page` of the guest in the nested tables. */
const nest = (page: number, bits: number) => set(0x33000 + 8 * page, ((BASE + page * 4096) | bits) >>> 0);

beforeEach(() => {
  b = board();
  SHADOW.forEach((table, i) => {
    set(table + (i === 3 ? 8 * 5 : 0), (SHADOW[i + 1] ?? BASE + DATA) | P | W | A | D);
  });
  GUEST.forEach((table, i) => {
    set(BASE + table + (i === 3 ? 8 * 5 : 0), (GUEST[i + 1] ?? DATA) | P | W);
  });
  NESTED.slice(0, 3).forEach((table, i) => {
    set(table, (NESTED[i + 1] as number) | EPT_READ | EPT_WRITE | EPT_EXECUTE);
  });
  for (const at of [...GUEST, DATA]) nest(at / 4096, EPT_READ | EPT_WRITE | EPT_EXECUTE | EPT_WRITE_BACK);
  const format = ept({ physicalBits: 40, marks: false, gigabytePages: true });
  b.mmu.setAgile({ format, root: NESTED[0] as number });
  b.mmu.loadCr3(SHADOW[0] as number, 0);
  control(b.mmu, { format: "ia32e", writeProtect: true });
});

/** The shadow's table at a step leads to the guest's table of the next. */
const switchAt = (step: number, bits = P | W | A) =>
  set(SHADOW[step] as number, (BASE + (GUEST[step + 1] as number)) | bits | SWITCH);

describe("references, four levels over four", () => {
  test.each([
    ["never", undefined, 4],
    ["at the page table", 2, 8],
    ["at the page directory", 1, 12],
    ["at the PDPT", 0, 16],
  ])("switched %s", (_where, step, references) => {
    if (step !== undefined) switchAt(step);
    expect(b.mmu.fetch(AT)).toBe(BASE + DATA + 0x678);
    expect(b.trace.count("walkReference")).toBe(references);
  });
});

test("the guest's entries are marked, the shadow's are not touched", () => {
  switchAt(1);
  const shadow = b.view.getUint32(SHADOW[1] as number, true);
  b.mmu.write32(AT, 7);
  expect(b.view.getUint32(BASE + DATA + 0x678, true)).toBe(7);
  expect(b.view.getUint32(SHADOW[1] as number, true)).toBe(shadow);
  expect([0x22000, 0x23000 + 8 * 5].map((at) => b.view.getUint32(BASE + at, true) & (A | D))).toEqual([
    A,
    A | D,
  ]);
});

test("the rights are those of both parts", () => {
  switchAt(2, P | A);
  b.mmu.read32(AT);
  expect(raised(b.mmu, () => b.mmu.write32(AT, 1))?.error).toBe(3);
  switchAt(2);
  b.mmu.invalidate(AT);
  b.mmu.write32(AT, 1);
  expect(raised(b.mmu, () => b.mmu.write32((AT + 0x1000) as Gva, 1))?.error).toBe(2);
});

test.each([
  ["the page", DATA],
  ["a table below the first", 0x23000],
])("what the nested tables do not have, is not present: %s", (_what, at) => {
  switchAt(1);
  nest(at / 4096, 0);
  expect(raised(b.mmu, () => b.mmu.read32(AT))?.error).toBe(0);
});

test("what may not be written by the nested tables is not: neither the page, nor marks in a table", () => {
  switchAt(1);
  nest(DATA / 4096, EPT_READ | EPT_WRITE_BACK);
  expect(raised(b.mmu, () => b.mmu.write32(AT, 1))?.error).toBe(2);
  b.mmu.read32(AT);
  nest(0x23000 / 4096, EPT_READ | EPT_WRITE_BACK);
  set(BASE + 0x23000 + 8 * 5, DATA | P | W);
  b.mmu.flush(true);
  expect(raised(b.mmu, () => b.mmu.read32(AT))?.error).toBe(0);
  expect(b.view.getUint32(BASE + 0x23000 + 8 * 5, true)).toBe(DATA | P | W);
});
