/** The x87: exact moves of 80 bits, arithmetic as doubles do it, stack and exceptions, images. */
import { expect, test } from "vitest";
import { Random } from "../../../oracle/random.ts";
import { CF, DATA, PF, Rig, ZF } from "./rig.ts";

const MF = 16;
/** Memory operands: [disp32] in 32-bit code. */
const mem = (opcode: number, digit: number, at = DATA) => [
  opcode,
  (digit << 3) | 5,
  at & 255,
  (at >> 8) & 255,
  (at >> 16) & 255,
  0,
];
const FNINIT = [0xdb, 0xe3];
const status = (rig: Rig) => rig.cpu.fpu.status;
const top = (rig: Rig) => (status(rig) >> 11) & 7;

function fresh(): Rig {
  const rig = new Rig(32);
  rig.cpu.cr0 |= 0x20;
  rig.run(FNINIT);
  return rig;
}

function writeDouble(rig: Rig, value: number, at = DATA): void {
  rig.bus.view.setFloat64(at, value, true);
}

function load(rig: Rig, ...values: number[]): void {
  for (const value of values) {
    writeDouble(rig, value);
    rig.run(mem(0xdd, 0));
  }
}

function store(rig: Rig): number {
  expect(rig.run(mem(0xdd, 3))).toBeUndefined();
  return rig.bus.view.getFloat64(DATA, true);
}

test("80 bits that are loaded and stored come out as they went in, whatever they mean", () => {
  const rig = fresh();
  const random = new Random(1);
  for (let time = 0; time < 300; time++) {
    const bits = random.wide() | (BigInt(random.below(65536)) << 64n);
    rig.write(DATA, 10, bits);
    rig.run(mem(0xdb, 5));
    rig.run([0xd9, 0xc9]);
    rig.run([0xd9, 0xc9]);
    rig.write(DATA, 10, 0n);
    rig.run(mem(0xdb, 7));
    expect(rig.read(DATA, 10)).toBe(bits);
    rig.run(FNINIT);
  }
});

test("doubles and 64-bit integers survive every road through the registers", () => {
  const rig = fresh();
  const random = new Random(2);
  for (let time = 0; time < 300; time++) {
    const bits = random.percent(20)
      ? (0x7ff0n << 48n) | 0x8000000000000n | (random.wide() >> 14n)
      : random.wide();
    rig.write(DATA, 8, bits);
    rig.run(mem(0xdd, 0));
    rig.run(mem(0xdb, 7));
    rig.run(mem(0xdb, 5));
    rig.run(mem(0xdd, 3));
    const quiet = (bits >> 52n) % 2048n === 2047n && bits % (1n << 52n) !== 0n ? bits | (1n << 51n) : bits;
    expect(rig.read(DATA, 8).toString(16)).toBe(quiet.toString(16));
    rig.write(DATA, 8, bits);
    rig.run(mem(0xdf, 5));
    rig.run(mem(0xdf, 7));
    expect(rig.read(DATA, 8)).toBe(bits);
  }
  expect(status(rig) & 0x3f).toBe(0);
});

test("an extended number becomes the nearest double", () => {
  const rig = fresh();
  // 1 + 2^-53 is halfway, and goes to the even 1; one bit more goes up.
  for (const [significand, value] of [
    [0x8000000000000400n, 1],
    [0x8000000000000401n, 1 + 2 ** -52],
    [0x8000000000000c00n, 1 + 2 ** -51],
    [0xffffffffffffffffn, 2],
  ] as const) {
    rig.write(DATA, 10, (0x3fffn << 64n) | significand);
    rig.run(mem(0xdb, 5));
    expect(store(rig)).toBe(value);
  }
});

const OPERATIONS: [string, number, (a: number, b: number) => number][] = [
  ["fadd", 0, (a, b) => a + b],
  ["fmul", 1, (a, b) => a * b],
  ["fsub", 4, (a, b) => a - b],
  ["fsubr", 5, (a, b) => b - a],
  ["fdiv", 6, (a, b) => a / b],
  ["fdivr", 7, (a, b) => b / a],
];

