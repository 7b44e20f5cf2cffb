import { describe, expect, test } from "vitest";
import { explainTlb, stepTlb, type TlbAction } from "../../../src/machine/mmu/explain-tlb.ts";
import { RIGHT_READ, RIGHT_USER } from "../../../src/machine/mmu/rights.ts";
import { Spaces } from "../../../src/machine/mmu/spaces.ts";
import { LARGE, SMALL, Tlb } from "../../../src/machine/mmu/tlb.ts";

const SHIFTS = Int32Array.of(12, 21, 30);
const read = (page: number): TlbAction => ({ kind: "read", page });
const EMPTY = { valid: false, page: undefined, frame: 0, rights: "----", space: "" };

test("pages, frames, rights and spaces by set and way", () => {
  const spaces = new Spaces();
  const tlb = new Tlb({ entries: 4, ways: 2 }, SHIFTS, spaces);
  tlb.put(0x5000, 0, SMALL, RIGHT_READ | RIGHT_USER, 0x123000);
  spaces.switchTo(7);
  tlb.put(0x00200000, 1, LARGE, RIGHT_READ, 3 * 2 ** 32);
  expect(explainTlb(tlb, SHIFTS)).toEqual([
    [EMPTY, EMPTY],
    [
      { valid: true, page: 5, frame: 0x123, rights: "r-u-", space: "PCID 0" },
      { valid: true, page: 2049, frame: 3 * 2 ** 20, rights: "r---", space: "PCID 7" },
    ],
  ]);
});

describe("what a flush leaves", () => {
  const valid = (actions: TlbAction[]) =>
    stepTlb({ entries: 4, ways: 4 }, actions)
      .at(-1)
      ?.sets[0]?.map((cell) => cell.valid);
  test("its own PCID's go, another's and global pages stay", () => {
    const filled: TlbAction[] = [
      read(1),
      { kind: "switch", pcid: 1 },
      read(1),
      { kind: "read", page: 2, global: true },
    ];
    expect(valid([...filled, { kind: "flush" }])).toEqual([true, false, true, false]);
  });
  test("INVLPG takes one page of the current space", () => {
    expect(valid([read(1), read(2), { kind: "invalidate", page: 1 }])).toEqual([false, true, false, false]);
  });
});

test("a page of another PCID is no hit", () => {
  const outcomes = stepTlb({ entries: 4, ways: 4 }, [
    read(1),
    { kind: "switch", pcid: 1 },
    read(1),
    { kind: "switch", pcid: 0 },
    read(1),
  ]).map(({ outcome }) => outcome);
  expect(outcomes).toEqual(["fill", "flush", "fill", "flush", "hit"]);
});

test("ways that do not make sets are refused", () => {
  expect(() => stepTlb({ entries: 6, ways: 2 }, [])).toThrow("must be a power of two");
});
