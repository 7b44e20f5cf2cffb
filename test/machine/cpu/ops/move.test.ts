/** Moves, extensions, conditions and address arithmetic. */
import { expect, test } from "vitest";
import { Random } from "../../../oracle/random.ts";
import { agree, type Model } from "./model.ts";
import {
  ARITHMETIC,
  type Bits,
  CF,
  DATA,
  encode,
  little,
  mask,
  OF,
  operand,
  PF,
  Rig,
  SF,
  type Size,
  signed,
  unsigned,
  ZF,
} from "./rig.ts";

const ALL_BITS: Bits[] = [16, 32, 64];
const byteOr = (wide: number) => (size: Size) => [size === 1 ? wide - 1 : wide];

test("mov between registers and memory, and of immediates", () => {
  agree("mov E,G", {
    opcode: byteOr(0x89),
    model: (m) => {
      m.e = m.g;
      return undefined;
    },
  });
  agree("mov G,E", {
    opcode: byteOr(0x8b),
    model: (m) => {
      m.g = m.e;
      return undefined;
    },
  });
  agree("mov E,I", {
    opcode: byteOr(0xc7),
    digit: 0,
    immediate: (size) => Math.min(size, 4),
    model: (m) => {
      m.e = m.immediate;
      return undefined;
    },
  });
});

test("mov to a register in the opcode, of as many bytes as it has", () => {
  const random = new Random(1);
  for (const bits of ALL_BITS) {
    const rig = new Rig(bits);
    for (const size of [1, 2, 4, 8] as const)
      for (let time = 0; time < 30 && (size < 8 || bits === 64); time++) {
        const value = operand(random, size);
        const before = operand(random, 8);
        rig.registers = [before, before, before, before];
        const prefix =
          size === 8 ? [0x48] : (size === 2 && bits !== 16) || (size === 4 && bits === 16) ? [0x66] : [];
        expect(rig.run([...prefix, (size === 1 ? 0xb0 : 0xb8) + 3, ...little(value, size)])).toBeUndefined();
        expect(rig.registers[3]).toBe(size >= 4 ? value : (before & ~mask(size)) | value);
      }
  }
});

test("mov between the accumulator and an absolute address of 16, 32 and 64 bits", () => {
  for (const bits of ALL_BITS)
    for (const size of [1, 2, 4, 8] as const) {
      if (size === 8 && bits !== 64) continue;
      const rig = new Rig(bits);
      const prefix =
        size === 8 ? [0x48] : (size === 2 && bits !== 16) || (size === 4 && bits === 16) ? [0x66] : [];
      const value = 0x8877665544332211n;
      const before = 0xffeeddccbbaa9988n;
      rig.write(DATA, 8, value);
      rig.registers = [before];
      rig.run([...prefix, size === 1 ? 0xa0 : 0xa1, ...little(BigInt(DATA), bits / 8)]);
      const read = size >= 4 ? value & mask(size) : (before & ~mask(size)) | (value & mask(size));
      expect(rig.registers[0]).toBe(read);
      rig.registers = [before];
      rig.run([...prefix, size === 1 ? 0xa2 : 0xa3, ...little(BigInt(DATA), bits / 8)]);
      expect(rig.read(DATA, 8)).toBe((value & ~mask(size)) | (before & mask(size)));
    }
});

test("movzx and movsx", () => {
  for (const [opcode, from, isSigned] of [
    [0xb6, 1, false],
    [0xb7, 2, false],
    [0xbe, 1, true],
    [0xbf, 2, true],
  ] as const)
    agree(`movzx/movsx ${opcode.toString(16)}`, {
      opcode: () => [0x0f, opcode],
      sizes: [2, 4, 8],
      times: 100,
      model: (m) => {
        const value = m.eOf(from);
        m.g = isSigned ? signed(value, from) : value;
        return undefined;
      },
    });
  agree("movsxd", {
    opcode: () => [0x63],
    bits: [64],
    sizes: [2, 4, 8],
    model: (m) => {
      const from = Math.min(m.size, 4) as Size;
      m.g = signed(m.eOf(from), from);
      return undefined;
    },
  });
});

/** The conditions as Appendix B of the SDM's first volume writes them. */
const CONDITIONS: ((m: Model) => boolean)[] = [
  (m) => m.flag(OF),
  (m) => m.flag(CF),
  (m) => m.flag(ZF),
  (m) => m.flag(CF) || m.flag(ZF),
  (m) => m.flag(SF),
  (m) => m.flag(PF),
  (m) => m.flag(SF) !== m.flag(OF),
  (m) => m.flag(ZF) || m.flag(SF) !== m.flag(OF),
];
const holds = (m: Model, code: number) =>
  (CONDITIONS[code >> 1] as (m: Model) => boolean)(m) !== ((code & 1) === 1);

test("cmovcc and setcc under every condition", () => {
  for (let code = 0; code < 16; code++) {
    agree("cmov", {
      opcode: () => [0x0f, 0x40 + code],
      sizes: [2, 4, 8],
      model: (m) => {
        const { g } = m;
        m.g = holds(m, code) ? m.e : g;
        return undefined;
      },
    });
    agree("set", {
      opcode: () => [0x0f, 0x90 + code],
      sizes: [1],
      digit: 0,
      model: (m) => {
        m.e = holds(m, code) ? 1n : 0n;
        return undefined;
      },
    });
  }
});

test("bswap: of a word, zero", () => {
  for (const bits of ALL_BITS)
    for (const size of [2, 4, 8] as const) {
      if (size === 8 && bits !== 64) continue;
      const rig = new Rig(bits);
      rig.registers = [0n, 0n, 0x1122334455667788n];
      const prefix = size === 8 ? [0x48] : (size === 2) !== (bits === 16) ? [0x66] : [];
      rig.run([...prefix, 0x0f, 0xca]);
      expect(rig.registers[2]).toBe({ 2: 0x1122334455660000n, 4: 0x88776655n, 8: 0x8877665544332211n }[size]);
    }
});

