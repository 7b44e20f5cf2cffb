/** Exchanges, the comparing ones with equal operands often enough. */
import { expect, test } from "vitest";
import { agree, type Model } from "./model.ts";
import { AF, CF, DATA, encode, mask, OF, Rig, signed, szp, unsigned, ZF } from "./rig.ts";

/** Flags of a + b and of a − b. */
function sum(m: Model, a: bigint, b: bigint, subtract: boolean): bigint {
  const result = unsigned(subtract ? a - b : a + b, m.size);
  const exact = subtract ? signed(a, m.size) - signed(b, m.size) : signed(a, m.size) + signed(b, m.size);
  const nibble = subtract ? (a & 15n) - (b & 15n) : (a & 15n) + (b & 15n);
  const carry = subtract ? a < b : a + b > mask(m.size);
  m.setFlags(
    CF | OF | AF | 0xc4n,
    szp(result, m.size) |
      (carry ? CF : 0n) |
      (exact !== signed(exact, m.size) ? OF : 0n) |
      (nibble < 0n || nibble > 15n ? AF : 0n),
  );
  return result;
}

test("xchg", () => {
  agree("xchg", {
    opcode: (size) => [size === 1 ? 0x86 : 0x87],
    model: (m) => {
      const [e, g] = [m.e, m.g];
      m.e = g;
      m.g = e;
      return undefined;
    },
  });
});

test("xadd: where both operands are one register, the sum stays", () =>
  agree("xadd", {
    opcode: (size) => [0x0f, size === 1 ? 0xc0 : 0xc1],
    times: 200,
    model: (m) => {
      const { e } = m;
      const result = sum(m, e, m.g, false);
      m.g = e;
      m.e = result;
      return undefined;
    },
  }));

test("cmpxchg", () =>
  agree("cmpxchg", {
    opcode: (size) => [0x0f, size === 1 ? 0xb0 : 0xb1],
    times: 200,
    prepare: (registers, random) => {
      for (let n = 1; n < 8; n++) if (random.percent(40)) registers[n] = registers[0]!;
    },
    model: (m) => {
      const { e } = m;
      sum(m, m.register(0), e, true);
      if (m.flag(ZF)) m.e = m.g;
      else m.setRegister(0, e);
      return undefined;
    },
  }));

test("cmpxchg8b and cmpxchg16b: equal, not equal, and a pair that is not aligned", () => {
  for (const [bits, size] of [
    [16, 4],
    [32, 4],
    [64, 4],
    [64, 8],
  ] as const) {
    const rig = new Rig(bits);
    const code = encode(bits, size === 8 ? 8 : bits === 16 ? 2 : 4, [0x0f, 0xc7], 1, "memory");
    const [low, high] = [0x1234567890abcdefn & mask(size), 0xfedcba0987654321n & mask(size)];
    const registers = Array.from({ length: 16 }, (_, n) => (BigInt(n) * 0x1111111111n) & mask(size));
    for (const equal of [true, false]) {
      rig.registers = [equal ? low : low ^ 1n, registers[1]!, high, registers[3]!, ...registers.slice(4)];
      rig.flags = equal ? 2n | CF : 2n | CF | ZF;
      rig.write(DATA, size, low);
      rig.write(DATA + size, size, high);
      expect(rig.run(code)).toBeUndefined();
      expect(rig.flags).toBe(equal ? 2n | CF | ZF : 2n | CF);
      expect([rig.read(DATA, size), rig.read(DATA + size, size)]).toEqual(
        equal ? [registers[3], registers[1]] : [low, high],
      );
      expect([rig.registers[0], rig.registers[2]]).toEqual([low, high]);
    }
  }
  const rig = new Rig(64);
  expect(rig.run(encode(64, 8, [0x0f, 0xc7], 1, "memory", [], DATA + 8))).toBe(13);
});
