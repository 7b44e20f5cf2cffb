/**
 * The smallest guest: a processor with VMX, and one page of 4 MiB in protected mode, one to one. The guest's state passes every check at VM
 * entry; who uses it changes what it is about. Tests and labs do.
 *
 *     1000 GDT · 2000 IDT (8 bytes of HLT a vector at 5000) · 3000 TSS · 4000 page directory · 6000 bitmaps … · 9000 stack · 10000 program
 */
import { Bus } from "../bus.ts";
import { Clock } from "../clock.ts";
import { Cpu, type Stop } from "../cpu/cpu.ts";
import { VMX_PROCESSOR } from "../cpu/model.ts";
import { resetCpu } from "../cpu/reset.ts";
import { Interpreter } from "../cpu/run.ts";
import { assemble } from "../isa/asm/assemble.ts";
import { Mmu } from "../mmu/mmu.ts";
import type { Monitor, Verdict, Visit } from "../monitor.ts";
import { PENTIUM_4 } from "../profiles/pentium4.ts";
import { Trace } from "../trace.ts";
import { GENERATIONS, type VmxCapabilities } from "./capabilities.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import { reasonName } from "./reasons.ts";
import type { Vmcs } from "./vmcs.ts";
import { Vmx } from "./vmx.ts";

export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
export const PAGES = 0x4000;
export const HANDLERS = 0x5000;
export const BITMAP_A = 0x6000;
export const BITMAP_B = 0x7000;
export const STACK = 0x9000;
export const PROGRAM = 0x10000;
/** The latest generation has every control. */
export const LATEST = GENERATIONS[GENERATIONS.length - 1] as VmxCapabilities;

const CODE = 0xc09b;
const DATA = 0xc093;

export class SmallGuest implements Monitor<Cpu> {
  readonly bus = new Bus(1 << 20);
  readonly clock = new Clock();
  readonly trace = new Trace(this.clock);
  readonly cpu: Cpu;
  readonly vmx: Vmx;
  readonly vmcs: Vmcs;
  readonly interpreter: Interpreter;
  readonly paid: string[] = [];
  readonly exits: string[] = [];
  /** What the hypervisor does at an exit; it stops unless said. */
  answer: (name: string) => Verdict = () => ({ stop: "exit" });

  constructor(capabilities: VmxCapabilities = LATEST) {
    const { bus, clock, trace } = this;
    const memory = new Mmu({ bus, clock, trace, profile: PENTIUM_4 });
    this.cpu = new Cpu({ bus, clock, trace, memory, prices: PENTIUM_4, model: VMX_PROCESSOR });
    resetCpu(this.cpu);
    this.cpu.monitor = this;
    this.interpreter = new Interpreter(this.cpu);
    this.vmx = new Vmx(this.cpu, capabilities, (event) => this.paid.push(event));
    this.vmcs = this.vmx.create();
    this.vmx.vmptrld(this.vmcs);
    this.#tables();
    this.#fill(capabilities);
  }

  visit(visit: Visit): Verdict {
    const name = visit.kind === "vmexit" ? visit.name : visit.kind;
    this.exits.push(name);
    return this.answer(name);
  }

  write32(at: number, value: number): void {
    this.bus.view.setUint32(at, value >>> 0, true);
  }

  set(name: FieldName, low: number, high = 0): void {
    this.vmcs.set(FIELDS[name], low, high);
  }

  get(name: FieldName): number {
    return this.vmcs.get(FIELDS[name]);
  }

  or(name: FieldName, bits: number): void {
    this.set(name, this.get(name) | bits, this.vmcs.getHigh(FIELDS[name]));
  }

  load(source: string): Map<string, number> {
    const { bytes, symbols } = assemble(`bits 32\norg ${PROGRAM}\n${source}\n`);
    this.bus.ram.set(bytes, PROGRAM);
    return symbols;
  }

  /** Enters and runs to the first exit that the answer does not resume from: its reason's name. */
  run(source: string, limit = 1000): string {
    this.load(source);
    return this.go(limit);
  }

  go(limit = 1000): string {
    const result = this.vmcs.launched ? this.vmx.vmresume() : this.vmx.vmlaunch();
    if (result.kind !== "entered") return `${result.kind}: ${result.rule}`;
    const stop: Stop = this.interpreter.run(limit);
    return stop.reason === "monitor" ? reasonName(this.get("exitReason")) : stop.reason;
  }

  /** An answer: enter again, past the instruction that exited. */
  skip(): Verdict {
    this.set("guestRip", this.get("guestRip") + this.get("exitInstructionLength"));
    return this.again();
  }

  again(): Verdict {
    const result = this.vmx.vmresume();
    if (result.kind !== "entered") throw new Error(`VMRESUME: ${result.rule}`);
    return "resume";
  }

  #tables(): void {
    const { bus } = this;
    bus.ram.fill(0xf4, HANDLERS, HANDLERS + 8 * 256);
    const entries = [0, 0, 0xffff, 0x00cf9b00, 0xffff, 0x00cf9300, 0x67 | (TSS << 16), 0x00008b00];
    entries.forEach((value, n) => {
      this.write32(GDT + 4 * n, value);
    });
    for (let n = 0; n < 256; n++) {
      this.write32(IDT + 8 * n, (0x08 << 16) | (HANDLERS + 8 * n));
      this.write32(IDT + 8 * n + 4, 0xee00);
    }
    // One page of 4 MiB, one to one; the next is absent.
    this.write32(PAGES, 0x83);
    bus.ram.fill(0, BITMAP_A, BITMAP_A + 0x3000);
  }

  #fill(capabilities: VmxCapabilities): void {
    const { set } = this;
    const put = (values: Partial<Record<FieldName, number>>) => {
      for (const [name, value] of Object.entries(values)) set.call(this, name as FieldName, value);
    };
    put({
      pinControls: capabilities.pin.must,
      primaryControls: capabilities.primary.must | 0x80,
      exitControls: capabilities.exit.must,
      entryControls: capabilities.entry.must,
      cr4Mask: 0x2000,
      guestCr0: 0x80000031 | 0,
      guestCr3: PAGES,
      guestCr4: 0x2010,
      guestDr7: 0x400,
      guestCs: 8,
      guestSs: 16,
      guestDs: 16,
      guestEs: 16,
      guestFs: 16,
      guestGs: 16,
      guestTr: 24,
      guestCsLimit: -1,
      guestSsLimit: -1,
      guestDsLimit: -1,
      guestEsLimit: -1,
      guestFsLimit: -1,
      guestGsLimit: -1,
      guestTrLimit: 0x67,
      guestTrBase: TSS,
      guestCsAccess: CODE,
      guestSsAccess: DATA,
      guestDsAccess: DATA,
      guestEsAccess: DATA,
      guestFsAccess: DATA,
      guestGsAccess: DATA,
      guestTrAccess: 0x8b,
      guestLdtrAccess: 0x10000,
      guestGdtrBase: GDT,
      guestGdtrLimit: 31,
      guestIdtrBase: IDT,
      guestIdtrLimit: 2047,
      guestRip: PROGRAM,
      guestRsp: STACK,
      guestRflags: 2,
      hostCr0: 0x80000031 | 0,
      hostCr3: PAGES,
      hostCr4: 0x2010,
      hostCs: 8,
      hostSs: 16,
      hostDs: 16,
      hostTr: 24,
      hostRip: HANDLERS,
      hostRsp: 0x8000,
    });
    this.set("vmcsLink", -1, -1);
  }
}