test("arithmetic with memory of every kind, with registers, with a pop", () => {
  const rig = fresh();
  for (const [name, digit, f] of OPERATIONS)
    for (const [a, b] of [
      [3, 4],
      [-1.5, 2],
      [1e300, 1e-5],
      [7, -0.25],
    ] as const) {
      load(rig, a);
      writeDouble(rig, b);
      rig.run(mem(0xdc, digit));
      expect(store(rig), `${name} m64`).toBe(f(a, b));
      load(rig, a);
      rig.bus.view.setFloat32(DATA, b, true);
      rig.run(mem(0xd8, digit));
      expect(store(rig), `${name} m32`).toBe(f(a, Math.fround(b)));
      load(rig, a);
      rig.bus.view.setInt32(DATA, -7, true);
      rig.run(mem(0xda, digit));
      expect(store(rig), `${name} m32int`).toBe(f(a, -7));
      load(rig, a);
      rig.bus.view.setInt16(DATA, -9, true);
      rig.run(mem(0xde, digit));
      expect(store(rig), `${name} m16int`).toBe(f(a, -9));
      load(rig, b, a);
      rig.run([0xd8, 0xc1 | (digit << 3)]);
      expect(store(rig), `${name} st0, st1`).toBe(f(a, b));
      expect(store(rig)).toBe(b);
      // DC and DE: the reversed ones are exchanged in the encoding.
      const turned = digit >= 4 ? digit ^ 1 : digit;
      load(rig, a, b);
      rig.run([0xde, 0xc1 | (turned << 3)]);
      expect(store(rig), `${name}p st1, st0`).toBe(f(a, b));
      expect(top(rig)).toBe(0);
    }
});

test("24 bits of precision, when the control word says so", () => {
  const rig = fresh();
  rig.write(DATA, 2, 0x7fn);
  rig.run(mem(0xd9, 5));
  load(rig, 1, 3);
  rig.run([0xde, 0xf9]);
  expect(store(rig)).toBe(Math.fround(1 / 3));
});

test("comparisons, into the status word and into EFLAGS", () => {
  const rig = fresh();
  for (const [a, b, conditions, flags] of [
    [1, 2, 0x100, CF],
    [2, 1, 0, 0n],
    [2, 2, 0x4000, ZF],
    [Number.NaN, 1, 0x4500, CF | ZF | PF],
  ] as const) {
    rig.run(FNINIT);
    load(rig, b, a);
    rig.run([0xd8, 0xd1]);
    expect(status(rig) & 0x4500).toBe(conditions);
    expect(status(rig) & 1).toBe(Number.isNaN(a) ? 1 : 0);
    rig.run(FNINIT);
    load(rig, b, a);
    rig.run([0xdf, 0xe9]);
    expect(rig.flags & (CF | ZF | PF)).toBe(flags);
    expect(status(rig) & 1).toBe(0);
    expect(top(rig)).toBe(7);
    load(rig, a);
    rig.run([0xda, 0xe9]);
    expect(status(rig) & 0x4500).toBe(conditions);
    expect(top(rig)).toBe(0);
  }
  rig.registers = [0xffffn];
  rig.run([0xdf, 0xe0]);
  expect(rig.registers[0]).toBe(BigInt(status(rig)));
});

