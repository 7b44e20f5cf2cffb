/** As the rig of vmx: a processor with SVM and a guest whose VMCB VMRUN takes. The VMCB is at 40000h, the host's state is saved at 41000h. */
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import { Cpu } from "../../../src/machine/cpu/cpu.ts";
import { SVM_PROCESSOR } from "../../../src/machine/cpu/model.ts";
import { resetCpu } from "../../../src/machine/cpu/reset.ts";
import { Interpreter } from "../../../src/machine/cpu/run.ts";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { Mmu } from "../../../src/machine/mmu/mmu.ts";
import type { Monitor, Verdict, Visit } from "../../../src/machine/monitor.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";
import { type RunResult, Svm } from "../../../src/machine/svm/svm.ts";
import { CONTROL, INTERCEPT, INTERCEPT2, STATE, Vmcb } from "../../../src/machine/svm/vmcb.ts";
import { Trace } from "../../../src/machine/trace.ts";

export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
export const PAGES = 0x4000;
export const HANDLERS = 0x5000;
export const STACK = 0x9000;
export const PROGRAM = 0x10000;
export const VMCB = 0x40000;
export const BITMAPS = 0x42000;

export class SvmRig implements Monitor<Cpu> {
  readonly bus = new Bus(1 << 20);
  readonly clock = new Clock();
  readonly trace = new Trace(this.clock);
  readonly cpu: Cpu;
  readonly svm: Svm;
  readonly vmcb: Vmcb;
  readonly interpreter: Interpreter;
  readonly paid: string[] = [];
  readonly exits: string[] = [];
  /** What the hypervisor does at an exit; it stops unless said. */
  answer: (name: string) => Verdict = (name) => ({ stop: name });

  constructor() {
    const { bus, clock } = this;
    const { trace } = this;
    const memory = new Mmu({ bus, clock, trace, profile: PENTIUM_4 });
    this.cpu = new Cpu({ bus, clock, trace, memory, prices: PENTIUM_4, model: SVM_PROCESSOR });
    resetCpu(this.cpu);
    this.cpu.monitor = this;
    this.interpreter = new Interpreter(this.cpu);
    this.svm = new Svm(this.cpu, 0x41000, (event) => this.paid.push(event));
    this.vmcb = new Vmcb(bus, VMCB);
    this.#tables();
    this.#fill();
  }

  visit(visit: Visit): Verdict {
    const name = visit.kind === "vmexit" ? visit.name : visit.kind;
    this.exits.push(name);
    return this.answer(name);
  }

  write32(at: number, value: number): void {
    this.bus.view.setUint32(at, value >>> 0, true);
  }

  or(offset: number, bits: number): void {
    this.vmcb.set32(offset, this.vmcb.get(offset) | bits);
  }

  run(source: string, limit = 1000): string {
    this.bus.ram.set(assemble(`bits 32\norg ${PROGRAM}\n${source}\n`).bytes, PROGRAM);
    return this.go(limit);
  }

  /** The name of the exit that the answer stopped at. */
  go(limit = 1000): string {
    const result = this.vmrun();
    if (result.kind === "invalid") return `invalid: ${result.rule}`;
    const stop = this.interpreter.run(limit);
    return stop.reason === "monitor" ? stop.detail : stop.reason;
  }

  vmrun(): RunResult {
    this.svm.vmload(this.vmcb);
    return this.svm.vmrun(this.vmcb);
  }

  #tables(): void {
    const { bus } = this;
    bus.ram.fill(0xf4, HANDLERS, HANDLERS + 8 * 256);
    [0, 0, 0xffff, 0x00cf9b00, 0xffff, 0x00cf9300, 0x67 | (TSS << 16), 0x00008b00].forEach((value, n) => {
      this.write32(GDT + 4 * n, value);
    });
    for (let n = 0; n < 256; n++) {
      this.write32(IDT + 8 * n, (0x08 << 16) | (HANDLERS + 8 * n));
      this.write32(IDT + 8 * n + 4, 0xee00);
    }
    this.write32(PAGES, 0x83);
  }

  #fill(): void {
    const { vmcb } = this;
    const segment = (at: number, selector: number, attributes: number, limit: number, base = 0) => {
      vmcb.set16(at, selector);
      vmcb.set16(at + 2, attributes);
      vmcb.set32(at + 4, limit);
      vmcb.set64(at + 8, base);
    };
    segment(STATE.cs, 8, 0xc9b, -1);
    for (const at of [STATE.es, STATE.ss, STATE.ds, STATE.fs, STATE.gs]) segment(at, 16, 0xc93, -1);
    segment(STATE.tr, 24, 0x8b, 0x67, TSS);
    segment(STATE.gdtr, 0, 0, 31, GDT);
    segment(STATE.idtr, 0, 0, 2047, IDT);
    vmcb.set64(STATE.cr0, 0x80000031 | 0);
    vmcb.set64(STATE.cr3, PAGES);
    vmcb.set64(STATE.cr4, 0x10);
    vmcb.set64(STATE.efer, 0x1000);
    vmcb.set64(STATE.rflags, 2);
    vmcb.set64(STATE.rip, PROGRAM);
    vmcb.set64(STATE.rsp, STACK);
    vmcb.set64(STATE.dr6, 0xffff0ff0 | 0);
    vmcb.set64(STATE.dr7, 0x400);
    vmcb.set32(CONTROL.asid, 1);
    vmcb.set32(CONTROL.intercepts, INTERCEPT.hlt | INTERCEPT.shutdown);
    vmcb.set32(CONTROL.moreIntercepts, INTERCEPT2.vmrun);
    vmcb.set64(CONTROL.ioBitmap, BITMAPS);
    vmcb.set64(CONTROL.msrBitmap, BITMAPS + 0x3000);
  }
}
