/** PUSH POP PUSHA POPA ENTER LEAVE, with every operand size and stack width. */
import { expect, test } from "vitest";
import { type Bits, DATA, encode, little, mask, Rig, type Size, STACK } from "./rig.ts";

const RSP = 4;
const RBP = 5;
const SS_FAULT = 12;

function rig(bits: Bits): Rig {
  const made = new Rig(bits);
  made.registers = Array.from({ length: 16 }, (_, n) =>
    n >= 8 && bits !== 64 ? 0n : (0x1111111111111111n * BigInt(n)) & mask(bits === 64 ? 8 : 4),
  );
  made.cpu.registers.r64[RSP] = BigInt(STACK);
  return made;
}

/** Operand sizes of stack instructions, with their prefix. */
const forms = (bits: Bits): [Size, number[]][] =>
  bits === 64
    ? [
        [8, []],
        [2, [0x66]],
      ]
    : bits === 32
      ? [
          [4, []],
          [2, [0x66]],
        ]
      : [
          [2, []],
          [4, [0x66]],
        ];

test("push and pop of every register; PUSH SP pushes the old, POP SP leaves the popped", () => {
  for (const bits of [16, 32, 64] as const)
    for (const [size, prefix] of forms(bits))
      for (let n = 0; n < 8; n++) {
        const subject = rig(bits);
        const before = subject.registers[n]!;
        subject.run([...prefix, 0x50 + n]);
        expect(subject.read(STACK - size, size)).toBe(before & mask(size));
        expect(subject.registers[RSP]).toBe(BigInt(STACK - size));
        subject.write(STACK - size, size, 0x1234567812345678n);
        subject.run([...prefix, 0x58 + n]);
        const value = 0x1234567812345678n & mask(size);
        const after = size >= 4 ? value : ((n === RSP ? BigInt(STACK) : before) & ~mask(size)) | value;
        expect(subject.registers[n]).toBe(after);
        if (n !== RSP) expect(subject.registers[RSP]).toBe(BigInt(STACK));
      }
});

test("push of immediates, sign-extended", () => {
  for (const bits of [16, 32, 64] as const)
    for (const [size, prefix] of forms(bits)) {
      const subject = rig(bits);
      subject.run([...prefix, 0x6a, 0x80]);
      expect(subject.read(STACK - size, size)).toBe(mask(size) - 127n);
      subject.run([...prefix, 0x68, ...little(0xdeadbeefn, size === 2 ? 2 : 4)]);
      expect(subject.read(STACK - 2 * size, size)).toBe(
        BigInt.asUintN(8 * size, size === 2 ? 0xbeefn : BigInt.asIntN(32, 0xdeadbeefn)),
      );
    }
});

test("push and pop of memory; POP [ESP] is addressed after the pop", () => {
  for (const bits of [16, 32, 64] as const) {
    const size = (bits / 8) as Size;
    const subject = rig(bits);
    subject.write(DATA, size, 0x0123456789abcdefn);
    const wide = bits === 64 ? 4 : size;
    subject.run(encode(bits, wide, [0xff], 6, "memory"));
    expect(subject.read(STACK - size, size)).toBe(0x0123456789abcdefn & mask(size));
    subject.write(DATA, size, 0n);
    subject.run(encode(bits, wide, [0x8f], 0, "memory"));
    expect(subject.read(DATA, size)).toBe(0x0123456789abcdefn & mask(size));
    expect(subject.registers[RSP]).toBe(BigInt(STACK));
    if (bits === 16) continue;
    subject.write(STACK, size, 0x77n);
    expect(subject.run([0x8f, 0x44, 0x24, 0x10])).toBeUndefined();
    expect(subject.read(STACK + size + 0x10, size)).toBe(0x77n);
    expect(subject.registers[RSP]).toBe(BigInt(STACK + size));
  }
});

