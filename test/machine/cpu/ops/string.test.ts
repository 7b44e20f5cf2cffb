/** String instructions against one iteration after the other; interruptions, faults in the middle, and the fast ways' equality. */
import { expect, test } from "vitest";
import { Random } from "../../../oracle/random.ts";
import { type Bits, CF, DF, Rig, type Size, ZF } from "./rig.ts";

const [RAX, RCX, RSI, RDI] = [0, 1, 6, 7];
const REPE = 0xf3;
const REPNE = 0xf2;
const GP = 13;

const prefixOf = (bits: Bits, size: Size) =>
  size === 8 ? [0x48] : (size === 2 && bits !== 16) || (size === 4 && bits === 16) ? [0x66] : [];
const sizesOf = (bits: Bits): Size[] => (bits === 64 ? [1, 2, 4, 8] : [1, 2, 4]);

const OPCODES: Record<string, number> = { movs: 0xa4, cmps: 0xa6, stos: 0xaa, lods: 0xac, scas: 0xae };

function code(bits: Bits, name: string, size: Size, rep: number): number[] {
  const prefix = prefixOf(bits, size);
  const opcode = (OPCODES[name] as number) + (size === 1 ? 0 : 1);
  return rep === 0 ? [...prefix, opcode] : [rep, ...prefix, opcode];
}

const AREA = 0x3000;
const LENGTH = 0x3000;

interface Case {
  bits: Bits;
  name: string;
  size: Size;
  rep: number;
  count: number;
  source: number;
  destination: number;
  down: boolean;
}