test("integers are rounded as the control word says; what does not fit is the indefinite", () => {
  const rig = fresh();
  for (const [value, ...rounded] of [
    [2.5, 2, 2, 3, 2],
    [-2.5, -2, -3, -2, -2],
    [3.5, 4, 3, 4, 3],
    [-0.7, -1, -1, 0, 0],
    [1e9 + 0.5, 1e9, 1e9, 1e9 + 1, 1e9],
  ] as const)
    for (const [mode, expected] of rounded.entries()) {
      rig.write(DATA, 2, 0x37fn | (BigInt(mode) << 10n));
      rig.run(mem(0xd9, 5));
      for (const [opcode, digit, size] of [
        [0xdb, 3, 4],
        [0xdf, 7, 8],
      ] as const) {
        load(rig, value);
        rig.run(mem(opcode, digit));
        expect(BigInt.asIntN(8 * size, rig.read(DATA, size))).toBe(BigInt(expected));
      }
      load(rig, value);
      rig.run([0xd9, 0xfc]);
      expect(store(rig) + 0).toBe(expected + 0);
      load(rig, value);
      rig.run(mem(0xdb, 1));
      expect(BigInt.asIntN(32, rig.read(DATA, 4))).toBe(BigInt(Math.trunc(value)));
    }
  for (const [value, opcode, digit, size] of [
    [3e9, 0xdb, 3, 4],
    [-40000, 0xdf, 3, 2],
    [2 ** 63, 0xdf, 7, 8],
    [Number.NaN, 0xdf, 7, 8],
  ] as const) {
    rig.run(FNINIT);
    load(rig, value);
    rig.run(mem(opcode, digit));
    expect(rig.read(DATA, size)).toBe(1n << BigInt(8 * size - 1));
    expect(status(rig) & 1).toBe(1);
  }
});

test("packed decimals", () => {
  const rig = fresh();
  rig.write(DATA, 10, (0x80n << 72n) | 0x123456789012345678n);
  rig.run(mem(0xdf, 4));
  rig.run(mem(0xdf, 6));
  expect(rig.read(DATA, 10)).toBe((0x80n << 72n) | 0x123456789012345678n);
  load(rig, 41.5);
  rig.run(mem(0xdf, 6));
  expect(rig.read(DATA, 10)).toBe(0x42n);
});

test("constants have all their bits", () => {
  const rig = fresh();
  const expected = [
    0x3fff8000000000000000n,
    0x4000d49a784bcd1b8afen,
    0x3fffb8aa3b295c17f0bcn,
    0x4000c90fdaa22168c235n,
    0x3ffd9a209a84fbcff799n,
    0x3ffeb17217f7d1cf79acn,
    0n,
  ];
  for (const [n, bits] of expected.entries()) {
    rig.run([0xd9, 0xe8 + n]);
    rig.run(mem(0xdb, 7));
    expect(rig.read(DATA, 10)).toBe(bits);
  }
});

test("the stack: overflow and underflow are invalid operations, C1 tells which", () => {
  const rig = fresh();
  load(rig, 1, 2, 3, 4, 5, 6, 7, 8);
  expect(status(rig) & 0x41).toBe(0);
  load(rig, 9);
  expect(status(rig) & 0x241).toBe(0x241);
  expect(store(rig)).toBeNaN();
  rig.run(FNINIT);
  rig.run([0xd8, 0xc1]);
  expect(status(rig) & 0x241).toBe(0x41);
  expect(store(rig)).toBeNaN();
});

test("unmasked exceptions wait for the next instruction, which is #MF; control instructions don't mind", () => {
  const rig = fresh();
  rig.write(DATA, 2, 0x37bn);
  rig.run(mem(0xd9, 5));
  load(rig, 0, 1);
  // 1 / 0 with the divide-by-zero exception unmasked: nothing is stored.
  expect(rig.run([0xd8, 0xf1])).toBeUndefined();
  expect(status(rig) & 0x8084).toBe(0x8084);
  expect(rig.run([0xd9, 0xe8])).toBe(MF);
  expect(rig.run([0x9b])).toBe(MF);
  expect(rig.run([0xdf, 0xe0])).toBeUndefined();
  expect(rig.run([0xdb, 0xe2])).toBeUndefined();
  expect(rig.run([0x9b])).toBeUndefined();
  expect(store(rig)).toBe(1);
  // Without CR0.NE it is the board's pin.
  let pulled = 0;
  rig.cpu.fpu.ferr = () => pulled++;
  rig.cpu.cr0 &= ~0x20;
  rig.run([0xd8, 0xf0]);
  rig.write(DATA, 2, 0x37en);
  rig.run(mem(0xd9, 5));
  expect(rig.run([0x9b])).toBeUndefined();
  expect(pulled).toBeGreaterThan(0);
});

