/**
 * The second model: one instruction with an operand E (a register, or memory at DATA) and perhaps G, on BigInt, as the SDM's
 * pseudo-code says it. `agree` draws states and compares every register, the defined flags and the operand in memory.
 */
import { expect } from "vitest";
import { Random } from "../../../oracle/random.ts";
import {
  ARITHMETIC,
  type Bits,
  CODE,
  DATA,
  encode,
  operand,
  type Place,
  Rig,
  readRegister,
  type Size,
  STACK,
  sizes,
  writeRegister,
} from "./rig.ts";

export class Model {
  readonly size: Size;
  readonly registers: bigint[];
  readonly #place: Place;
  readonly #reg: number;
  readonly #high: boolean;
  flags: bigint;
  memory: bigint;
  immediate = 0n;
  /** Flags that the SDM leaves undefined here. */
  undefined = 0n;

  constructor(parts: {
    size: Size;
    registers: readonly bigint[];
    flags: bigint;
    memory: bigint;
    place: Place;
    reg: number;
    /** Numbers 4 … 7 are AH … BH. */
    high: boolean;
  }) {
    this.size = parts.size;
    this.registers = [...parts.registers];
    this.flags = parts.flags;
    this.memory = parts.memory;
    this.#place = parts.place;
    this.#reg = parts.reg;
    this.#high = parts.high;
  }

  get inMemory(): boolean {
    return this.#place === "memory";
  }

  get e(): bigint {
    return this.eOf(this.size);
  }

  set e(value: bigint) {
    if (this.#place === "memory")
      this.memory = (this.memory & ~maskOf(this.size)) | BigInt.asUintN(8 * this.size, value);
    else this.setRegister(this.#place, value);
  }

  /** E of another size than the instruction's: MOVZX's source. */
  eOf(size: Size): bigint {
    return this.#place === "memory" ? this.memory & maskOf(size) : this.register(this.#place, size);
  }

  get g(): bigint {
    return this.register(this.#reg);
  }

  set g(value: bigint) {
    this.setRegister(this.#reg, value);
  }

  register(n: number, size: Size = this.size): bigint {
    return readRegister(this.registers, n, size, this.#high);
  }

  setRegister(n: number, value: bigint, size: Size = this.size): void {
    writeRegister(this.registers, n, size, this.#high, value);
  }

  flag(mask: bigint): boolean {
    return (this.flags & mask) !== 0n;
  }

  setFlags(mask: bigint, value: bigint): void {
    this.flags = (this.flags & ~mask) | (value & mask);
  }
}

const maskOf = (size: number) => (1n << BigInt(8 * size)) - 1n;

export interface Subject {
  readonly opcode: (size: Size) => readonly number[];
  /** ModR/M.reg: a /digit; absent, a general register G. */
  readonly digit?: number;
  readonly sizes?: readonly Size[];
  readonly bits?: readonly Bits[];
  readonly places?: "register" | "memory";
  /** Bytes of the immediate; the model finds it sign-extended in `immediate`. */
  readonly immediate?: (size: Size) => number;
  /** Draws the state anew where a plain draw would seldom meet what matters. */
  readonly prepare?: (registers: bigint[], random: Random, size: Size) => void;
  /** What the instruction does; a vector when it raises one, the state then being as before. */
  readonly model: (m: Model) => number | undefined;
  readonly times?: number;
}

/** Draws `times` cases for each width of code, size and kind of place. */
export function agree(name: string, subject: Subject, seed = 1): void {
  const random = new Random(seed);
  for (const bits of subject.bits ?? ([16, 32, 64] as const)) {
    const rig = new Rig(bits);
    for (const size of sizes(bits).filter((size) => subject.sizes?.includes(size) ?? true))
      for (let time = 0; time < (subject.times ?? 60); time++) one(name, subject, rig, size, random);
  }
}

function one(name: string, subject: Subject, rig: Rig, size: Size, random: Random): void {
  const count = rig.bits === 64 ? 16 : 8;
  const draw = () => random.below(count);
  const inMemory = subject.places === "memory" || (subject.places === undefined && random.percent(40));
  const place: Place = inMemory ? "memory" : draw();
  const reg = subject.digit ?? draw();
  const length = subject.immediate?.(size) ?? 0;
  const immediate = Array.from({ length }, () => random.one([0, 1, 0x7f, 0x80, 0xff, random.below(256)]));
  const code = encode(rig.bits, size, subject.opcode(size), reg, place, immediate);
  const registers = Array.from({ length: 16 }, () => operand(random, rig.bits === 64 ? 8 : 4));
  subject.prepare?.(registers, random, size);
  if (!inMemory || count === 8) registers[4] = BigInt(STACK);
  for (let n = count; n < 16; n++) registers[n] = 0n;
  const flags = 2n | (BigInt(random.bits()) & ARITHMETIC);
  const memory = operand(random, 8);
  rig.registers = registers;
  rig.flags = flags;
  // Half of the cases find the flags unsettled.
  if (random.percent(50)) rig.cpu.flags.logic(random.bits() | 0);
  const before = rig.flags;
  const was = [...rig.registers];
  rig.write(DATA, 8, memory);
  rig.write(DATA + 8, 8, memory);
  const high = !code.some((byte, at) => at < 2 && rig.bits === 64 && (byte & 0xf0) === 0x40);
  const model = new Model({ size, registers: was, flags: before, memory, place, reg, high });
  if (length > 0) model.immediate = BigInt.asIntN(8 * length, value(immediate));
  const vector = rig.run(code);
  const expected = subject.model(model);
  const same = expected !== undefined;
  const known = ~model.undefined;
  const found = [...rig.registers, rig.read(DATA, 8), rig.read(DATA + 8, 8), rig.flags & known, rig.ip];
  const wanted = [
    ...(same ? was : model.registers),
    same ? memory : model.memory,
    memory,
    (same ? before : model.flags) & known,
    BigInt(CODE + code.length),
  ];
  if (vector === expected && found.every((value, n) => value === wanted[n])) return;
  const about = `${name}: ${rig.bits} bits, ${code.map((byte) => byte.toString(16)).join(" ")}, ${was.map(hex)}, [${hex(memory)}], flags ${hex(before)}`;
  expect({ vector, found: found.map(hex) }, about).toEqual({ vector: expected, found: wanted.map(hex) });
}

const hex = (number: bigint) => number.toString(16);
const value = (bytes: readonly number[]) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