test("a fault leaves the stack pointer", () => {
  const subject = rig(32);
  subject.cpu.flatWrite = 0;
  subject.cpu.flatRead = 0;
  subject.cpu.segments.limit[2] = STACK - 1;
  for (const code of [[0x58], [0xc3], [0x8f, 0x04, 0x24], [0x8f, 0x44, 0x24, 0x80], [0x61]]) {
    expect(subject.run(code), `${code}`).toBe(SS_FAULT);
    expect(subject.registers[RSP]).toBe(BigInt(STACK));
  }
  subject.cpu.registers.r64[RSP] = BigInt(STACK + 0x100);
  for (const code of [[0x50], [0x6a, 1], [0x60], [0xc8, 8, 0, 0], [0xe8, 0, 0, 0, 0]]) {
    expect(subject.run(code), `${code}`).toBe(SS_FAULT);
    expect(subject.registers[RSP]).toBe(BigInt(STACK + 0x100));
  }
  // What is popped can be read, where it goes cannot be written.
  subject.cpu.segments.limit[2] = STACK + 0x103;
  expect(subject.run([0x8f, 0x44, 0x24, 0x10])).toBe(SS_FAULT);
  expect(subject.registers[RSP]).toBe(BigInt(STACK + 0x100));
});

test("pusha and popa: the image of SP is the one before, and is passed over", () => {
  for (const bits of [16, 32] as const)
    for (const [size, prefix] of forms(bits)) {
      const subject = rig(bits);
      const before = subject.registers;
      subject.run([...prefix, 0x60]);
      expect(subject.registers[RSP]).toBe(BigInt(STACK - 8 * size));
      for (let n = 0; n < 8; n++)
        expect(subject.read(STACK - size * (n + 1), size)).toBe(before[n]! & mask(size));
      subject.registers = before.map((value, n) => (n === RSP ? BigInt(STACK - 8 * size) : value ^ 0xffffn));
      for (let n = 8; n < 16; n++) subject.cpu.registers.r64[n] = 0n;
      subject.write(STACK - size * (RSP + 1), size, 0x9999n);
      subject.run([...prefix, 0x61]);
      expect(subject.registers).toEqual(before);
    }
});

/** ENTER by the SDM, with lists instead of a stack. */
function framed(subject: Rig, size: number, level: number, bp: bigint): bigint[] {
  const pushed = [subject.registers[RBP]! & mask(size)];
  const frame = BigInt(STACK - size);
  for (let i = 1; i < level; i++) pushed.push(subject.read(Number(bp) - size * i, size));
  if (level > 0) pushed.push(frame);
  return pushed;
}

test("enter in all nesting levels, leave", () => {
  for (const bits of [16, 32, 64] as const)
    for (const [size, prefix] of forms(bits))
      for (const level of [0, 1, 2, 5, 31, 32, 34]) {
        const subject = rig(bits);
        const outer = BigInt(STACK + 0x200);
        subject.cpu.registers.r64[RBP] = outer;
        for (let i = 1; i < 32; i++) subject.write(Number(outer) - size * i, size, BigInt(0x1000 + i));
        const expected = framed(subject, size, level & 31, outer);
        expect(subject.run([...prefix, 0xc8, 0x34, 0x02, level])).toBeUndefined();
        for (const [i, value] of expected.entries())
          expect(subject.read(STACK - size * (i + 1), size), `${bits} ${size} ${level} ${i}`).toBe(value);
        expect(subject.registers[RBP]).toBe(BigInt(STACK - size));
        expect(subject.registers[RSP]).toBe(BigInt(STACK - size * expected.length - 0x234));
        expect(subject.run([...prefix, 0xc9])).toBeUndefined();
        expect(subject.registers[RSP]).toBe(BigInt(STACK));
        const popped = outer & mask(size);
        expect(subject.registers[RBP]).toBe(popped);
      }
});

test("a 16-bit stack pointer wraps, the upper half of ESP standing still", () => {
  const subject = rig(16);
  subject.cpu.registers.r64[RSP] = 0xabcd0000n;
  expect(subject.run([0x50])).toBeUndefined();
  expect(subject.registers[RSP]).toBe(0xabcdfffen);
  expect(subject.run([0x59])).toBeUndefined();
  expect(subject.registers[RSP]).toBe(0xabcd0000n);
  // A frame at the very top of the segment.
  expect(subject.run([0xc8, 4, 0, 0])).toBeUndefined();
  expect(subject.registers[RSP]).toBe(0xabcdfffan);
  expect(subject.registers[RBP]! & 0xffffn).toBe(0xfffen);
});
