/**
 * Random kernel code, and a bare machine to run it on: one page of instructions, handlers that halt, data with a page that is absent and
 * one that is read-only. What a fragment does to registers, flags and memory must be the same wherever it runs.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Gpa } from "../../../../src/machine/address.ts";
import { type Cpu, CR0 } from "../../../../src/machine/cpu/cpu.ts";
import { updateMode } from "../../../../src/machine/cpu/segments.ts";
import { startIn } from "../../../../src/machine/load/start.ts";
import type { Machine } from "../../../../src/machine/machine.ts";

export const CODE = 0x100000;
const HANDLERS = 0x108000;
const IDT = 0x109000;
const DIRECTORY = 0x10a000;
const TABLE = 0x10b000;
const STACK = 0x10d000;
export const DATA = 0x200000;
export const DATA_BYTES = 0x8000;
const ABSENT = DATA + 0x3000;
const READ_ONLY = DATA + 0x5000;
const INTERRUPT_GATE = 0x8e00;
const ALL_ARITHMETIC = 0x8d5;
const VECTORS = 32;
const PAGE = 4096;

export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** 0 … below − 1. */
  below(below: number): number {
    return uniformInt(this.#generator, 0, below - 1);
  }

  int(): number {
    return uniformInt(this.#generator, -0x80000000, 0x7fffffff);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

/** Registers that fragments change at will; ESI and EDI point to data. */
const FREE = [0, 1, 2, 3, 5];
const ESI = 6;
const EDI = 7;

/** ModR/M with a free register as `reg`, or the digit given, and a free register or memory. */
function modrm(random: Random, reg = random.of(FREE), memory = random.below(2) === 0): number[] {
  if (!memory) return [0xc0 | (reg << 3) | random.of(FREE)];
  const base = random.of([ESI, EDI]);
  switch (random.below(4)) {
    case 0:
      return [(reg << 3) | base];
    case 1:
      return [0x80 | (reg << 3) | base, random.below(256), random.below(2), 0, 0];
    case 2:
      // [base + register · scale + disp8]: far away, mostly
      return [
        0x44 | (reg << 3),
        (random.below(4) << 6) | (random.of([...FREE, 4, 4, 4]) << 3) | base,
        random.below(256),
      ];
    default:
      return [0x40 | (reg << 3) | base, random.below(256)];
  }
}

const JCC = 0x70;
/** After the last instruction: where jumps beyond it go. */
const HLT = 0xf4;

const bytes = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => (value >> (8 * i)) & 0xff);

/** One instruction. */
function instruction(random: Random): number[] {
  const wide = random.below(4) === 0 ? 0 : 1;
  const narrow = wide === 1 && random.below(6) === 0;
  const prefix = narrow ? [0x66] : [];
  const z = narrow ? 2 : 4;
  const size = wide === 0 ? 1 : z;
  const operation = random.below(8);
  const value = random.of([random.int(), 0, 1, -1, 0x80, 0x7fffffff, 0x80000000 | 0]);
  switch (random.below(33)) {
    case 0:
    case 1:
      return [...prefix, (operation << 3) | (random.below(2) << 1) | wide, ...modrm(random)];
    case 2:
      return [...prefix, 0x80 | wide, ...modrm(random, operation), ...bytes(value, size)];
    case 3:
      return [...prefix, 0x83, ...modrm(random, operation), random.below(256)];
    case 4:
      return [...prefix, (operation << 3) | 4 | wide, ...bytes(value, size)];
    case 5:
      return [...prefix, 0x88 | (random.below(2) << 1) | wide, ...modrm(random)];
    case 6:
      return [...prefix, 0xb8 | random.of(FREE), ...bytes(value, z)];
    case 7:
      return [...prefix, 0xc6 | wide, ...modrm(random, 0), ...bytes(value, size)];
    case 8:
      return [...prefix, random.of([0x40, 0x48]) | random.of(FREE)];
    case 9:
      return [...prefix, 0xfe | wide, ...modrm(random, random.below(2))];
    case 10:
      return [...prefix, 0xf6 | wide, ...modrm(random, random.of([2, 3]))];
    case 11:
      return [...prefix, 0xf6 | wide, ...modrm(random, random.of([4, 5, 6, 7]))];
    case 12:
      return [
        ...prefix,
        0xc0 | wide,
        ...modrm(random, random.of([0, 1, 2, 3, 4, 5, 6, 7])),
        random.below(36),
      ];
    case 13:
      return [...prefix, random.of([0xd0, 0xd2]) | wide, ...modrm(random, random.of([0, 1, 2, 3, 4, 5, 7]))];
    case 14:
      return [0x0f, 0x90 | random.below(16), ...modrm(random, 0)];
    case 15:
      return [...prefix, 0x0f, 0x40 | random.below(16), ...modrm(random)];
    case 16:
      return [...prefix, 0x0f, random.of([0xb6, 0xb7, 0xbe, 0xbf]), ...modrm(random)];
    case 17:
      return [...prefix, 0x8d, ...modrm(random, random.of(FREE), true)];
    case 18:
      return [0x50 | random.of([...FREE, 4])];
    case 19:
      return [0x58 | random.of(FREE)];
    case 20:
      return [JCC | random.below(16), random.below(4)];
    case 21:
      return [...prefix, random.of([0x98, 0x99])];
    case 22:
      return [random.of([0xf5, 0xf8, 0xf9, 0xfc, 0xfd, 0x9e, 0x9f, 0x90])];
    case 23:
      return [...prefix, 0x86 | wide, ...modrm(random)];
    case 24:
      return [...prefix, 0x0f, 0xaf, ...modrm(random)];
    case 25:
      return [...prefix, 0x69, ...modrm(random), ...bytes(value, z)];
    case 26:
      return [...prefix, 0x84 | wide, ...modrm(random)];
    case 27:
      // MOV ECX, few; then a string instruction, repeated or not.
      return [
        ...[0xb9, random.below(20), 0, 0, 0],
        ...(random.below(2) === 0 ? [0xf3] : []),
        ...[...prefix, random.of([0xa4, 0xaa, 0xac, 0xa6, 0xae]) | wide],
      ];
    case 28:
      return random.of([
        [0x60],
        [0x61],
        [0x9c],
        [0x68, ...bytes(value, 4)],
        [0x6a, random.below(256)],
        [0xc9],
        [0x0f, 0xc8 | random.of(FREE)],
      ]);
    case 29:
      // Segment registers, flags, and what is left of the 8086.
      return random.of([
        ...[
          [0x06],
          [0x0e],
          [0x16],
          [0x1e],
          [0x0f, 0xa0],
          [0x0f, 0xa8],
          [0x9d],
          [0x27],
          [0x2f],
          [0x37],
          [0xd4, 10],
          [0xd7],
        ],
        ...[
          [0x8c, ...modrm(random, random.below(6))],
          [0xc8, 8, 0, random.below(3)],
          [0xcc],
          [0xcd, random.below(32)],
        ],
        ...[
          [0x0f, 0x0b],
          [0xf0, 0x01, ...modrm(random)],
          [0x0f, 0xa2],
          [0x66, 0x50],
          [0x67, 0x8b, 0x44, 0x08],
        ],
      ]);
    case 30:
      // CALL the next piece; CALL and JMP to anywhere; LOOP and JECXZ over nothing.
      return random.of([
        ...[
          [0xe8, 0, 0, 0, 0],
          [0xe8, 0, 0, 0, 0],
          [0xeb, 0],
          [0xe9, 0, 0, 0, 0],
          [0xe2, 0],
          [0xe3, 0],
          [0xe1, 0],
        ],
        ...[
          [0xff, ...modrm(random, 2)],
          [0xff, ...modrm(random, 4)],
          [0xff, ...modrm(random, 6)],
          [0x8f, ...modrm(random, 0)],
        ],
      ]);
    case 31:
      return random.of([
        [0xd9, 0xe8],
        [0xdd, ...modrm(random, 3, true)],
        [0xdd, ...modrm(random, 0, true)],
        [0xde, 0xc1],
        [0x9b],
      ]);
    default:
      return [...prefix, 0x0f, random.of([0xa3, 0xab, 0xbc, 0xbd, 0xa5, 0xb1, 0xc1]), ...modrm(random)];
  }
}

export interface Fragment {
  readonly code: Uint8Array;
  readonly registers: readonly number[];
  readonly flags: number;
}

/** Code that ends in HLT. */
export function fragment(random: Random, length = 1 + random.below(12)): Fragment {
  const pieces = Array.from({ length }, () => instruction(random));
  for (const [n, piece] of pieces.entries()) {
    // A jump over so many: never into a piece, whose repeat count may be what keeps it from destroying the world.
    if (piece.length === 2 && ((piece[0] as number) & 0xf0) === JCC)
      piece[1] = pieces.slice(n + 1, n + 1 + (piece[1] as number)).flat().length;
  }
  const code = [...pieces.flat(), HLT];
  const registers = Array.from({ length: 8 }, () =>
    random.of([random.int(), random.below(16), -1, 0x7fffffff]),
  );
  registers[ESI] = DATA + random.below(DATA_BYTES - 512);
  registers[EDI] = DATA + random.below(DATA_BYTES - 512);
  registers[4] = STACK;
  registers[5] = random.below(3) === 0 ? STACK - 64 : (registers[5] as number);
  return { code: Uint8Array.from(code), registers, flags: random.int() & ALL_ARITHMETIC };
}

/** Tables, handlers and mode of the world that fragments run in. */
export function furnish(machine: Machine): void {
  const { bus, cpu } = machine;
  for (let vector = 0; vector < VECTORS; vector++) {
    const handler = HANDLERS + 16 * vector;
    // MOV AL, vector; HLT: with AL's page, 1 … 4.
    bus.dmaWrite(handler as Gpa, Uint8Array.of(0xb0, vector, 0xf4));
    bus.view.setUint32(IDT + 8 * vector, (8 << 16) | (handler & 0xffff), true);
    bus.view.setUint32(IDT + 8 * vector + 4, (handler & 0xffff0000) | INTERRUPT_GATE, true);
  }
  bus.view.setInt32(DIRECTORY, TABLE | 7, true);
  for (let page = 0; page < 1024; page++) {
    const at = page * PAGE;
    const rights = at === ABSENT ? 0 : at === READ_ONLY ? 5 : 7;
    bus.view.setInt32(TABLE + 4 * page, at | rights, true);
  }
  startIn(cpu, "protected", CODE);
  Object.assign(cpu.idtr, { base: IDT, baseHigh: 0, limit: 8 * VECTORS - 1 });
  cpu.cr3 = DIRECTORY;
  cpu.cr0 |= CR0.PG | CR0.WP;
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  cpu.memory.loadCr3(DIRECTORY, 0);
  updateMode(cpu);
}

const pattern = Uint8Array.from({ length: DATA_BYTES }, (_, i) => (i * 167 + (i >> 8) * 13) & 0xff);

/** Puts a fragment, and everything that an earlier one may have changed, in its place. */
export function place({ bus, cpu }: Machine, { code, registers, flags }: Fragment, at = CODE): void {
  bus.dmaWrite(at as Gpa, code);
  bus.dmaWrite(DATA as Gpa, pattern);
  bus.dmaWrite((STACK - PAGE) as Gpa, new Uint8Array(2 * PAGE));
  for (let i = 0; i < 8; i++) cpu.r32[2 * i] = registers[i] as number;
  cpu.flags.value = flags;
  cpu.fpu.init();
  cpu.fpu.values.fill(0);
  cpu.fpu.significands.fill(0);
  cpu.fpu.exponents.fill(0);
  cpu.fpu.exact.fill(0);
  cpu.cr2 = 0 as typeof cpu.cr2;
  cpu.ip = at;
  cpu.halted = false;
}

/** What a fragment has left, as text. */
export function outcome(machine: Machine, reason: string): string {
  const { cpu, bus } = machine;
  return [
    reason,
    registersOf(cpu),
    `ip ${hex(cpu.ip)} eflags ${hex(cpu.flags.value)} cr2 ${hex(cpu.cr2)}`,
    differences(bus.ram, DATA, pattern),
    differences(bus.ram, STACK - PAGE, new Uint8Array(2 * PAGE)),
  ].join("\n");
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
const registersOf = ({ r32 }: Cpu): string =>
  Array.from({ length: 8 }, (_, i) => hex(r32[2 * i] as number)).join(" ");

function differences(ram: Uint8Array, from: number, was: Uint8Array): string {
  const now = ram.subarray(from, from + was.length);
  if (Buffer.compare(now, was) === 0) return "";
  const found: string[] = [];
  for (let i = 0; i < was.length; i++)
    if (now[i] !== was[i]) found.push(`${hex(from + i)}=${(now[i] as number).toString(16)}`);
  const shown = 12;
  return `${found.length} bytes: ${found.slice(0, shown).join(" ")} … ${found.slice(-shown).join(" ")}`;
}
