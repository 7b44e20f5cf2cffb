/** MMX and SSE: arithmetic as a real processor did it; moves, memory operands and state by hand. */
import { expect, test } from "vitest";
import { ARITHMETIC, DATA, Rig } from "./rig.ts";
import { type Case, record, recordedCases, simdForms } from "./simd-cases.ts";

if (process.env.RINGLAB_RECORD) record();

const GP = 13;
const XM = 19;
/** Exceptions that are reported: invalid operation, division by zero, overflow. */
const REPORTED = 0b1101;

function rig(bits: 16 | 32 | 64): Rig {
  const made = new Rig(bits);
  made.cpu.cr4 |= 0x600;
  return made;
}

const xmm = (of: Rig, n: number) => {
  const { i32 } = of.cpu.sse.xmm;
  return [3, 2, 1, 0].reduce((sum, lane) => (sum << 32n) | BigInt((i32[4 * n + lane] as number) >>> 0), 0n);
};
function setXmm(of: Rig, n: number, value: bigint): void {
  for (let lane = 0; lane < 4; lane++)
    of.cpu.sse.xmm.i32[4 * n + lane] = Number(BigInt.asIntN(32, value >> BigInt(32 * lane)));
}
const half = (value: bigint, n: number) => Number(BigInt.asIntN(32, value >> BigInt(32 * n)));

function outcome(on: Rig, { code, before }: Case): bigint[] {
  const [a, b, g, mxcsr] = before as [bigint, bigint, bigint, bigint];
  const { cpu } = on;
  setXmm(on, 0, a);
  setXmm(on, 1, b);
  cpu.fpu.init();
  cpu.fpu.setPhysical(0, half(a, 0), half(a, 1), 0xffff);
  cpu.fpu.setPhysical(1, half(b, 0), half(b, 1), 0xffff);
  on.registers = [g, g];
  cpu.sse.mxcsr = Number(mxcsr);
  on.flags = 2n;
  if (on.run(code) !== undefined) return [];
  cpu.fpu.partsOf(0);
  const mm = on.cpu.fpu.significands;
  const low = BigInt((mm[0] as number) >>> 0) | (BigInt((mm[1] as number) >>> 0) << 32n);
  return [xmm(on, 0), low, on.registers[0]!, BigInt(cpu.sse.mxcsr & REPORTED), on.flags & ARITHMETIC];
}

test("every arithmetic form does what it did on a processor", () => {
  const on = rig(64);
  const cases = recordedCases();
  const recorded = new Set(cases.map(({ code }) => Buffer.from(code).toString("hex")));
  expect(simdForms().filter(([, code]) => !recorded.has(Buffer.from(code).toString("hex")))).toEqual([]);
  for (const one of cases) {
    const [x, mm, g, mxcsr, flags] = one.after as [bigint, bigint, bigint, bigint, bigint];
    const comparing = /comis/.test(one.mnemonic);
    const wanted = [x, mm, g, mxcsr & BigInt(REPORTED), comparing ? flags & ARITHMETIC : 0n];
    const found = outcome(on, one);
    if (!comparing) found[4] = 0n;
    if (found.some((value, i) => value !== wanted[i]) || found.length === 0) {
      const about = `${one.mnemonic} ${Buffer.from(one.code).toString("hex")} of ${one.before.map((v) => v.toString(16))}`;
      expect(
        found.map((v) => v.toString(16)),
        about,
      ).toEqual(wanted.map((v) => v.toString(16)));
    }
  }
  expect(cases.length).toBeGreaterThan(1000);
});

const [A, B] = [0x0f0e0d0c_0b0a0908_07060504_03020100n, 0xfffefdfc_fbfaf9f8_f7f6f5f4_f3f2f1f0n];
const LOW = (1n << 64n) - 1n;
const memory = (at = DATA) => [0x05, at & 255, (at >> 8) & 255, 0, 0];