test("fxam tells what there is", () => {
  const rig = fresh();
  const conditions = () => {
    rig.run([0xd9, 0xe5]);
    return status(rig) & 0x4700;
  };
  expect(conditions()).toBe(0x4100);
  for (const [value, expected] of [
    [1, 0x400],
    [-1, 0x600],
    [0, 0x4000],
    [-0, 0x4200],
    [Number.POSITIVE_INFINITY, 0x500],
    [Number.NaN, 0x100],
  ] as const) {
    rig.run(FNINIT);
    load(rig, value);
    expect(conditions()).toBe(expected);
  }
});

test("remainders, scaling, parts, roots", () => {
  const rig = fresh();
  for (const [a, b] of [
    [17, 5],
    [-17, 5],
    [1e18, 7],
    [5.5, 0.75],
    [3, 2],
  ] as const) {
    load(rig, b, a);
    rig.run([0xd9, 0xf8]);
    const quotient = BigInt(Math.trunc(a / b)) < 0n ? -BigInt(Math.trunc(a / b)) : BigInt(Math.trunc(a / b));
    if (Math.abs(a / b) < 2 ** 50) {
      const bits = (quotient & 4n ? 0x100 : 0) | (quotient & 2n ? 0x4000 : 0) | (quotient & 1n ? 0x200 : 0);
      expect(status(rig) & 0x4700).toBe(bits);
    }
    expect(store(rig)).toBe(a % b);
    rig.run(FNINIT);
    load(rig, b, a);
    rig.run([0xd9, 0xf5]);
    const nearest = a / b - 2 * Math.floor(a / b / 2) === 0.5 ? Math.floor(a / b) : Math.round(a / b);
    if (Math.abs(a / b) < 2 ** 50) expect(store(rig)).toBe(a - b * nearest);
    rig.run(FNINIT);
  }
  load(rig, 3, 1.5);
  rig.run([0xd9, 0xfd]);
  expect(store(rig)).toBe(12);
  rig.run(FNINIT);
  load(rig, -40);
  rig.run([0xd9, 0xf4]);
  expect([store(rig), store(rig)]).toEqual([-1.25, 5]);
  load(rig, 2);
  rig.run([0xd9, 0xfa]);
  expect(store(rig)).toBe(Math.SQRT2);
  load(rig, -2);
  rig.run([0xd9, 0xfa]);
  expect(store(rig)).toBeNaN();
  expect(status(rig) & 1).toBe(1);
});

test("transcendental functions, as good as a double", () => {
  const rig = fresh();
  const unary = (code: number[], x: number) => {
    load(rig, x);
    rig.run(code);
    return store(rig);
  };
  const binary = (code: number[], x: number, y: number) => {
    load(rig, y, x);
    rig.run(code);
    return store(rig);
  };
  expect(unary([0xd9, 0xfe], 1)).toBeCloseTo(0.8414709848078965, 15);
  expect(unary([0xd9, 0xff], 1)).toBeCloseTo(0.5403023058681398, 15);
  expect(unary([0xd9, 0xf0], 0.5)).toBeCloseTo(Math.SQRT2 - 1, 15);
  expect(binary([0xd9, 0xf1], 8, 2)).toBeCloseTo(6, 14);
  expect(binary([0xd9, 0xf9], 0.5, 1)).toBeCloseTo(Math.log2(1.5), 15);
  expect(binary([0xd9, 0xf3], 1, 1)).toBeCloseTo(Math.PI / 4, 15);
  load(rig, 1);
  rig.run([0xd9, 0xf2]);
  expect([store(rig), store(rig)]).toEqual([1, Math.tan(1)]);
  expect(top(rig)).toBe(0);
  load(rig, 2 ** 64);
  rig.run([0xd9, 0xfe]);
  expect(status(rig) & 0x400).toBe(0x400);
  expect(store(rig)).toBe(2 ** 64);
});

