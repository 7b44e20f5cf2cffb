/** Packed integers and logic of MMX and SSE2: lane by lane on two buffers, so that 8 and 16 bytes share one function. */
import type { Cpu } from "../cpu.ts";
import type { Binder, Op, Semantics } from "../op.ts";
import type { Lanes } from "../sse.ts";
import { enterMmx, readLanes, readMmx, readW, readXmm, writeMmx, writeV } from "./simd-operands.ts";

/** a ← a op b over so many bytes. */
type LaneOperation = (a: Lanes, b: Lanes, bytes: number) => void;

/** Over lanes of 32 bits. */
const dwords =
  (f: (a: number, b: number) => number): LaneOperation =>
  (a, b, bytes) => {
    for (let i = 0; i < bytes / 4; i++) a.i32[i] = f(a.i32[i] as number, b.i32[i] as number);
  };

const and = dwords((a, b) => a & b);
const andNot = dwords((a, b) => ~a & b);
const or = dwords((a, b) => a | b);
const xor = dwords((a, b) => a ^ b);

const OPERATIONS: Readonly<Record<string, LaneOperation>> = {
  pand: and,
  andps: and,
  andpd: and,
  pandn: andNot,
  andnps: andNot,
  andnpd: andNot,
  por: or,
  orps: or,
  orpd: or,
  pxor: xor,
  xorps: xor,
  xorpd: xor,
};

const NAMES = Object.keys(OPERATIONS);
const BY_KIND = NAMES.map((name) => OPERATIONS[name] as LaneOperation);

function packedXmm(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  readW(cpu, op, true, b);
  readXmm(cpu, op.reg, a);
  (BY_KIND[op.kind] as LaneOperation)(a, b, 16);
  writeV(cpu, op, a);
}

function packedMmx(cpu: Cpu, op: Op): void {
  const { a, b } = cpu.sse;
  if (op.rm >= 0) readMmx(cpu, op.rm, b);
  else readLanes(cpu, op, 8, false, b);
  readMmx(cpu, op.reg, a);
  enterMmx(cpu);
  (BY_KIND[op.kind] as LaneOperation)(a, b, 8);
  writeMmx(cpu, op.reg, a.i32[0] as number, a.i32[1] as number);
}

const packed: Binder = (op) => {
  op.kind = NAMES.indexOf(op.row.mnemonic);
  return op.row.operands[0] === "Pq" ? packedMmx : packedXmm;
};

export const PACKED: Semantics = Object.fromEntries(NAMES.map((name) => [name, packed]));
