/** Every AL, AH of interest, CF and AF, against the SDM's pseudo-code written down again. */
import { expect, test } from "vitest";
import { AF, CF, Rig, szp } from "./rig.ts";

const rig = new Rig(32);
const SZP = 0xc4n;

/** Runs on all AL, some AH, and CF and AF in all combinations; `model` returns AX and the flags it defines, with their mask. */
function all(
  code: number[],
  model: (al: number, ah: number, cf: boolean, af: boolean) => [number, bigint, bigint],
) {
  for (let al = 0; al < 256; al++)
    for (const ah of [0, 1, 9, 0x7f, 0xff])
      for (const flags of [2n, 2n | CF, 2n | AF, 2n | CF | AF]) {
        rig.registers = [BigInt((ah << 8) | al)];
        rig.flags = flags;
        const vector = rig.run(code);
        const [ax, expected, mask] = model(al, ah, (flags & CF) !== 0n, (flags & AF) !== 0n);
        const found = [Number(rig.registers[0]), rig.flags & mask];
        if (vector !== undefined || found[0] !== ax || found[1] !== expected)
          expect(found, `${code} of ${ah},${al} with ${flags}`).toEqual([ax, expected]);
      }
}

const carries = (cf: boolean, af: boolean) => (cf ? CF : 0n) | (af ? AF : 0n);

for (const [name, opcode, sign] of [
  ["daa", 0x27, 1],
  ["das", 0x2f, -1],
] as const)
  test(name, () =>
    all([opcode], (al, ah, cf, af) => {
      let value = al;
      let carry = false;
      let auxiliary = false;
      if ((al & 15) > 9 || af) {
        value += sign * 6;
        carry = cf || value < 0 || value > 255;
        auxiliary = true;
      }
      if (al > 0x99 || cf) {
        value += sign * 0x60;
        carry = true;
      } else if (sign > 0) carry = false;
      value &= 255;
      return [(ah << 8) | value, szp(BigInt(value), 1) | carries(carry, auxiliary), SZP | CF | AF];
    }),
  );

for (const [name, opcode, sign] of [
  ["aaa", 0x37, 1],
  ["aas", 0x3f, -1],
] as const)
  test(name, () =>
    all([opcode], (al, ah, _, af) => {
      const adjust = (al & 15) > 9 || af;
      const ax = (((ah << 8) | al) + (adjust ? sign * 0x106 : 0)) & 0xff0f;
      return [ax, carries(adjust, adjust), CF | AF];
    }),
  );

test("aam and aad in several bases, #DE in base 0", () => {
  for (const base of [10, 1, 255]) {
    all([0xd4, base], (al) => {
      const low = al % base;
      return [(Math.floor(al / base) << 8) | low, szp(BigInt(low), 1), SZP];
    });
    all([0xd5, base], (al, ah) => {
      const low = (al + ah * base) & 255;
      return [low, szp(BigInt(low), 1), SZP];
    });
  }
  rig.registers = [0x1234n];
  expect(rig.run([0xd4, 0])).toBe(0);
  expect(rig.registers[0]).toBe(0x1234n);
});

test("salc", () => {
  for (const [flags, al] of [
    [2n, 0n],
    [2n | CF, 0xffn],
  ] as const) {
    rig.registers = [0x5aa5n];
    rig.flags = flags;
    expect(rig.run([0xd6])).toBeUndefined();
    expect(rig.registers[0]).toBe(0x5a00n | al);
  }
});