/** [bytes before ModR/M, xmm0 after loading B from memory, memory after storing A to it]; xmm0 is A before. */
const MOVES: [string, number[], bigint, number[] | undefined, bigint][] = [
  ["movups", [0x0f, 0x10], B, [0x0f, 0x11], A],
  ["movaps", [0x0f, 0x28], B, [0x0f, 0x29], A],
  ["movdqa", [0x66, 0x0f, 0x6f], B, [0x66, 0x0f, 0x7f], A],
  ["movdqu", [0xf3, 0x0f, 0x6f], B, [0xf3, 0x0f, 0x7f], A],
  ["movss", [0xf3, 0x0f, 0x10], B & 0xffffffffn, [0xf3, 0x0f, 0x11], (B & ~0xffffffffn) | (A & 0xffffffffn)],
  ["movsd", [0xf2, 0x0f, 0x10], B & LOW, [0xf2, 0x0f, 0x11], (B & ~LOW) | (A & LOW)],
  ["movlps", [0x0f, 0x12], (A & ~LOW) | (B & LOW), [0x0f, 0x13], (B & ~LOW) | (A & LOW)],
  ["movhps", [0x0f, 0x16], (A & LOW) | ((B & LOW) << 64n), [0x0f, 0x17], (B & ~LOW) | (A >> 64n)],
  ["movq", [0xf3, 0x0f, 0x7e], B & LOW, [0x66, 0x0f, 0xd6], (B & ~LOW) | (A & LOW)],
  ["movd", [0x66, 0x0f, 0x6e], B & 0xffffffffn, [0x66, 0x0f, 0x7e], (B & ~0xffffffffn) | (A & 0xffffffffn)],
  ["movntps", [0x66, 0x0f, 0x6f], B, [0x0f, 0x2b], A],
];

test("moves from and to memory", () => {
  for (const [name, load, loaded, store, stored] of MOVES) {
    const on = rig(32);
    setXmm(on, 0, A);
    on.write(DATA, 16, B);
    expect(on.run([...load, ...memory()]), name).toBeUndefined();
    expect(xmm(on, 0).toString(16), name).toBe(loaded.toString(16));
    setXmm(on, 0, A);
    expect(on.run([...store!, ...memory()]), name).toBeUndefined();
    expect(on.read(DATA, 16).toString(16), name).toBe(stored.toString(16));
  }
});

test("movss and movsd between registers leave the rest", () => {
  const on = rig(32);
  setXmm(on, 0, A);
  setXmm(on, 1, B);
  on.run([0xf3, 0x0f, 0x10, 0xc1]);
  expect(xmm(on, 0)).toBe((A & ~0xffffffffn) | (B & 0xffffffffn));
  on.run([0xf2, 0x0f, 0x10, 0xc1]);
  expect(xmm(on, 0)).toBe((A & ~LOW) | (B & LOW));
  on.run([0x0f, 0x12, 0xc1]);
  expect(xmm(on, 0)).toBe((A & ~LOW) | (B >> 64n));
  on.run([0x0f, 0x16, 0xc1]);
  expect(xmm(on, 0)).toBe((B >> 64n) | ((B & LOW) << 64n));
});

test("aligned operands must be aligned, and a store that faults halfway writes nothing", () => {
  const on = rig(32);
  for (const code of [
    [0x0f, 0x28],
    [0x0f, 0x29],
    [0x66, 0x0f, 0xef],
    [0x0f, 0x58],
  ]) {
    expect(on.run([...code, ...memory(DATA + 8)])).toBe(GP);
    expect(on.run([...code, ...memory(DATA)])).toBeUndefined();
  }
  on.cpu.flatRead = on.cpu.flatWrite = 0;
  on.cpu.segments.limit[3] = DATA + 11;
  on.write(DATA, 16, B);
  setXmm(on, 0, A);
  expect(on.run([0x0f, 0x11, ...memory()])).toBe(GP);
  expect(on.read(DATA, 16)).toBe(B);
});

