import { expect, test } from "vitest";
import { ADD, alu8, alu16, alu32, SUB, XOR } from "../../../../src/machine/cpu/arith.ts";
import { ARITHMETIC, Flags } from "../../../../src/machine/cpu/flags.ts";
import {
  ADDED,
  kindOf,
  LOGIC,
  SAVED,
  SUBTRACTED,
  saved,
  settle,
} from "../../../../src/virt/cpu/emulate/flags.ts";
import { Random } from "../../../oracle/random.ts";

const FAMILIES = [
  [ADD, ADDED],
  [SUB, SUBTRACTED],
  [XOR, LOGIC],
] as const;
const ALU = { 1: alu8, 2: alu16, 4: alu32 } as const;
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000 | 0, -1];

test("flags from what an operation left are those that the processor makes", () => {
  const random = new Random(3);
  const values = [...EDGES, ...Array.from({ length: 12 }, () => random.bits())];
  const flags = new Flags();
  for (const [operation, family] of FAMILIES)
    for (const size of [1, 2, 4] as const)
      for (const a of values)
        for (const b of values) {
          const mask = size === 4 ? -1 : (1 << (8 * size)) - 1;
          const result = ALU[size](flags, operation, a & mask, b & mask);
          // What lies above the operand's size must not matter.
          const settled = settle(kindOf(family, size), b, size === 4 ? result : result | (a & ~mask));
          expect(settled).toBe(flags.value & ARITHMETIC);
        }
});

test("saved flags come back as they were", () => {
  for (let bits = 0; bits < 4096; bits++) {
    const eflags = bits & ARITHMETIC;
    expect(settle(SAVED, saved(eflags | 2), 0)).toBe(eflags);
  }
});
