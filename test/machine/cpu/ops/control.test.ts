/** Near transfers: targets by operand size, limits and canonical form before anything changes. */
import { expect, test } from "vitest";
import { CF, CODE, DATA, encode, little, mask, OF, PF, Rig, SF, STACK, unsigned, ZF } from "./rig.ts";

const GP = 13;
const BR = 5;
const UD = 6;
const RSP = 4;

function rig(bits: 16 | 32 | 64, registers: bigint[] = []): Rig {
  const made = new Rig(bits);
  made.registers = [...registers, ...Array.from({ length: 16 - registers.length }, () => 0n)];
  made.cpu.registers.r64[RSP] = BigInt(STACK);
  return made;
}

/** [code width, bytes, target]: a 16-bit operand size cuts the target to 16 bits. */
const JUMPS: [16 | 32 | 64, number[], bigint][] = [
  [16, [0xeb, 0x10], 0x1012n],
  [16, [0xeb, 0x80], 0xf82n],
  [16, [0xe9, 0x00, 0xe0], 0xf003n],
  [16, [0xe9, 0x00, 0xf0], 0x0003n],
  [16, [0x66, 0xe9, 0x00, 0x10, 0, 0], 0x2006n],
  [32, [0xe9, 0x00, 0x00, 0x10, 0], 0x101005n],
  [32, [0xe9, 0x00, 0x00, 0x00, 0x80], 0x80001005n],
  [32, [0xe9, 0x00, 0xe0, 0xff, 0xff], 0xfffff005n],
  [32, [0x66, 0xe9, 0x00, 0xf0], 0x0004n],
  [64, [0xe9, 0x00, 0xe0, 0xff, 0xff], 0xfffffffffffff005n],
  [64, [0xe9, 0x00, 0x00, 0x00, 0x7f], 0x7f001005n],
];

test("jmp and call go where the displacement says, call leaving the next instruction on the stack", () => {
  for (const [bits, code, target] of JUMPS) {
    const jumping = rig(bits);
    expect(jumping.run(code)).toBeUndefined();
    expect(jumping.ip, `${bits}: ${code}`).toBe(target);
    const call = code.map((byte) => (byte === 0xe9 ? 0xe8 : byte));
    if (!call.includes(0xe8)) continue;
    const calling = rig(bits);
    expect(calling.run(call)).toBeUndefined();
    expect(calling.ip).toBe(target);
    const size = bits === 64 ? 8 : (bits === 32) === call.includes(0x66) ? 2 : 4;
    expect(calling.registers[RSP]).toBe(BigInt(STACK - size));
    expect(calling.read(STACK - size, size)).toBe(BigInt(CODE + code.length));
  }
});

test("a target beyond the limit, or not canonical, is #GP(0) and nothing was pushed", () => {
  const cases: [16 | 32 | 64, number[], bigint?][] = [
    [16, [0x66, 0xe8, 0x00, 0xf0, 0, 0]],
    [32, [0xe8, 0x00, 0x00, 0x02, 0]],
    [32, [0x74, 0x7f]],
    [32, [0xff, 0xd0], 0x20001n],
    [32, [0xff, 0xe0], 0xffffffffn],
    [64, [0xff, 0xd0], 0x800000000000n],
    [64, [0xff, 0xe0], 0x7fffffffffffffffn],
    [64, [0xff, 0xe0], 0xffff7fffffffffffn],
    [32, [0xe2, 0x80]],
  ];
  for (const [bits, code, rax] of cases) {
    const subject = rig(bits, [rax ?? 0n, 5n]);
    subject.flags = 2n | ZF;
    if (bits === 32)
      subject.cpu.segments.limit[1] = code[0] === 0x74 ? 0x1070 : code[0] === 0xe2 ? 0xf0 : 0x20000;
    expect(subject.run(code), `${bits}: ${code}`).toBe(GP);
    expect(subject.registers[RSP]).toBe(BigInt(STACK));
    expect(subject.registers[1]).toBe(5n);
    expect(subject.read(STACK - 8, 8)).toBe(0n);
    expect(subject.ip).toBe(BigInt(CODE + code.length));
  }
});

test("jumps and calls through registers and memory", () => {
  for (const bits of [16, 32, 64] as const) {
    const size = (bits / 8) as 2 | 4 | 8;
    const subject = rig(bits, [0n, 0n, 0n, 0x5678n]);
    const code =
      size === 8
        ? (digit: number) => [0xff, 0xc0 | (digit << 3) | 3]
        : (digit: number) => encode(bits, size, [0xff], digit, 3);
    expect(subject.run(code(4))).toBeUndefined();
    expect(subject.ip).toBe(0x5678n);
    expect(subject.run(code(2))).toBeUndefined();
    expect(subject.ip).toBe(0x5678n);
    expect(subject.read(STACK - size, size)).toBe(BigInt(CODE + code(2).length));
    subject.write(DATA, size, 0x4321n);
    expect(subject.run(encode(bits, bits === 64 ? 4 : size, [0xff], 4, "memory"))).toBeUndefined();
    expect(subject.ip).toBe(0x4321n);
  }
});

