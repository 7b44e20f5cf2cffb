/** Bit tests against bit strings as BigInt, scans and counts against counting. */
import { expect, test } from "vitest";
import { Random } from "../../../oracle/random.ts";
import { agree, type Model } from "./model.ts";
import {
  AF,
  ARITHMETIC,
  type Bits,
  CF,
  DATA,
  encode,
  mask,
  OF,
  operand,
  PF,
  Rig,
  SF,
  type Size,
  signed,
  ZF,
} from "./rig.ts";

const WORDS: Size[] = [2, 4, 8];
const CHANGES = [
  ["bt", (value: bigint) => value],
  ["bts", (value: bigint, bit: bigint) => value | bit],
  ["btr", (value: bigint, bit: bigint) => value & ~bit],
  ["btc", (value: bigint, bit: bigint) => value ^ bit],
] as const;

for (const [n, [name, change]] of CHANGES.entries()) {
  const inOperand = (m: Model, offset: bigint): undefined => {
    const bit = 1n << (offset & BigInt(8 * m.size - 1));
    m.setFlags(CF, m.e & bit ? CF : 0n);
    m.undefined = OF | SF | AF | PF;
    if (name !== "bt") m.e = change(m.e, bit);
  };
  test(`${name} by an immediate and in a register`, () => {
    agree(name, {
      opcode: () => [0x0f, 0xba],
      digit: 4 + n,
      sizes: WORDS,
      immediate: () => 1,
      model: (m) => inOperand(m, m.immediate),
    });
    agree(name, {
      opcode: () => [0x0f, 0xa3 + 8 * n],
      sizes: WORDS,
      places: "register",
      model: (m) => inOperand(m, m.g),
    });
  });

  test(`${name} in memory, beyond the operand in both directions`, () => {
    const random = new Random(n);
    for (const bits of [16, 32, 64] as Bits[]) {
      const rig = new Rig(bits);
      for (const size of WORDS.filter((size) => size < 8 || bits === 64))
        for (let time = 0; time < 100; time++) {
          const around = 64;
          const before = random.wide() | (random.wide() << 64n);
          for (let at = -around; at < around; at += 16) rig.write(DATA + at, 16, before << BigInt(at & 7));
          const string = rig.read(DATA - around, 2 * around);
          const offset = BigInt(random.below(16 * around) - 8 * around);
          const registers = Array.from({ length: 8 }, () => 0n);
          registers[3] = (operand(random, bits === 64 ? 8 : 4) & ~mask(size)) | (offset & mask(size));
          rig.registers = registers;
          expect(rig.run(encode(bits, size, [0x0f, 0xa3 + 8 * n], 3, "memory"))).toBeUndefined();
          const bit = 1n << (offset + BigInt(8 * around));
          expect(rig.flags & CF).toBe(string & bit ? CF : 0n);
          expect(rig.read(DATA - around, 2 * around)).toBe(change(string, bit));
        }
    }
  });
}

/** Numbers of the bits that are set, lowest first. */
const setBits = (value: bigint) =>
  Array.from({ length: 64 }, (_, n) => n).filter((n) => (value >> BigInt(n)) & 1n);

for (const [name, opcode] of [
  ["bsf", 0xbc],
  ["bsr", 0xbd],
] as const)
  test(`${name}: of nothing, the destination stays`, () =>
    agree(name, {
      opcode: () => [0x0f, opcode],
      sizes: WORDS,
      times: 120,
      model: (m) => {
        const found = setBits(m.e);
        m.setFlags(ZF, found.length === 0 ? ZF : 0n);
        m.undefined = ARITHMETIC & ~ZF;
        const { g } = m;
        m.g = found.length === 0 ? g : BigInt(name === "bsf" ? found[0]! : found.at(-1)!);
        return undefined;
      },
    }));

/** The mandatory prefix stands before REX and the operand size. */
function prefixed(bits: Bits, size: Size, opcode: number, reg: number, rm: number): number[] {
  return [0xf3, ...encode(bits, size, [0x0f, opcode], reg, rm)];
}

test("popcnt, tzcnt, lzcnt", () => {
  const random = new Random(9);
  for (const bits of [16, 32, 64] as Bits[]) {
    const rig = new Rig(bits);
    for (const size of WORDS.filter((size) => size < 8 || bits === 64))
      for (let time = 0; time < 60; time++) {
        const value = operand(random, size);
        const width = 8 * size;
        const found = setBits(value);
        for (const [opcode, result, flags] of [
          [0xb8, found.length, value === 0n ? ZF : 0n],
          [0xbc, found[0] ?? width, (value === 0n ? CF : 0n) | (value & 1n ? ZF : 0n)],
          [
            0xbd,
            width - 1 - (found.at(-1) ?? -1),
            (value === 0n ? CF : 0n) | (signed(value, size) < 0n ? ZF : 0n),
          ],
        ] as const) {
          rig.registers = [0n, ~0n & mask(8), value, value];
          expect(rig.run(prefixed(bits, size, opcode, 1, 3))).toBeUndefined();
          expect(rig.registers[1]).toBe(size === 2 ? (mask(8) & ~0xffffn) | BigInt(result) : BigInt(result));
          expect(rig.flags & (CF | ZF), `${opcode.toString(16)} ${value.toString(16)}`).toBe(flags);
        }
      }
  }
});