test("movbe", () => {
  const swapped = (value: bigint, size: number) =>
    little(value, size).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  agree("movbe G,M", {
    opcode: () => [0x0f, 0x38, 0xf0],
    sizes: [2, 4, 8],
    places: "memory",
    model: (m) => {
      m.g = swapped(m.e, m.size);
      return undefined;
    },
  });
  agree("movbe M,G", {
    opcode: () => [0x0f, 0x38, 0xf1],
    sizes: [2, 4, 8],
    places: "memory",
    model: (m) => {
      m.e = swapped(m.g, m.size);
      return undefined;
    },
  });
});

test("cbw, cwde, cdqe, cwd, cdq, cqo", () => {
  for (const bits of ALL_BITS)
    for (const size of [2, 4, 8] as const)
      for (const value of [0x0n, 0x8080808080808080n, 0x7f7f7f7f7f7f7f7fn, 0x8000000000008000n]) {
        if (size === 8 && bits !== 64) continue;
        const rig = new Rig(bits);
        const prefix = size === 8 ? [0x48] : (size === 2) !== (bits === 16) ? [0x66] : [];
        const rest = (before: bigint, result: bigint) =>
          size === 2 ? (before & ~0xffffn) | unsigned(result, 2) : unsigned(result, size);
        rig.registers = [value, 0n, 0x123456789abcdef0n];
        rig.run([...prefix, 0x98]);
        expect(rig.registers[0]).toBe(rest(value, signed(value, size / 2)));
        rig.registers = [value, 0n, 0x123456789abcdef0n];
        rig.run([...prefix, 0x99]);
        expect(rig.registers[2]).toBe(rest(0x123456789abcdef0n, signed(value, size) < 0n ? -1n : 0n));
      }
});

test("xlat: AL is zero-extended, the sum has the address size", () => {
  for (const [bits, base] of [
    [16, 0x3fc0n],
    [32, 0x3fc0n],
    [64, 0x3fc0n],
  ] as const) {
    const rig = new Rig(bits);
    rig.registers = [0x12c0n, 0n, 0n, base];
    rig.write(0x4080, 1, 0x77n);
    rig.run([0xd7]);
    expect(rig.registers[0]).toBe(0x1277n);
  }
  const rig = new Rig(16);
  rig.registers = [0x12ffn, 0n, 0n, 0xfff0n];
  rig.write(0xef, 1, 0x55n);
  rig.run([0xd7]);
  expect(rig.registers[0]).toBe(0x1255n);
});

test("lea: base, scaled index and displacement, cut to the address size, then to the operand size", () => {
  const random = new Random(3);
  for (const bits of [32, 64] as const) {
    const rig = new Rig(bits);
    for (let time = 0; time < 400; time++) {
      const registers = Array.from({ length: 8 }, () => operand(random, bits === 64 ? 8 : 4));
      rig.registers = registers;
      const size = random.one(bits === 64 ? ([2, 4, 8] as const) : ([2, 4] as const));
      const addressSize = random.percent(70) ? bits / 8 : bits === 64 ? 4 : 2;
      const disp = operand(random, 4);
      const [base, index, scale] = [random.below(8), random.below(8), random.below(4)];
      const prefixes = [...(size === 2 ? [0x66] : []), ...(addressSize === bits / 8 ? [] : [0x67])];
      if (addressSize === 2) continue;
      const code = [...prefixes, ...(size === 8 ? [0x48] : []), 0x8d, 0x80 | (1 << 3) | 4];
      expect(rig.run([...code, (scale << 6) | (index << 3) | base, ...little(disp, 4)])).toBeUndefined();
      const scaled = index === 4 ? 0n : registers[index]! << BigInt(scale);
      const offset = unsigned(registers[base]! + scaled + signed(disp, 4), addressSize);
      const result = size === 2 ? (registers[1]! & ~0xffffn) | (offset & 0xffffn) : unsigned(offset, size);
      expect(rig.registers[1]).toBe(result);
    }
  }
});

test("lea of RIP counts from the next instruction", () => {
  const rig = new Rig(64);
  rig.run([0x48, 0x8d, 0x05, ...little(unsigned(-0x2000n, 4), 4)]);
  expect(rig.registers[0]).toBe(unsigned(0x1007n - 0x2000n, 8));
});

test("nop, pause and prefetches change nothing", () => {
  for (const code of [[0x90], [0xf3, 0x90], [0x0f, 0x1f, 0x00], [0x0f, 0x18, 0x08], [0x0f, 0x0d, 0x08]]) {
    const rig = new Rig(32);
    const registers = Array.from({ length: 16 }, (_, n) => BigInt(n));
    rig.registers = registers;
    rig.flags = 2n | ARITHMETIC;
    expect(rig.run(code)).toBeUndefined();
    expect(rig.registers).toEqual(registers);
    expect(rig.flags).toBe(2n | ARITHMETIC);
  }
});

test("a write that segmentation forbids changes nothing", () => {
  const rig = new Rig(16);
  rig.cpu.segments.limit[3] = DATA;
  rig.registers = [0x1234n];
  for (const [opcode, bytes] of [
    [0x89, []],
    [0x8b, []],
    [0xc7, [1, 2]],
  ] as const) {
    expect(rig.run(encode(16, 2, [opcode], 0, "memory", bytes))).toBe(13);
    expect(rig.registers[0]).toBe(0x1234n);
    expect(rig.read(DATA, 4)).toBe(0n);
  }
});