/** The whole area and the registers after all iterations, by the SDM; how many iterations there were. */
function model(
  rig: Rig,
  c: Case,
): { memory: Uint8Array; registers: bigint[]; zero: boolean; iterations: number } {
  const memory = rig.bus.ram.slice(AREA, AREA + LENGTH);
  const registers = rig.registers;
  let zero = (rig.flags & ZF) !== 0n;
  const read = (at: number) => {
    let value = 0n;
    for (let i = c.size - 1; i >= 0; i--) value = (value << 8n) | BigInt(memory[at - AREA + i] as number);
    return value;
  };
  const write = (at: number, value: bigint) => {
    for (let i = 0; i < c.size; i++) memory[at - AREA + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  };
  const step = c.down ? -c.size : c.size;
  let [from, to, left, iterations] = [c.source, c.destination, c.rep === 0 ? 1 : c.count, 0];
  const accumulator = () => registers[RAX]! & ((1n << BigInt(8 * c.size)) - 1n);
  while (left > 0) {
    if (c.name === "movs") write(to, read(from));
    if (c.name === "stos") write(to, accumulator());
    if (c.name === "lods") {
      const value = read(from);
      registers[RAX] = c.size >= 4 ? value : registers[RAX]! - accumulator() + value;
    }
    if (c.name === "cmps") zero = read(from) === read(to);
    if (c.name === "scas") zero = accumulator() === read(to);
    if (c.name !== "stos" && c.name !== "scas") from += step;
    if (c.name !== "lods") to += step;
    left--;
    iterations++;
    if ((c.name === "cmps" || c.name === "scas") && c.rep !== 0 && zero !== (c.rep === REPE)) break;
  }
  registers[RSI] = BigInt(from);
  registers[RDI] = BigInt(to);
  if (c.rep !== 0) registers[RCX] = BigInt(left);
  return { memory, registers, zero, iterations };
}

function prepare(rig: Rig, c: Case, random: Random, fill: number): void {
  for (let at = AREA; at < AREA + LENGTH; at += 4)
    rig.write(at, 4, fill < 0 ? BigInt(random.bits()) : BigInt(fill) * 0x01010101n);
  const accumulator = fill < 0 ? random.wide() : BigInt(fill) * 0x0101010101010101n;
  rig.registers = [rig.bits === 64 ? accumulator : accumulator & 0xffffffffn];
  rig.cpu.registers.r64[RCX] = BigInt(c.count);
  rig.cpu.registers.r64[RSI] = BigInt(c.source);
  rig.cpu.registers.r64[RDI] = BigInt(c.destination);
  rig.flags = c.down ? 2n | DF : 2n;
}

function draw(random: Random, bits: Bits, name: string, size: Size): Case {
  const down = random.percent(30);
  const long = random.percent(50);
  const count = random.percent(5) ? 0 : 1 + random.below(long ? 0x600 / size : 6);
  const span = 0x1000;
  const source = AREA + span + random.below(0x800) + (down ? 0x400 : 0);
  // Near the source, so that copies overlap in either direction, or in the page beside it.
  const near = source + random.below(33) - 16;
  const destination = random.percent(50) ? near : AREA + span + random.below(span) - (down ? 0 : 0x800);
  const rep = random.percent(15) ? 0 : random.percent(50) ? REPE : REPNE;
  return { bits, name, size, rep, count, source, destination, down };
}

for (const name of Object.keys(OPCODES))
  test(`${name} in all sizes, upwards and downwards, overlapping, over pages`, () => {
    const random = new Random(name.charCodeAt(0));
    for (const bits of [16, 32, 64] as const) {
      const rig = new Rig(bits);
      for (const size of sizesOf(bits))
        for (let time = 0; time < 40; time++) {
          const c = draw(random, bits, name, size);
          prepare(rig, c, random, random.percent(50) ? -1 : random.below(256));
          if (name === "scas" && random.percent(60) && c.count > 0)
            rig.write(
              c.destination + (c.down ? -1 : 1) * c.size * random.below(c.count),
              1,
              BigInt(random.bits()),
            );
          const expected = model(rig, c);
          rig.clock.left = 1 << 24;
          const about = JSON.stringify(c);
          expect(rig.run(code(bits, name, size, c.rep)), about).toBeUndefined();
          expect(rig.registers.map(String), about).toEqual(expected.registers.map(String));
          expect(Buffer.compare(rig.bus.ram.subarray(AREA, AREA + LENGTH), expected.memory), about).toBe(0);
          if (name === "cmps" || name === "scas") expect((rig.flags & ZF) !== 0n, about).toBe(expected.zero);
        }
    }
  });

test("flags of cmps and scas are those of source − destination and accumulator − destination", () => {
  const rig = new Rig(32);
  rig.write(0x4000, 1, 3n);
  rig.write(0x5000, 1, 5n);
  rig.registers = [3n, 0n, 0n, 0n, 0n, 0n, 0x4000n, 0x5000n];
  rig.run([0xa6]);
  expect(rig.flags & CF).toBe(CF);
  rig.cpu.registers.r64[RDI] = 0x5000n;
  rig.run([0xae]);
  expect(rig.flags & CF).toBe(CF);
});

test("time up: the instruction stands where it can go on, every iteration paid for, the bulk as the single ones", () => {
  for (const name of ["movs", "stos", "lods"])
    for (const time of [1, 7, 50, 300]) {
      const outcomes = [true, false].map((fast) => {
        const rig = new Rig(32);
        const op = rig.decode(code(32, name, 4, REPE));
        op.cost = 3;
        if (!fast) rig.cpu.memory.direct = () => -1;
        for (let at = 0x4000; at < 0x5000; at++) rig.bus.ram[at] = at & 0xff;
        rig.registers = [0x11223344n, 900n, 0n, 0n, 0n, 0n, 0x4004n, 0x6ff0n];
        const trail: string[] = [];
        for (let resumed = 0; rig.registers[RCX] !== 0n && resumed < 2000; resumed++) {
          rig.clock.left = time - op.cost;
          rig.cpu.ip = 0x1000 + op.length;
          expect(rig.execute(op)).toBeUndefined();
          expect(rig.cpu.ip).toBe(rig.registers[RCX] === 0n ? 0x1000 + op.length : 0x1000);
          trail.push(`${rig.registers[RCX]} ${rig.registers[RDI]} ${rig.clock.left}`);
        }
        return [trail, Buffer.from(rig.bus.ram.subarray(0x4000, 0x9000)).toString("base64")];
      });
      expect(outcomes[0]).toEqual(outcomes[1]);
      // A walk through new pages costs more than the time given, so the first visits end early.
      expect((outcomes[0] as [string[]])[0].length).toBeGreaterThan(
        Math.floor(900 / Math.ceil(time / 3)) - 1,
      );
    }
});

test("an interrupted REP is retired once", () => {
  const rig = new Rig(32);
  const op = rig.decode([REPE, 0xaa]);
  rig.registers = [0n, 10n, 0n, 0n, 0n, 0n, 0n, 0x4000n];
  rig.cpu.retired = 100;
  for (const left of [3, 2]) {
    rig.clock.left = left;
    rig.execute(op);
  }
  expect(rig.registers[RCX]).toBeLessThan(10n);
  expect(rig.cpu.retired).toBe(98);
  rig.clock.left = 1000;
  rig.execute(op);
  expect(rig.registers[RCX]).toBe(0n);
  expect(rig.cpu.retired).toBe(98);
});

test("with the trap flag every iteration ends the instruction", () => {
  const rig = new Rig(32);
  rig.registers = [0n, 3n, 0n, 0n, 0n, 0n, 0n, 0x4000n];
  for (const [count, ip] of [
    [2n, 0x1000],
    [1n, 0x1000],
    [0n, 0x1002],
  ] as const) {
    rig.flags = 2n | 256n;
    rig.run([REPE, 0xaa]);
    expect(rig.registers[RCX]).toBe(count);
    expect(rig.cpu.ip).toBe(ip);
  }
});

test("a fault in the middle leaves the iterations before it done and counted", () => {
  for (const name of ["movs", "stos"])
    for (const [size, limit] of [
      [1, 0x4fff],
      [4, 0x500d],
    ] as const) {
      const rig = new Rig(16);
      rig.cpu.segments.limit[0] = limit;
      rig.registers = [0xabababab_abababn & 0xffffffffn, 0x2000n, 0n, 0n, 0n, 0n, 0x3000n, 0x4800n];
      rig.clock.left = 1 << 24;
      expect(rig.run(code(16, name, size, REPE))).toBe(GP);
      const done = Math.floor((limit + 1 - 0x4800) / size);
      expect(rig.registers[RCX]).toBe(BigInt(0x2000 - done));
      expect(rig.registers[RDI]).toBe(BigInt(0x4800 + done * size));
      if (name === "stos") expect(rig.bus.ram[0x4800 + done * size - 1]).toBe(0xab);
      expect(rig.bus.ram[0x4800 + done * size]).toBe(0);
    }
});

test("pointers and counter have the address size: 16 bits wrap, 32 bits clear the upper half", () => {
  const rig = new Rig(16);
  rig.registers = [0x55n, 0x1_0003n, 0n, 0n, 0n, 0n, 0n, 0x2_fffen];
  rig.run([REPE, 0xaa]);
  expect([rig.registers[RCX], rig.registers[RDI]]).toEqual([0x1_0000n, 0x2_0001n]);
  expect([rig.read(0xfffe, 2), rig.read(0, 2)]).toEqual([0x5555n, 0x55n]);
  const wide = new Rig(64);
  wide.registers = [0x55n, 0x7_00000002n, 0n, 0n, 0n, 0n, 0n, 0x9_00004000n];
  wide.run([0x67, REPE, 0xaa]);
  expect([wide.registers[RCX], wide.registers[RDI]]).toEqual([0n, 0x4002n]);
  expect(wide.read(0x4000, 3)).toBe(0x5555n);
});

test("the source may be overridden, the destination not", () => {
  const rig = new Rig(16);
  rig.cpu.segments.base[4] = 0x5000;
  rig.cpu.segments.base[0] = 0x6000;
  rig.write(0x5010, 1, 0x99n);
  rig.registers = [0n, 0n, 0n, 0n, 0n, 0n, 0x10n, 0x20n];
  rig.run([0x64, 0xa4]);
  expect(rig.read(0x6020, 1)).toBe(0x99n);
});