test("ret, with arguments dropped, and to where it may not", () => {
  for (const bits of [16, 32, 64] as const) {
    const size = bits / 8;
    const subject = rig(bits);
    subject.write(STACK, size, 0x4567n);
    expect(subject.run([0xc3])).toBeUndefined();
    expect([subject.ip, subject.registers[RSP]]).toEqual([0x4567n, BigInt(STACK + size)]);
    subject.cpu.registers.r64[RSP] = BigInt(STACK);
    expect(subject.run([0xc2, 0x00, 0x80])).toBeUndefined();
    const sum = BigInt(STACK + size + 0x8000);
    expect(subject.registers[RSP]).toBe(bits === 16 ? sum & 0xffffn : sum);
    subject.cpu.registers.r64[RSP] = BigInt(STACK);
    subject.write(STACK, size, 0x7000_0000_0000_0000n & mask(size) ? 0x7000_0000_0000_0000n : mask(size));
    subject.cpu.segments.limit[1] = 0x8000;
    expect(subject.run([0xc3])).toBe(GP);
    expect(subject.registers[RSP]).toBe(BigInt(STACK));
  }
});

const TESTS: ((flags: bigint) => boolean)[] = [
  (f) => (f & OF) !== 0n,
  (f) => (f & CF) !== 0n,
  (f) => (f & ZF) !== 0n,
  (f) => (f & (CF | ZF)) !== 0n,
  (f) => (f & SF) !== 0n,
  (f) => (f & PF) !== 0n,
  (f) => ((f & SF) !== 0n) !== ((f & OF) !== 0n),
  (f) => (f & ZF) !== 0n || ((f & SF) !== 0n) !== ((f & OF) !== 0n),
];

test("every condition under all flags, in short and near form", () => {
  for (const bits of [16, 32, 64] as const) {
    const subject = rig(bits);
    for (let code = 0; code < 16; code++)
      for (let set = 0; set < 32; set++) {
        const flags = [CF, PF, ZF, SF, OF].reduce((sum, flag, n) => ((set >> n) & 1 ? sum | flag : sum), 2n);
        const taken = (TESTS[code >> 1] as (f: bigint) => boolean)(flags) !== ((code & 1) === 1);
        for (const bytes of [
          [0x70 + code, 0x20],
          [0x0f, 0x80 + code, ...little(0x20n, bits === 16 ? 2 : 4)],
        ]) {
          subject.flags = flags;
          expect(subject.run(bytes)).toBeUndefined();
          expect(subject.ip).toBe(BigInt(CODE + bytes.length + (taken ? 0x20 : 0)));
        }
      }
  }
});

test("loops count in the address size", () => {
  // [code width, address-size prefix, counter, ZF, loop taken, counter after]
  const cases: [16 | 32 | 64, boolean, bigint, bigint][] = [
    [16, false, 0x10001n, 0x10000n],
    [16, false, 0x10000n, 0x1ffffn],
    [16, true, 0x10000n, 0xffffn],
    [32, false, 1n, 0n],
    [32, false, 0n, 0xffffffffn],
    [32, true, 0x50001n, 0x50000n],
    [64, false, 1n, 0n],
    [64, false, 0x100000000n, 0xffffffffn],
    [64, false, 0n, mask(8)],
    [64, true, 0x700000001n, 0n],
    [64, true, 0x700000000n, 0xffffffffn],
  ];
  for (const [bits, prefix, before, after] of cases)
    for (const zero of [false, true])
      for (const [opcode, wants] of [
        [0xe0, !zero],
        [0xe1, zero],
        [0xe2, true],
      ] as const) {
        const subject = rig(bits, [0n, before]);
        subject.flags = zero ? 2n | ZF : 2n;
        const code = [...(prefix ? [0x67] : []), opcode, 0x30];
        expect(subject.run(code)).toBeUndefined();
        expect(subject.registers[1]).toBe(after);
        const width = prefix ? (bits === 32 ? 2 : 4) : bits / 8;
        const taken = wants && unsigned(after, width) !== 0n;
        expect(subject.ip, `${bits} ${code} ${before}`).toBe(BigInt(CODE + code.length + (taken ? 0x30 : 0)));
      }
});

test("jcxz, jecxz, jrcxz", () => {
  for (const [bits, prefix, counter, taken] of [
    [16, false, 0x10000n, true],
    [16, true, 0x10000n, false],
    [32, false, 0x10000n, false],
    [32, true, 0x10000n, true],
    [64, false, 0x100000000n, false],
    [64, true, 0x100000000n, true],
    [64, false, 0n, true],
  ] as const) {
    const subject = rig(bits, [0n, counter]);
    const code = [...(prefix ? [0x67] : []), 0xe3, 0x30];
    subject.run(code);
    expect(subject.ip).toBe(BigInt(CODE + code.length + (taken ? 0x30 : 0)));
  }
});

test("bound: both bounds belong to the range, which is signed", () => {
  for (const [bits, size] of [
    [16, 2],
    [32, 4],
  ] as const)
    for (const [index, inside] of [
      [-5n, true],
      [-6n, false],
      [7n, true],
      [8n, false],
      [0n, true],
    ] as const) {
      const subject = rig(bits, [unsigned(index, size)]);
      subject.write(DATA, size, unsigned(-5n, size));
      subject.write(DATA + size, size, 7n);
      expect(subject.run(encode(bits, size, [0x62], 0, "memory"))).toBe(inside ? undefined : BR);
    }
});

test("bound: with 16-bit addresses the second bound of a pair at FFFE lies at 0", () => {
  const subject = rig(16, [5n]);
  subject.write(0xfffe, 2, 3n);
  subject.write(0, 2, 7n);
  expect(subject.run(encode(16, 2, [0x62], 0, "memory", [], 0xfffe))).toBeUndefined();
  subject.write(0, 2, 4n);
  expect(subject.run(encode(16, 2, [0x62], 0, "memory", [], 0xfffe))).toBe(BR);
});

test("the undefined instructions are #UD", () => {
  for (const code of [
    [0x0f, 0x0b],
    [0x0f, 0xb9, 0xc0],
    [0x0f, 0xff, 0xc0],
  ])
    expect(rig(32).run(code)).toBe(UD);
});
