/** SSE and SSE2 arithmetic, comparison and conversion of singles and doubles. */
import { readE, writeRegister } from "../access.ts";
import type { Cpu } from "../cpu.ts";
import { ARITHMETIC, CF, PF, ZF } from "../flags.ts";
import { roundInteger, TRUNCATE } from "../fpu/extended.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import {
  beginFloat,
  DOUBLE,
  FLOAT_OPERATIONS,
  type FloatOperation,
  type Format,
  IE,
  meet,
  OE,
  reportFloat,
  SINGLE,
} from "../simd/floats.ts";
import type { Lanes } from "../simd/registers.ts";
import { enterMmx, readLanes, readMmx, readXmm, writeMmx, writeV } from "./simd-operands.ts";

const NAMES = Object.keys(FLOAT_OPERATIONS);
const OPERATIONS = NAMES.map((name) => FLOAT_OPERATIONS[name] as FloatOperation);

/** The source: a scalar's memory operand has its own size and no alignment. */
function source(cpu: Cpu, op: Op, bytes: number): Lanes {
  const { b } = cpu.sse;
  if (op.rm >= 0) readXmm(cpu, op.rm, b);
  else readLanes(cpu, op, bytes, bytes === 16, b);
  return b;
}

function operate(cpu: Cpu, op: Op, format: Format, count: number): void {
  const { a } = cpu.sse;
  const b = source(cpu, op, count === 1 ? format.bytes : 16);
  readXmm(cpu, op.reg, a);
  beginFloat();
  for (let i = 0; i < count; i++) (OPERATIONS[op.kind] as FloatOperation)(format, a, b, i, op.imm);
  reportFloat(cpu);
  writeV(cpu, op, a);
}

function packedSingle(cpu: Cpu, op: Op): void {
  operate(cpu, op, SINGLE, 4);
}

function packedDouble(cpu: Cpu, op: Op): void {
  operate(cpu, op, DOUBLE, 2);
}

function scalarSingle(cpu: Cpu, op: Op): void {
  operate(cpu, op, SINGLE, 1);
}

function scalarDouble(cpu: Cpu, op: Op): void {
  operate(cpu, op, DOUBLE, 1);
}

const BY_SUFFIX = { ps: packedSingle, pd: packedDouble, ss: scalarSingle, sd: scalarDouble };

/** COMIS, UCOMIS: ZF, PF and CF; only the former minds quiet NaNs. */
function comis(cpu: Cpu, op: Op): void {
  const format = op.size === 4 ? SINGLE : DOUBLE;
  const y = format.get(source(cpu, op, op.size), 0);
  readXmm(cpu, op.reg, cpu.sse.a);
  const x = format.get(cpu.sse.a, 0);
  beginFloat();
  const unordered = Number.isNaN(x) || Number.isNaN(y);
  const signals = format.signals(cpu.sse.a, 0) || format.signals(cpu.sse.b, 0);
  if (signals || (unordered && op.kind === 1)) meet(IE);
  reportFloat(cpu);
  cpu.flags.assign(ARITHMETIC, unordered ? ZF | PF | CF : x === y ? ZF : x < y ? CF : 0);
}

/** CVTSI2SS, CVTSI2SD. */
function fromInteger(cpu: Cpu, op: Op): void {
  const low = readE(cpu, op);
  const { a } = cpu.sse;
  const wide = op.size === 8;
  let value = wide ? cpu.high * 4294967296 + (low >>> 0) : low;
  if (op.kind === 0 && wide && Math.abs(value) >= 2 ** 53) {
    // Rounding twice would go wrong: keep 52 bits, the rest as a sticky bit below what a single holds.
    const exact = (BigInt(cpu.high) << 32n) | BigInt(low >>> 0);
    const kept = (exact >> 11n) << 11n;
    value = Number(kept === exact ? kept : kept | 2048n);
  }
  readXmm(cpu, op.reg, a);
  (op.kind === 0 ? SINGLE : DOUBLE).set(a, 0, value);
  writeV(cpu, op, a);
}

/** To an integer of 32 or 64 bits: low half, high half in cpu.high. What does not fit is the indefinite, invalid. */
function integer(cpu: Cpu, value: number, size: number, mode: number): number {
  const rounded = roundInteger(value, mode);
  const limit = size === 8 ? 2 ** 63 : 2 ** 31;
  if (!(rounded < limit && rounded >= -limit)) {
    meet(IE);
    cpu.high = 0x80000000 | 0;
    return size === 8 ? 0 : cpu.high;
  }
  cpu.high = Math.floor(rounded / 4294967296) | 0;
  return rounded | 0;
}

const rounding = (cpu: Cpu, op: Op) =>
  op.row.mnemonic.startsWith("cvtt") ? TRUNCATE : (cpu.sse.mxcsr >> 13) & 3;

/** CVTSS2SI, CVTSD2SI and their truncating forms; op.kind: 0 single, 1 double. */
function toInteger(cpu: Cpu, op: Op): void {
  const format = op.kind === 0 ? SINGLE : DOUBLE;
  const value = format.get(source(cpu, op, format.bytes), 0);
  beginFloat();
  const low = integer(cpu, value, op.size, rounding(cpu, op));
  reportFloat(cpu);
  writeRegister(cpu, op.src, op.size, low, cpu.high);
}

/** Numbers of one kind read, of another written: from b to a, the rest of a untouched. */
type Conversion = (cpu: Cpu, op: Op, a: Lanes, b: Lanes, i: number) => void;

