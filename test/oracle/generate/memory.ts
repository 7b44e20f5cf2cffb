/** Memory operands: a place first, then a ModR/M (and SIB) form and a displacement that lead there. */
import type { Draft } from "./draft.ts";

export interface MemoryOperand {
  /** Segment override prefix, 0 for none. */
  readonly override: number;
  /** 67 is needed. */
  readonly resize: boolean;
  /** Bits of REX: X and B. */
  readonly rex: number;
  /** ModR/M with reg = 0, SIB, displacement. */
  readonly bytes: number[];
  /** RIP-relative: the displacement (last four bytes) is still the target's offset and must be reduced by the next address. */
  readonly relative: boolean;
  /** Linear address meant, when it is known. */
  readonly linear: bigint | undefined;
}

const OVERRIDES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
const SS = 2;
const DS = 3;

const little = (value: bigint, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

export function memoryOperand(draft: Draft): MemoryOperand {
  const { random, env } = draft;
  const natural = env.bits === 64 ? 8 : env.bits / 8;
  const resize = random.percent(env.bits === 64 ? 8 : 7);
  const size = !resize ? natural : natural === 4 ? 2 : 4;
  // In 64-bit mode QEMU adds the bases of ES, CS, SS and DS as well.
  const override = random.percent(12) ? random.one(env.bits === 64 ? OVERRIDES.slice(4) : OVERRIDES) : 0;
  const segment = (stack: boolean) => (override !== 0 ? OVERRIDES.indexOf(override) : stack ? SS : DS);
  const form = size === 2 ? form16(draft) : form32(draft, size);
  const base = segmentBase(draft, segment(form.stack));
  const bits = BigInt(8 * size);
  const wrap = (value: bigint) => BigInt.asUintN(Number(bits), value);
  const known = wrap(form.known(draft.registers));
  if (form.displacement === 1 || form.displacement === 0) {
    const offset = form.displacement === 0 ? 0n : BigInt.asIntN(8, BigInt(random.below(256)));
    return {
      override,
      resize,
      rex: form.rex,
      bytes: [...form.bytes(form.displacement === 0 ? 0 : 1), ...little(offset, form.displacement)],
      relative: false,
      linear: wrap(known + offset) + base,
    };
  }
  const linear = random.percent(97) ? draft.place() : random.wide();
  const offset = linear - base;
  const displacement = BigInt.asIntN(Number(bits), offset - known);
  return {
    override,
    resize,
    rex: form.rex,
    bytes: [...form.bytes(2), ...little(displacement, form.displacement)],
    relative: form.relative,
    linear,
  };
}

/** Base of a segment register at the start of the case. */
export function segmentBase(draft: Draft, segment: number): bigint {
  const { env, ground } = draft;
  const selector = [
    env.segments.es,
    env.cs,
    env.segments.ss,
    env.segments.ds,
    env.segments.fs,
    env.segments.gs,
  ][segment]!;
  if (env.real || env.v86) return BigInt(selector) << 4n;
  if (env.bits === 64) return segment === 4 ? env.fsBase : segment === 5 ? env.gsBase : 0n;
  if (env.world === "long" && segment >= 4)
    return segment === 4 ? env.fsBase & 0xffffffffn : env.gsBase & 0xffffffffn;
  return BigInt(ground.bases.get(selector & ~3) ?? 0);
}

interface Form {
  /** Bytes of the displacement: 0, 1, 2 or 4. */
  readonly displacement: number;
  readonly rex: number;
  /** The default segment is SS. */
  readonly stack: boolean;
  readonly relative: boolean;
  /** What the registers contribute. */
  known(registers: readonly bigint[]): bigint;
  /** ModR/M and SIB for mod 0, 1 or 2. */
  bytes(mod: number): number[];
}

const PAIRS = [[3, 6], [3, 7], [5, 6], [5, 7], [6], [7], [5], [3]];

function form16({ random }: Draft): Form {
  const rm = random.below(9);
  if (rm === 8)
    return {
      displacement: 2,
      rex: 0,
      stack: false,
      relative: false,
      known: () => 0n,
      bytes: () => [6],
    };
  const registers = PAIRS[rm]!;
  const displacement = registers.length > 1 || random.percent(50) ? 2 : rm === 6 ? 1 : random.below(2);
  return {
    displacement,
    rex: 0,
    stack: registers[0] === 5,
    relative: false,
    known: (values) => registers.reduce((sum, register) => sum + (values[register]! & 0xffffn), 0n),
    bytes: (mod) => [(mod << 6) | rm],
  };
}

function form32(draft: Draft, size: number): Form {
  const { random, env, pointers } = draft;
  const value = (values: readonly bigint[], register: number) =>
    size === 8 ? values[register]! : values[register]! & 0xffffffffn;
  // In 64-bit mode the displacement reaches 2 GiB to either side: the base must point there.
  const choose = () =>
    (size === 8 || random.percent(50)) && pointers.length > 0 ? random.one(pointers) : draft.source();
  const draw = random.below(10);
  if (draw === 0)
    return {
      displacement: 4,
      rex: 0,
      stack: false,
      relative: env.bits === 64,
      known: () => 0n,
      bytes: () => [5],
    };
  if (draw === 1)
    return {
      displacement: 4,
      rex: 0,
      stack: false,
      relative: false,
      known: () => 0n,
      bytes: () => [4, (random.below(4) << 6) | 0x25],
    };
  if (draw < 6) {
    const register = choose();
    const near = pointers.includes(register) && random.percent(65);
    // Without a displacement mod is 0: not for RBP and R13, which then mean no base.
    const displacement = near ? ((register & 7) === 5 ? 1 : random.below(2)) : 4;
    return {
      displacement,
      rex: register >> 3,
      stack: register === 4 || register === 5,
      relative: false,
      known: (values) => value(values, register),
      bytes: (mod) => ((register & 7) === 4 ? [(mod << 6) | 4, 0x24] : [(mod << 6) | (register & 7)]),
    };
  }
  const base = choose();
  let index = draft.source();
  if (size === 8) {
    // A small index keeps the sum within reach.
    const small = Array.from({ length: 16 }, (_, i) => i).filter(
      (i) => i !== 4 && draft.registers[i]! < 0x10000000n,
    );
    if (small.length > 0 && random.percent(90)) index = random.one(small);
  }
  const scale = random.below(4);
  return {
    displacement: 4,
    rex: (base >> 3) | ((index >> 3) << 1),
    stack: base === 4 || base === 5,
    relative: false,
    known: (values) => value(values, base) + (index === 4 ? 0n : value(values, index) << BigInt(scale)),
    bytes: (mod) => [(mod << 6) | 4, (scale << 6) | ((index & 7) << 3) | (base & 7)],
  };
}
