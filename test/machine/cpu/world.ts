/**
 * A small protected-mode world for tests of the processor's system side. Every exception and interrupt ends in a HLT of its own,
 * so that a program's fate is one word: "#GP(38)", "int 80", or "done" when it came to its own HLT.
 *
 *     1000 GDT · 2000 IDT · 3000 TSS · 3800 second TSS · 4000 LDT · 5000 handlers · below 8000, 9000, A000, B000 stacks of rings 0 … 3
 *     10000 the program · 20000 page tables
 */
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import { Cpu, CR0, CR4, EFER, type Stop } from "../../../src/machine/cpu/cpu.ts";
import type { CpuModel } from "../../../src/machine/cpu/model.ts";
import { resetCpu } from "../../../src/machine/cpu/reset.ts";
import { Interpreter } from "../../../src/machine/cpu/run.ts";
import { setSegment, updateMode } from "../../../src/machine/cpu/segments.ts";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { Mmu } from "../../../src/machine/mmu/mmu.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";
import { Trace } from "../../../src/machine/trace.ts";

export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
export const TSS2 = 0x3800;
export const LDT = 0x4000;
export const HANDLERS = 0x5000;
export const PROGRAM = 0x10000;
export const PAGES = 0x20000;
/** Top of the stack of a ring. */
export const stackOf = (ring: number) => 0x8000 + 0x1000 * ring;

