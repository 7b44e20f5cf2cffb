/** The state of one processor, and what every instruction needs of it. The interpreter's loop is in run.ts. */
import type { Gva } from "../address.ts";
import type { Bus } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { CostProfile } from "../cost.ts";
import type { GuestMode } from "../guest-mode.ts";
import type { Memory } from "../mmu/memory.ts";
import type { Monitor } from "../monitor.ts";
import type { Trace } from "../trace.ts";
import { Flags } from "./flags.ts";
import { Fpu } from "./fpu/fpu.ts";
import { type CpuModel, RINGLAB } from "./model.ts";
import { MSR_WORDS } from "./msr-slots.ts";
import { Registers } from "./registers.ts";
import { Sse } from "./simd/registers.ts";

/** Control register bits (SDM Vol. 3, 2.5). */
export const CR0 = {
  PE: 1,
  MP: 2,
  EM: 4,
  TS: 8,
  ET: 16,
  NE: 32,
  WP: 1 << 16,
  AM: 1 << 18,
  NW: 1 << 29,
  CD: 1 << 30,
  PG: 1 << 31,
} as const;
export const CR4 = {
  VME: 1,
  PVI: 2,
  TSD: 4,
  DE: 8,
  PSE: 16,
  PAE: 32,
  MCE: 64,
  PGE: 128,
  PCE: 256,
  OSFXSR: 512,
  OSXMMEXCPT: 1024,
  UMIP: 1 << 11,
  FSGSBASE: 1 << 16,
  PCIDE: 1 << 17,
  OSXSAVE: 1 << 18,
  SMEP: 1 << 20,
  SMAP: 1 << 21,
} as const;
export const EFER = { SCE: 1, LME: 1 << 8, LMA: 1 << 10, NXE: 1 << 11 } as const;

/** Indices of LDTR and TR beside the segment registers. */
export const LDTR = 6;
export const TR = 7;

/** An interrupt controller's output. */
export interface VectorSource {
  /** An interrupt waits that the processor would take with IF set. */
  pending(): boolean;
  /** Takes it: the vector. */
  acknowledge(): number;
}

/** Where external interrupts come from: the local APIC, which has the PIC behind it. */
export interface InterruptSource extends VectorSource {
  /** CR8: interrupts of this class, vector / 16, and below wait. */
  taskPriority: number;
}

/** Model-specific registers that live in a device. Both raise #GP(0) for what is not there or not allowed. */
export interface MsrBank {
  /** High half of the value that was read. */
  high: number;
  has(index: number): boolean;
  read(index: number): number;
  write(index: number, low: number, high: number): void;
}

/** Why a run ended. */
export type Stop =
  /** The guest wrote the exit port; `code` as QEMU's isa-debug-exit makes it: value·2 + 1. */
  | { readonly reason: "exit"; readonly code: number }
  /** HLT, and nothing can wake the processor. */
  | { readonly reason: "halt" }
  /** A fault while delivering a double fault; `detail` names that one and the first of all, and the place. */
  | { readonly reason: "shutdown"; readonly detail: string }
  /** The guest asked for a reset or a power-off. */
  | { readonly reason: "reset" }
  | { readonly reason: "off" }
  /** The instruction limit was reached. */
  | { readonly reason: "limit" }
  | { readonly reason: "breakpoint"; readonly address: number }
  /** The monitor wanted to stop. */
  | { readonly reason: "monitor"; readonly detail: string };

const noInterrupts = (): InterruptSource => ({ pending: () => false, acknowledge: () => 0, taskPriority: 0 });

/**
 * Segment registers with their hidden parts (SDM Vol. 3, 3.4.3). `access` holds bits 8 … 23 of the descriptor's second
 * dword, as LAR returns them: type, S, DPL, P, AVL, L, D/B, G. Limits are in bytes, already scaled.
 */
export class Segments {
  readonly selector = new Uint16Array(8);
  readonly base = new Int32Array(8);
  readonly baseHigh = new Int32Array(8);
  readonly limit = new Uint32Array(8);
  readonly access = new Int32Array(8);
}

/** GDTR or IDTR. A class: as literals they would share their shape with all that begin with a `base`, which V8 then takes for a double. */
export class TableRegister {
  /** Low half, int32. */
  base = 0;
  baseHigh = 0;
  limit = 0xffff;
}

export class Cpu {
  readonly registers = new Registers();
  readonly r8 = this.registers.r8;
  readonly r16 = this.registers.r16;
  readonly r32 = this.registers.r32;
  /** High half of the last 64-bit value that a function returned. */
  high = 0;

  /** Where readEForUpdate found its operand. */
  operandAt: Gva = 0 as Gva;

