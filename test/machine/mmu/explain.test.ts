/** The walk as data: what a debugger draws. */
import { expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { board, control, gva } from "./board.ts";

const PD = 0x10000;
const PT = 0x11000;

function ia32() {
  const b = board();
  b.view.setUint32(PD + 4 * 3, PT | 0x27, true);
  b.view.setUint32(PT + 4 * 5, 0x123000 | 0x105, true);
  b.view.setUint32(PD + 4 * 4, 0x00800000 | 0x2187, true);
  b.view.setUint32(PD + 4 * 6, 0x00200000 | 0x87, true);
  b.mmu.loadCr3(PD, 0);
  control(b.mmu, { format: "ia32", pse: true, pge: true, writeProtect: true, smep: true });
  return b;
}

test("two levels, entry by entry", () => {
  const { mmu } = ia32();
  expect(mmu.explain(gva(0x00c05678))).toEqual({
    format: "IA-32",
    linear: [0x00c05678, 0],
    root: PD,
    steps: [
      {
        ...{
          name: "PDE",
          kind: "table",
          index: 3,
          from: 22,
          to: 31,
          address: PD + 12,
          low: PT | 0x27,
          high: 0,
        },
        fields: [
          { name: "P", value: 1 },
          { name: "R/W", value: 1 },
          { name: "U/S", value: 1 },
          { name: "PWT", value: 0 },
          { name: "PCD", value: 0 },
          { name: "A", value: 1 },
          { name: "PS", value: 0 },
          { name: "frame", value: PT },
        ],
      },
      {
        ...{
          name: "PTE",
          kind: "leaf",
          index: 5,
          from: 12,
          to: 21,
          address: PT + 20,
          low: 0x123105,
          high: 0,
        },
        fields: [
          { name: "P", value: 1 },
          { name: "R/W", value: 0 },
          { name: "U/S", value: 1 },
          { name: "PWT", value: 0 },
          { name: "PCD", value: 0 },
          { name: "A", value: 0 },
          { name: "D", value: 0 },
          { name: "PAT", value: 0 },
          { name: "G", value: 1 },
          { name: "frame", value: 0x123000 },
        ],
      },
    ],
    physical: 0x123678,
    pageSize: 4096,
    rights: ["read", "user", "execute", "global"],
    permitted: { user: ["read", "fetch"], supervisor: ["read"] },
    error: undefined,
  });
});

test("a large page with PSE-36, a hole, a reserved bit", () => {
  const { mmu } = ia32();
  const large = mmu.explain(gva(0x01012345));
  expect([large.physical, large.pageSize, large.steps.length]).toEqual([0x1_0081_2345, 1 << 22, 1]);
  expect(large.steps[0]?.fields.slice(-3)).toEqual([
    { name: "PAT", value: 0 },
    { name: "frame 39…32", value: 0x1_0000_0000 },
    { name: "frame", value: 0x00800000 },
  ]);
  const hole = mmu.explain(gva(0x00c06000));
  expect([hole.error, hole.physical, hole.steps.map(({ kind }) => kind)]).toEqual([
    0,
    undefined,
    ["table", "hole"],
  ]);
  const reserved = mmu.explain(gva(0x01800000));
  expect([reserved.error, reserved.steps.map(({ kind }) => kind)]).toEqual([9, ["reserved"]]);
  expect(reserved.permitted).toEqual({ user: [], supervisor: [] });
});

test("it changes nothing and costs nothing", () => {
  const b = ia32();
  const before = [b.clock.now, ...b.trace.counts, b.view.getUint32(PT + 20, true)];
  b.mmu.explain(gva(0x00c05678));
  expect([b.clock.now, ...b.trace.counts, b.view.getUint32(PT + 20, true)]).toEqual(before);
});

test("PAE begins in a register", () => {
  const b = board();
  b.view.setUint32(0x30000 + 8, PD | 1, true);
  b.view.setUint32(PD, 0x400000 | 0x87, true);
  b.mmu.loadCr3(0x30000, 0);
  control(b.mmu, { format: "pae" });
  const walk = b.mmu.explain(gva(0x40000123));
  expect(walk.steps.map(({ name, kind, address }) => [name, kind, address])).toEqual([
    ["PDPTE", "table", undefined],
    ["PDE", "leaf", PD],
  ]);
  expect([walk.root, walk.physical]).toEqual([undefined, 0x400123]);
  expect(b.mmu.explain(gva(0))).toMatchObject({
    error: 0,
    steps: [{ name: "PDPTE", kind: "hole", index: 0 }],
  });
});

test("IA-32e from the upper half of the address", () => {
  const b = board();
  b.view.setUint32(0x20000 + 8 * 511, 0x21000 | 3, true);
  b.view.setUint32(0x21000 + 8 * 510, 0x40000000 | 0x83, true);
  b.view.setUint32(0x21000 + 8 * 510 + 4, 1 << 31, true);
  b.mmu.loadCr3(0x20000, 0);
  control(b.mmu, { format: "ia32e", nxe: true });
  b.mmu.wide = true;
  const walk = b.mmu.explain((-0x8000_0000 + 0x1234) as Gva);
  expect(walk.steps.map(({ name, index, from, to }) => [name, index, from, to])).toEqual([
    ["PML4E", 511, 39, 47],
    ["PDPTE", 510, 30, 38],
  ]);
  expect([walk.physical, walk.pageSize, walk.rights]).toEqual([0x40001234, 1 << 30, ["read", "write"]]);
  expect(walk.steps[1]?.fields.at(-1)).toEqual({ name: "XD", value: 1 });
});

test("without paging there is nothing to walk", () => {
  expect(board().mmu.explain(gva(0x80001234))).toMatchObject({
    format: "none",
    steps: [],
    physical: 0x80001234,
  });
});