/** A code or data descriptor: access byte (type, S, DPL, P) and flags (4 G, 2 … D, 1 … L as in the high nibble). */
export function segment(base: number, limit: number, access: number, flags: number): [number, number] {
  return [
    ((limit & 0xffff) | (base << 16)) >>> 0,
    (((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf0000) | (flags << 20) | (base & 0xff000000)) >>> 0,
  ];
}

/** A gate: type and DPL and P in `access`. */
export function gate(selector: number, offset: number, access: number, count = 0): [number, number] {
  return [
    ((offset & 0xffff) | (selector << 16)) >>> 0,
    ((offset & 0xffff0000) | (access << 8) | count) >>> 0,
  ];
}

const FLAT = 0xfffff;

/** Selectors of the world's GDT, without RPL. */
export const SEL = {
  code0: 0x08,
  data0: 0x10,
  code3: 0x18,
  data3: 0x20,
  tss: 0x28,
  ldt: 0x30,
  absent: 0x38,
  readOnly: 0x40,
  executeOnly: 0x48,
  conforming: 0x50,
  small: 0x58,
  down: 0x60,
  code1: 0x68,
  data1: 0x70,
  gate0: 0x78,
  gateKernelOnly: 0x80,
  tss2: 0x88,
  taskGate: 0x90,
  code16: 0x98,
  stack16: 0xa0,
  tss16: 0xa8,
  absentCode: 0xb0,
  absentGate: 0xb8,
  code64: 0xc0,
  gate64: 0xc8,
  end: 0xe0,
} as const;

/** Where the call gates lead: a HLT at the end of the handlers. */
export const GATE_TARGET = HANDLERS + 4 * 256;

const NAMES: Readonly<Record<number, string>> = {
  0: "#DE",
  1: "#DB",
  2: "NMI",
  3: "#BP",
  4: "#OF",
  5: "#BR",
  6: "#UD",
  7: "#NM",
  8: "#DF",
  10: "#TS",
  11: "#NP",
  12: "#SS",
  13: "#GP",
  14: "#PF",
  16: "#MF",
  17: "#AC",
};
const WITH_ERROR = new Set([8, 10, 11, 12, 13, 14, 17]);

export class World {
  readonly bus = new Bus(1 << 20);
  readonly clock = new Clock();
  readonly trace = new Trace(this.clock);
  readonly memory = new Mmu({ bus: this.bus, clock: this.clock, trace: this.trace, profile: PENTIUM_4 });
  readonly cpu: Cpu;
  readonly interpreter: Interpreter;
  readonly bits: 32 | 64;

  constructor(bits: 32 | 64 = 32, model?: CpuModel) {
    const { bus, clock, trace, memory } = this;
    this.bits = bits;
    this.cpu = new Cpu({ bus, clock, trace, memory, prices: PENTIUM_4, model });
    this.interpreter = new Interpreter(this.cpu);
    resetCpu(this.cpu);
    this.#tables();
    this.#mode();
  }

  write32(at: number, value: number): void {
    this.bus.view.setUint32(at, value >>> 0, true);
  }

  read32(at: number): number {
    return this.bus.view.getUint32(at, true);
  }

  /** Puts 8 bytes into the GDT. */
  describe(selector: number, [low, high]: readonly [number, number]): void {
    this.write32(GDT + selector, low);
    this.write32(GDT + selector + 4, high);
  }

  /** Replaces a gate of the IDT: 8 bytes, 16 in IA-32e mode. */
  vector(n: number, [low, high]: readonly [number, number]): void {
    const at = IDT + (this.bits === 64 ? 16 : 8) * n;
    this.write32(at, low);
    this.write32(at + 4, high);
  }

  /** Assembles a program for PROGRAM. */
  load(source: string, bits: number = this.bits): Map<string, number> {
    const { bytes, symbols } = assemble(`bits ${bits}\norg ${PROGRAM}\n${source}\n`);
    this.bus.ram.set(bytes, PROGRAM);
    return symbols;
  }

  /** Runs a program in a ring to its fate. */
  run(source: string, ring = 0): string {
    this.load(source);
    this.enter(ring);
    return this.fate();
  }

  /** Puts the processor at PROGRAM in a ring, its stack empty, its segment registers loaded for it. */
  enter(ring: 0 | 1 | 3 | number): void {
    const { cpu } = this;
    const [code, data] =
      ring === 0 ? [SEL.code0, SEL.data0] : ring === 1 ? [SEL.code1, SEL.data1] : [SEL.code3, SEL.data3];
    const dpl = ring << 5;
    const long = this.bits === 64;
    const codeFlags = long ? 0xa0_0000 : 0xc0_0000;
    setSegment(
      cpu,
      1,
      (long && ring === 0 ? SEL.code64 : code) | ring,
      0,
      -1,
      codeFlags | ((0x9b | dpl) << 8),
    );
    for (const seg of [0, 2, 3, 4, 5])
      setSegment(cpu, seg, data | ring, 0, -1, 0xc0_0000 | ((0x93 | dpl) << 8));
    cpu.cpl = ring;
    cpu.r32[8] = stackOf(ring);
    cpu.r32[9] = 0;
    cpu.ip = PROGRAM;
    cpu.ipHigh = 0;
    cpu.flags.value = 2;
    cpu.halted = false;
    updateMode(cpu);
  }

  /** Runs on until a handler or the end is reached. */
  fate(limit = 100_000): string {
    const stop = this.stop(limit);
    if (stop.reason !== "halt") return stop.reason;
    const { cpu } = this;
    const n = Math.floor((cpu.ip - 1 - HANDLERS) / 4);
    if (n < 0 || n > 256) return "done";
    if (n === 256) return "gate";
    const name = NAMES[n] ?? `int ${n.toString(16)}`;
    return WITH_ERROR.has(n) ? `${name}(${this.stack(0).toString(16)})` : name;
  }

  stop(limit = 100_000): Stop {
    return this.interpreter.run(limit);
  }

  /** The nth word on the stack, of the mode's width (its low 32 bits). */
  stack(n: number): number {
    const { cpu } = this;
    const base = this.bits === 64 ? 0 : (cpu.segments.base[2] as number);
    const sp = cpu.stackMask === -1 || this.bits === 64 ? (cpu.r32[8] as number) : (cpu.r16[16] as number);
    return this.read32(base + sp + (this.bits === 64 ? 8 : 4) * n);
  }

  #tables(): void {
    const { write32 } = this;
    this.bus.ram.fill(0xf4, HANDLERS, HANDLERS + 4 * 257);
    const put = (selector: number, entry: [number, number]) => this.describe(selector, entry);
    put(SEL.code0, segment(0, FLAT, 0x9a, 0xc));
    put(SEL.data0, segment(0, FLAT, 0x92, 0xc));
    put(SEL.code3, segment(0, FLAT, 0xfa, this.bits === 64 ? 0xa : 0xc));
    put(SEL.data3, segment(0, FLAT, 0xf2, 0xc));
    put(SEL.absent, segment(0, FLAT, 0x12, 0xc));
    put(SEL.readOnly, segment(0, FLAT, 0x90, 0xc));
    put(SEL.executeOnly, segment(0, FLAT, 0x98, 0xc));
    put(SEL.conforming, segment(0, FLAT, 0x9e, 0xc));
    put(SEL.small, segment(0x6000, 0xfff, 0x92, 0x4));
    put(SEL.down, segment(0, 0xfff, 0x96, 0x4));
    put(SEL.code1, segment(0, FLAT, 0xba, 0xc));
    put(SEL.data1, segment(0, FLAT, 0xb2, 0xc));
    put(SEL.gateKernelOnly, gate(SEL.code0, GATE_TARGET, 0x8c));
    put(SEL.taskGate, gate(SEL.tss2, 0, 0xe5));
    put(SEL.code16, segment(PROGRAM, 0xffff, 0x9a, 0));
    put(SEL.stack16, segment(0, 0xffff, 0x92, 0));
    put(SEL.absentCode, segment(0, FLAT, 0x1a, 0xc));
    put(SEL.code64, segment(0, FLAT, 0x9a, 0xa));
    const long = this.bits === 64;
    if (!long) {
      put(SEL.gate0, gate(SEL.code0, GATE_TARGET, 0xec, 2));
      put(SEL.absentGate, gate(SEL.code0, GATE_TARGET, 0x6c));
      put(SEL.tss2, segment(TSS2, 0x67, 0x89, 0));
      put(SEL.tss16, segment(TSS2, 0x2b, 0x81, 0));
      put(SEL.ldt, segment(LDT, 0xff, 0x82, 0));
    } else put(SEL.gate64, gate(SEL.code64, GATE_TARGET, 0xec));
    put(SEL.tss, segment(TSS, 0x87, 0x89, 0));
    for (let n = 0; n < 256; n++)
      // Vector 80h and those above may be called from ring 3.
      this.vector(n, gate(long ? SEL.code64 : SEL.code0, HANDLERS + 4 * n, n >= 0x80 ? 0xee : 0x8e));
    for (let ring = 0; ring < 3; ring++) {
      if (long) write32.call(this, TSS + 4 + 8 * ring, stackOf(ring));
      else {
        write32.call(this, TSS + 4 + 8 * ring, stackOf(ring));
        write32.call(this, TSS + 8 + 8 * ring, ring === 0 ? SEL.data0 : SEL.data1 | 1);
      }
    }
    // The I/O permission bitmap: ports 8 … 15 are free, all others are not.
    write32.call(this, TSS + 100, 104 << 16);
    this.bus.ram.fill(0xff, TSS + 104, TSS + 0x88);
    this.bus.ram[TSS + 105] = 0;
  }

  #mode(): void {
    const { cpu } = this;
    Object.assign(cpu.gdtr, { base: GDT, limit: SEL.end - 1 });
    Object.assign(cpu.idtr, { base: IDT, limit: (this.bits === 64 ? 16 : 8) * 256 - 1 });
    cpu.cr0 |= CR0.PE;
    if (this.bits === 64) {
      // 2 MiB and everything above it, one to one, for every ring.
      this.write32(PAGES, (PAGES + 0x1000) | 7);
      this.write32(PAGES + 0x1000, (PAGES + 0x2000) | 7);
      for (let n = 0; n < 8; n++) this.write32(PAGES + 0x2000 + 8 * n, (n << 21) | 0x87);
      cpu.cr3 = PAGES;
      cpu.memory.loadCr3(PAGES, 0);
      cpu.cr4 = CR4.PAE;
      cpu.efer = EFER.LME | EFER.LMA;
      cpu.cr0 |= CR0.PG;
    }
    cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
    setSegment(cpu, 7, SEL.tss, TSS, 0x87, 0x8b00);
    this.write32(GDT + SEL.tss + 4, this.read32(GDT + SEL.tss + 4) | 0x200);
    updateMode(cpu);
  }
}

/** The fate of a program in a new world. */
export function fate(source: string, ring = 0, bits: 32 | 64 = 32): string {
  return new World(bits).run(source, ring);
}