function reformat(from: Format, to: Format): Conversion {
  return (_cpu, _op, a, b, i) => {
    const value = from.get(b, i);
    if (!Number.isNaN(value)) {
      to.set(a, i, value);
      if (Number.isFinite(value) && !Number.isFinite(to.get(a, i))) meet(OE);
      return;
    }
    if (from.signals(b, i)) meet(IE);
    // The payload's upper bits and the sign are kept.
    if (from === SINGLE) {
      const word = b.i32[i] as number;
      a.i32[2 * i] = (word << 29) | 0;
      a.i32[2 * i + 1] = (word & 0x80000000) | 0x7ff80000 | ((word & 0x7fffff) >> 3);
    } else {
      const high = b.i32[2 * i + 1] as number;
      a.i32[i] =
        (high & 0x80000000) | 0x7fc00000 | ((high & 0x7ffff) << 3) | ((b.i32[2 * i] as number) >>> 29);
    }
  };
}

const fromInts =
  (to: Format): Conversion =>
  (_cpu, _op, a, b, i) =>
    to.set(a, i, b.i32[i] as number);
const toInts =
  (from: Format): Conversion =>
  (cpu, op, a, b, i) => {
    a.i32[i] = integer(cpu, from.get(b, i), 4, rounding(cpu, op));
  };

interface Shape {
  readonly convert: Conversion;
  readonly count: number;
  /** Bytes of a memory source. */
  readonly bytes: number;
  /** The lanes above the result become 0; those of a scalar stay. */
  readonly clears: boolean;
}

const packedShape = (convert: Conversion, count: number, bytes: number): Shape => ({
  convert,
  count,
  bytes,
  clears: true,
});

const CONVERSIONS: Readonly<Record<string, Shape>> = {
  cvtps2pd: packedShape(reformat(SINGLE, DOUBLE), 2, 8),
  cvtpd2ps: packedShape(reformat(DOUBLE, SINGLE), 2, 16),
  cvtss2sd: { convert: reformat(SINGLE, DOUBLE), count: 1, bytes: 4, clears: false },
  cvtsd2ss: { convert: reformat(DOUBLE, SINGLE), count: 1, bytes: 8, clears: false },
  cvtdq2ps: packedShape(fromInts(SINGLE), 4, 16),
  cvtdq2pd: packedShape(fromInts(DOUBLE), 2, 8),
  cvtps2dq: packedShape(toInts(SINGLE), 4, 16),
  cvttps2dq: packedShape(toInts(SINGLE), 4, 16),
  cvtpd2dq: packedShape(toInts(DOUBLE), 2, 16),
  cvttpd2dq: packedShape(toInts(DOUBLE), 2, 16),
  // Between MMX and XMM registers.
  cvtpi2ps: { convert: fromInts(SINGLE), count: 2, bytes: 8, clears: false },
  cvtpi2pd: packedShape(fromInts(DOUBLE), 2, 8),
  cvtps2pi: packedShape(toInts(SINGLE), 2, 8),
  cvttps2pi: packedShape(toInts(SINGLE), 2, 8),
  cvtpd2pi: packedShape(toInts(DOUBLE), 2, 16),
  cvttpd2pi: packedShape(toInts(DOUBLE), 2, 16),
};
const CONVERSION_NAMES = Object.keys(CONVERSIONS);
const SHAPES = CONVERSION_NAMES.map((name) => CONVERSIONS[name] as Shape);

function convert(cpu: Cpu, op: Op): void {
  const shape = SHAPES[op.kind] as Shape;
  const { a, b } = cpu.sse;
  const [to, from] = op.row.operands as [string, string];
  if (from !== "Qq") source(cpu, op, shape.bytes);
  else if (op.rm >= 0) readMmx(cpu, op.rm, b);
  else readLanes(cpu, op, 8, false, b);
  if (shape.clears) a.i32.fill(0);
  else readXmm(cpu, op.reg, a);
  beginFloat();
  for (let i = 0; i < shape.count; i++) shape.convert(cpu, op, a, b, i);
  if (from === "Qq" || to === "Pq") enterMmx(cpu);
  reportFloat(cpu);
  if (to === "Pq") writeMmx(cpu, op.reg, a.i32[0] as number, a.i32[1] as number);
  else writeV(cpu, op, a);
}

const kinded =
  (kind: number, handler: (cpu: Cpu, op: Op) => void): Binder =>
  (op) => {
    op.kind = kind;
    return handler;
  };

export const SSE_FLOAT: Semantics = {
  ...Object.fromEntries(
    NAMES.flatMap((name, kind) =>
      Object.entries(BY_SUFFIX).map(([suffix, handler]) => [name + suffix, kinded(kind, handler)]),
    ),
  ),
  comiss: kinded(1, comis),
  comisd: kinded(1, comis),
  ucomiss: kinded(0, comis),
  ucomisd: kinded(0, comis),
  cvtsi2ss: kinded(0, fromInteger),
  cvtsi2sd: kinded(1, fromInteger),
  cvtss2si: kinded(0, toInteger),
  cvttss2si: kinded(0, toInteger),
  cvtsd2si: kinded(1, toInteger),
  cvttsd2si: kinded(1, toInteger),
  ...Object.fromEntries(CONVERSION_NAMES.map((name, kind) => [name, kinded(kind, convert)])),
};