test("MMX registers are the significands of the x87's: all become valid, EMMS empties them", () => {
  const on = rig(32);
  on.run([0xdb, 0xe3]);
  on.registers = [0x12345678n];
  on.run([0x0f, 0x6e, 0xd8]);
  expect(on.cpu.fpu.tags).not.toBe(0xffff);
  on.run([0xdb, 0xbd, 0, 0x50, 0, 0]);
  on.run([0x0f, 0x77]);
  expect(on.cpu.fpu.tags).toBe(0xffff);
  on.run([0x0f, 0x7f, 0x1d, 0, 0x40, 0, 0]);
  expect(on.read(DATA, 8)).toBe(0x12345678n);
});

test("an unmasked exception is #XM and leaves the destination, or #UD without CR4.OSXMMEXCPT", () => {
  const on = rig(32);
  on.cpu.sse.mxcsr = 0x1f80 & ~0x200;
  setXmm(on, 0, 0x3f800000n);
  setXmm(on, 1, 0n);
  expect(on.run([0xf3, 0x0f, 0x5e, 0xc1])).toBe(XM);
  expect(xmm(on, 0)).toBe(0x3f800000n);
  expect(on.cpu.sse.mxcsr & 4).toBe(4);
  on.cpu.cr4 &= ~0x400;
  expect(on.run([0xf3, 0x0f, 0x5e, 0xc1])).toBe(6);
});

test("fxsave and fxrstor carry x87, MMX, XMM and MXCSR over", () => {
  for (const [bits, rex, count] of [
    [32, [], 8],
    [64, [], 16],
    [64, [0x48], 16],
  ] as const) {
    const on = rig(bits);
    const at = bits === 64 ? [0x04, 0x25, 0, 0x50, 0, 0] : [0x05, 0, 0x50, 0, 0];
    const back = bits === 64 ? [0x0c, 0x25, 0, 0x50, 0, 0] : [0x0d, 0, 0x50, 0, 0];
    on.run([0xdb, 0xe3]);
    on.run([0xd9, 0xeb]);
    for (let n = 0; n < 16; n++) setXmm(on, n, A + BigInt(n));
    on.cpu.sse.mxcsr = 0x1fa0;
    expect(on.run([...rex, 0x0f, 0xae, ...at])).toBeUndefined();
    expect(on.read(0x5000, 2)).toBe(0x37fn);
    expect(on.read(0x5004, 1)).toBe(0x80n);
    expect(on.read(0x5018, 4)).toBe(0x1fa0n);
    expect(on.read(0x5020, 10)).toBe(0x4000c90fdaa22168c235n);
    for (let n = 0; n < 16; n++) {
      expect(on.read(0x50a0 + 16 * n, 16)).toBe(n < count ? A + BigInt(n) : 0n);
      setXmm(on, n, 0n);
    }
    on.run([0xdb, 0xe3]);
    on.cpu.sse.mxcsr = 0x1f80;
    expect(on.run([...rex, 0x0f, 0xae, ...back])).toBeUndefined();
    expect(xmm(on, 5)).toBe(A + 5n);
    expect(on.cpu.sse.mxcsr).toBe(0x1fa0);
    expect(on.cpu.fpu.value(0)).toBe(Math.PI);
    on.write(0x5018, 4, 0xffffffffn);
    expect(on.run([...rex, 0x0f, 0xae, ...back])).toBe(GP);
  }
  const on = rig(32);
  expect(on.run([0x0f, 0xae, 0x05, 8, 0x50, 0, 0])).toBe(GP);
});

test("MXCSR has no bits above 15", () => {
  const on = rig(32);
  on.write(DATA, 4, 0x1f80n | 0x10000n);
  expect(on.run([0x0f, 0xae, 0x15, 0, 0x40, 0, 0])).toBe(GP);
  on.write(DATA, 4, 0x5f80n);
  expect(on.run([0x0f, 0xae, 0x15, 0, 0x40, 0, 0])).toBeUndefined();
  on.run([0x0f, 0xae, 0x1d, 8, 0x40, 0, 0]);
  expect(on.read(DATA + 8, 4)).toBe(0x5f80n);
});