  /** Address of the next instruction: low half, int32. In 16-bit code within 0 … 65535. */
  ip = 0;
  /** Its high half; 0 outside of 64-bit mode. */
  ipHigh = 0;
  readonly flags = new Flags();
  readonly segments = new Segments();
  readonly fpu = new Fpu();
  readonly sse = new Sse();
  /** GDTR and IDTR. */
  readonly gdtr = new TableRegister();
  readonly idtr = new TableRegister();

  cr0 = 0x60000010;
  /** Low half, int32. */
  cr2: Gva = 0 as Gva;
  cr2High = 0;
  cr3 = 0;
  cr3High = 0;
  cr4 = 0;
  efer = 0;
  /** DR6 and DR7 have bits that are always one. */
  readonly dr = Int32Array.of(0, 0, 0, 0, 0, 0, 0xffff0ff0, 0x400);
  readonly drHigh = new Int32Array(8);
  /** MSRs that are plain words: low and high half at the indices of msr-slots.ts. */
  readonly msr = new Int32Array(MSR_WORDS);

  cpl = 0;
  /** 16, 32 or 64: the D and L bits of CS. */
  bits: 16 | 32 | 64 = 16;
  /** CS.L: linear addresses are 64-bit. */
  wide = false;
  /** Compatibility mode: IA-32e mode, but CS.L is clear. */
  compatibility = false;
  /** Mask of the stack pointer: 0xffff, −1; −1 in 64-bit mode as well, where all 64 bits count. */
  stackMask = 0xffff;
  /** Bit n: segment n has base 0, limit 4 GiB and may be read / written: no check is needed. */
  flatRead = 0;
  flatWrite = 0;
  halted = false;
  /** Interrupts wait for one instruction: after STI, MOV SS, POP SS. */
  shadow = false;
  /** A monitor's virtual processor: the monitor works, and time goes by, between two of its instructions. */
  virtual = false;
  /** Debug exceptions wait as well: after MOV SS, POP SS. */
  debugShadow = false;
  /** No single-step trap follows the current instruction: INT n, SYSCALL. */
  skipsStep = false;
  /** Breakpoints on data and ports that the current instruction met: bits of DR6. */
  debugHits = 0;
  nmiBlocked = false;
  /** A non-maskable interrupt waits: set by a device, which then calls clock.attend(). */
  nmiPending = false;
  /** Instructions retired, a REP instruction's iterations together being one. */
  retired = 0;

  /** The current instruction raised a page fault without throwing it (op.ts). */
  broken = false;

  /** Set by a device or by the processor itself (shutdown): the interpreter stops before the next instruction. */
  stop: Stop | null = null;

  /** Owns the processor when there is one (monitor.ts). */
  monitor: Monitor<Cpu> | null = null;
  /** What it runs is a guest under hardware assistance; null in root mode, and on a processor that has none. */
  guest: GuestMode<Cpu> | null = null;
  irq: InterruptSource = noInterrupts();
  /** The time-stamp counter is clock.now + this. */
  tscOffset = 0;
  /** The local APIC's registers. */
  apicMsrs: MsrBank | null = null;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly prices: CostProfile;
  readonly model: CpuModel;
  readonly memory: Memory;
  /** The part of the current code page that the interpreter may run on; size 0 makes it look the page up again (code.ts). */
  window = { size: 0, version: -1 };

  constructor(parts: {
    bus: Bus;
    clock: Clock;
    trace: Trace;
    memory: Memory;
    prices: CostProfile;
    model?: CpuModel;
    /** A processor whose general, x87 and SSE registers these are: a virtual one and the one that it runs on. */
    shares?: Cpu;
  }) {
    if (parts.shares !== undefined) {
      const { registers, fpu, sse } = parts.shares;
      this.registers = registers;
      this.r8 = registers.r8;
      this.r16 = registers.r16;
      this.r32 = registers.r32;
      this.fpu = fpu;
      this.sse = sse;
    }
    this.prices = parts.prices;
    this.model = parts.model ?? RINGLAB;
    this.bus = parts.bus;
    this.clock = parts.clock;
    this.trace = parts.trace;
    this.memory = parts.memory;
    this.memory.faultRegister = this;
  }

  get cr8(): number {
    return this.irq.taskPriority;
  }

  set cr8(value: number) {
    this.irq.taskPriority = value;
  }

  get protectedMode(): boolean {
    return (this.cr0 & CR0.PE) !== 0;
  }

  get v86(): boolean {
    return (this.flags.eflags & (1 << 17)) !== 0;
  }

  /** Paging with four levels is on: IA-32e mode, compatibility or 64-bit. */
  get longMode(): boolean {
    return (this.efer & EFER.LMA) !== 0;
  }
}