test("fnsave and frstor carry everything over, in both sizes; fnsave empties the registers", () => {
  for (const prefix of [[], [0x66]]) {
    const rig = fresh();
    rig.write(DATA, 10, 0x4000c90fdaa22168c235n);
    rig.run(mem(0xdb, 5));
    load(rig, -3.25);
    const before = { status: status(rig), tags: rig.cpu.fpu.tags };
    rig.run([...prefix, ...mem(0xdd, 6, 0x5000)]);
    expect(rig.cpu.fpu.tags).toBe(0xffff);
    expect(rig.read(0x5000, 2)).toBe(0x37fn);
    const size = prefix.length > 0 ? 2 : 4;
    expect(rig.read(0x5000 + size, 2)).toBe(BigInt(before.status));
    expect(rig.read(0x5000 + 2 * size, 2)).toBe(0x0fffn);
    // The load of −3.25 was the last instruction, at 0x1000.
    expect(rig.read(0x5000 + 3 * size, size)).toBe(0x1000n);
    load(rig, 1, 2, 3);
    rig.run([...prefix, ...mem(0xdd, 4, 0x5000)]);
    expect({ status: status(rig), tags: rig.cpu.fpu.tags }).toEqual(before);
    expect(store(rig)).toBe(-3.25);
    rig.run(mem(0xdb, 7));
    expect(rig.read(DATA, 10)).toBe(0x4000c90fdaa22168c235n);
  }
});

test("the environment names instruction, opcode and operand, and masks what was not", () => {
  const rig = fresh();
  rig.cpu.segments.selector[1] = 0x1b;
  rig.cpu.segments.selector[3] = 0x23;
  rig.write(DATA, 2, 0x372n);
  rig.run(mem(0xd9, 5));
  writeDouble(rig, 1, 0x4444);
  rig.run(mem(0xdd, 0, 0x4444));
  rig.run(mem(0xd9, 6, 0x5000));
  expect(rig.read(0x5000, 2)).toBe(0x372n);
  expect(rig.cpu.fpu.control).toBe(0x37f);
  expect(rig.read(0x500c, 4)).toBe(0x1000n);
  expect(rig.read(0x5010, 4)).toBe(0x0505001bn);
  expect(rig.read(0x5014, 4)).toBe(0x4444n);
  expect(rig.read(0x5018, 2)).toBe(0x23n);
});

test("a store that may not happen pops nothing", () => {
  const rig = fresh();
  load(rig, 1);
  rig.cpu.flatWrite = rig.cpu.flatRead = 0;
  rig.cpu.segments.limit[3] = DATA;
  expect(rig.run(mem(0xdd, 3))).toBe(13);
  expect(rig.run(mem(0xdd, 0))).toBe(13);
  expect(top(rig)).toBe(7);
});

test("conditional moves, exchanges, signs, counting the stack up and down", () => {
  const rig = fresh();
  for (const [n, holds] of [
    [0xc1, (f: bigint) => (f & CF) !== 0n],
    [0xc9, (f: bigint) => (f & ZF) !== 0n],
    [0xd1, (f: bigint) => (f & (CF | ZF)) !== 0n],
    [0xd9, (f: bigint) => (f & PF) !== 0n],
  ] as const)
    for (const flags of [2n, 2n | CF, 2n | ZF, 2n | PF])
      for (const opcode of [0xda, 0xdb]) {
        rig.run(FNINIT);
        load(rig, 5, 6);
        rig.flags = flags;
        rig.run([opcode, n]);
        expect(store(rig)).toBe(holds(flags) === (opcode === 0xda) ? 5 : 6);
      }
  rig.run(FNINIT);
  load(rig, 5, 6);
  rig.run([0xd9, 0xc9]);
  rig.run([0xd9, 0xe0]);
  expect(store(rig)).toBe(-5);
  load(rig, -7);
  rig.run([0xd9, 0xe1]);
  expect([store(rig), store(rig)]).toEqual([7, 6]);
  rig.run([0xd9, 0xf7]);
  expect(top(rig)).toBe(1);
  rig.run([0xd9, 0xf6]);
  expect(top(rig)).toBe(0);
});
