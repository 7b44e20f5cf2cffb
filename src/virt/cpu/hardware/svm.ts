/**
 * AMD-V as the control block of the hardware-assisted engine: the VMCB is memory, which the monitor reads and writes for next to nothing,
 * and the TLB is tagged, so that translations outlive an exit. There are no shadows of control registers: reads exit as well.
 */
import type { Gpa, Gva } from "../../../machine/address.ts";
import { type Cpu, CR0, CR4 } from "../../../machine/cpu/cpu.ts";
import { EXCEPTION, SOFTWARE } from "../../../machine/cpu/deliver/event.ts";
import { BP, OF, PF } from "../../../machine/cpu/fault.ts";
import { IF } from "../../../machine/cpu/flags.ts";
import { ERROR_FETCH, ERROR_WRITE } from "../../../machine/mmu/rights.ts";
import { TLB_CONTROL } from "../../../machine/svm/asid.ts";
import { checkGuest, SVME } from "../../../machine/svm/check.ts";
import { EXIT, exitName } from "../../../machine/svm/exit-codes.ts";
import { loadRegisters, saveGuest, vmload, vmsave } from "../../../machine/svm/state.ts";
import { Svm } from "../../../machine/svm/svm.ts";
import { CONTROL, EVENT, INTERCEPT, INTERCEPT2, STATE, VIRTUAL, Vmcb } from "../../../machine/svm/vmcb.ts";
import type { NestedTables } from "../../mmu/pager.ts";
import type { Host } from "../host.ts";
import {
  type Exit,
  enterLongMode,
  type GuestEvent,
  type WorldSwitch,
  type WorldSwitchFactory,
} from "./world-switch.ts";

const TWO32 = 4294967296;
const PAGE = 4096;
const IN = 1;
/** 0 is the host's. */
const ASID = 1;
/** 0F 01 D9; the first SVM does not tell the next instruction. */
const VMMCALL_LENGTH = 3;
const OWN_INSTRUCTIONS = new Set<number>([
  EXIT.vmrun,
  EXIT.vmload,
  EXIT.vmsave,
  EXIT.stgi,
  EXIT.clgi,
  EXIT.skinit,
  EXIT.invlpga,
]);
const CR_NAMES = ["mov from cr", "mov to cr"];

export class SvmSwitch implements WorldSwitch {
  readonly name = "svm";
  readonly deliversInterrupts = false;
  readonly #host: Host;
  readonly #svm: Svm;
  readonly #vmcb: Vmcb;
  readonly #nested: NestedTables | undefined;
  /** The guest's ASID may stand for translations that do not hold any more. */
  #stale = true;
  /** What decides about the guest's translation, as it left. */
  #left: readonly number[] = [];

  constructor(host: Host, nested?: NestedTables) {
    this.#host = host;
    this.#nested = nested;
    if (nested?.kind === "ept")
      throw new RangeError("EPT on a processor with SVM, whose nested tables are NPT");
    const { cpu, bus, ledger } = host;
    this.#svm = new Svm(cpu, host.frame(), (event, detail) => ledger.pay(event, detail));
    this.#vmcb = new Vmcb(bus, host.frame());
    // The monitor takes interrupts: it is the host.
    cpu.flags.value = IF | 2;
    this.#configure();
    if (nested !== undefined) this.#configureNested(nested);
  }

  /** The guest keeps its page faults, its CR3 and INVLPG. */
  #configureNested({ root }: NestedTables): void {
    const vmcb = this.#vmcb;
    vmcb.set64(CONTROL.nestedPaging, 1);
    vmcb.set64(CONTROL.nestedCr3, root);
    vmcb.set16(CONTROL.crReads, 0x111);
    vmcb.set16(CONTROL.crWrites, 0x111);
    vmcb.set32(CONTROL.exceptions, 0);
    vmcb.set32(CONTROL.intercepts, vmcb.get(CONTROL.intercepts) & ~INTERCEPT.invlpg);
    enterLongMode({ cpu: this.#host.cpu, frame: this.#host.frame() });
  }

  /** What never changes. */
  #configure(): void {
    const vmcb = this.#vmcb;
    const { bus } = this.#host;
    const bitmaps = [0, 1, 2, 3, 4].map(() => this.#host.frame());
    if (bitmaps.some((frame, n) => frame !== (bitmaps[0] as number) + PAGE * n))
      throw new Error("invariant: the permission maps must lie behind each other");
    // Every port and every MSR is the monitor's.
    for (const frame of bitmaps) bus.dmaWrite(frame as unknown as Gpa, new Uint8Array(PAGE).fill(0xff));
    vmcb.set64(CONTROL.ioBitmap, bitmaps[0] as number);
    vmcb.set64(CONTROL.msrBitmap, bitmaps[3] as number);
    vmcb.set16(CONTROL.crReads, 0x119);
    vmcb.set16(CONTROL.crWrites, 0x119);
    vmcb.set16(CONTROL.drReads, 0xffff);
    vmcb.set16(CONTROL.drWrites, 0xffff);
    vmcb.set32(CONTROL.exceptions, 1 << PF);
    const { intr, nmi, vintr, rdpmc, cpuid, invd, hlt, invlpg, invlpga, io, msr } = INTERCEPT;
    const { taskSwitch, shutdown } = INTERCEPT;
    vmcb.set32(
      CONTROL.intercepts,
      intr | nmi | vintr | rdpmc | cpuid | invd | hlt | invlpg | invlpga | io | msr | taskSwitch | shutdown,
    );
    // INT1 on its way cannot be told from a #DB that must come again.
    const { vmrun, vmmcall, vmload: load, vmsave: save, stgi, clgi, skinit, icebp } = INTERCEPT2;
    vmcb.set32(CONTROL.moreIntercepts, vmrun | vmmcall | load | save | stgi | clgi | skinit | icebp);
    vmcb.set32(CONTROL.asid, ASID);
  }

  fits(virtual: Cpu): boolean {
    const vmcb = this.#vmcb;
    // A shadow pager has no tables for real mode.
    if (this.#nested === undefined && (virtual.cr0 & CR0.PE) === 0) return false;
    this.#describe(virtual);
    vmcb.set64(STATE.efer, virtual.efer | SVME);
    vmcb.set32(CONTROL.eventInjection, 0);
    return checkGuest(vmcb, virtual.prices.physicalBits) === null;
  }

  /** V's state in the VMCB. */
  #describe(virtual: Cpu): void {
    saveGuest(virtual, this.#vmcb);
    vmsave(virtual, this.#vmcb);
  }

  enter(virtual: Cpu, event: GuestEvent | null, window: boolean): void {
    const { cpu } = this.#host;
    const vmcb = this.#vmcb;
    if (this.#nested !== undefined) this.#follow(virtual, this.#nested);
    this.#describe(virtual);
    cpu.efer |= SVME;
    if (this.#nested === undefined) {
      vmcb.set64(STATE.cr0, cpu.cr0);
      vmcb.set64(STATE.cr3, cpu.cr3, cpu.cr3High);
      vmcb.set64(STATE.cr4, cpu.cr4);
      vmcb.set64(STATE.efer, cpu.efer);
    } else vmcb.set64(STATE.efer, virtual.efer | SVME);
    vmcb.set64(CONTROL.interruptShadow, virtual.shadow ? 1 : 0);
    vmcb.set64(CONTROL.tscOffset, virtual.tscOffset | 0, Math.floor(virtual.tscOffset / TWO32));
    vmcb.set32(CONTROL.virtualInterrupt, VIRTUAL.masking | (window ? VIRTUAL.irq | VIRTUAL.ignoreTpr : 0));
    if (event === null) vmcb.set64(CONTROL.eventInjection, 0);
    else {
      const { kind, vector, error } = event;
      const withError = error >= 0;
      const information = vector | (kind << 8) | (withError ? EVENT.error : 0) | EVENT.valid;
      vmcb.set64(CONTROL.eventInjection, information, withError ? error : 0);
    }
    cpu.msr.set(virtual.msr);
    cpu.dr.set(virtual.dr);
    cpu.drHigh.set(virtual.drHigh);
    cpu.nmiBlocked = virtual.nmiBlocked;
    this.#svm.vmload(vmcb);
    const result = this.#svm.vmrun(vmcb);
    if (result.kind !== "entered") throw new Error(`invariant: VMRUN: ${result.rule}`);
  }

  forget(): void {
    this.#stale = true;
  }

  /** What V changed of its registers by itself was no change of P's, whose TLBs must be told. PAE's PDPTEs are read by VMRUN itself. */
  #follow(virtual: Cpu, nested: NestedTables): void {
    const { cr0, cr3, cr4 } = virtual;
    const flush = this.#stale || pagingOf(virtual).some((value, n) => value !== this.#left[n]);
    this.#vmcb.set8(CONTROL.tlbControl, flush ? TLB_CONTROL.asid : TLB_CONTROL.nothing);
    this.#stale = false;
    const pae = (cr0 & CR0.PG) !== 0 && (cr4 & CR4.PAE) !== 0 && !virtual.longMode;
    if (pae && flush) nested.violation({ gpa: (cr3 >>> 0) as Gpa, write: false, fetch: false });
  }

  leave(virtual: Cpu): Exit {
    this.#draw(virtual);
    this.#left = pagingOf(virtual);
    return this.#read();
  }

  #draw(virtual: Cpu): void {
    const { cpu } = this.#host;
    const vmcb = this.#vmcb;
    this.#svm.vmsave(vmcb);
    // What the pager flushes from here on is the guest's, as by INVLPGA and TLB_CONTROL.
    cpu.memory.setSecondDimension(null, ASID, true);
    virtual.msr.set(cpu.msr);
    if (this.#nested !== undefined) {
      virtual.cr3 = vmcb.get(STATE.cr3);
      virtual.cr3High = vmcb.getHigh(STATE.cr3);
      virtual.memory.loadCr3(virtual.cr3, virtual.cr3High);
      virtual.memory.flush(true);
    }
    virtual.cr0 = (virtual.cr0 & ~CR0.TS) | (vmcb.get(STATE.cr0) & CR0.TS);
    vmload(virtual, vmcb);
    loadRegisters(virtual, vmcb);
    virtual.shadow = (vmcb.get(CONTROL.interruptShadow) & 1) !== 0;
    virtual.nmiBlocked = cpu.nmiBlocked;
  }

  #read(): Exit {
    const vmcb = this.#vmcb;
    const code = vmcb.get(CONTROL.exitCode);
    const during = this.#vectoring();
    const name = exitName(code);
    if (code === EXIT.exception + PF)
      return {
        kind: "pageFault",
        name: "#PF",
        at: this.#faultAddress(),
        error: vmcb.get(CONTROL.exitInfo1),
        during,
      };
    if (code === EXIT.npf) {
      const error = vmcb.get(CONTROL.exitInfo1);
      const gpa = (vmcb.getHigh(CONTROL.exitInfo2) * TWO32 + (vmcb.get(CONTROL.exitInfo2) >>> 0)) as Gpa;
      const violation = { gpa, write: (error & ERROR_WRITE) !== 0, fetch: (error & ERROR_FETCH) !== 0 };
      return { kind: "violation", name: "nested page fault", violation, during };
    }
    if (OWN_INSTRUCTIONS.has(code)) return { kind: "undefined", name, during };
    switch (code) {
      case EXIT.intr:
      case EXIT.nmi:
        return { kind: "interrupt", name: "interrupt", during };
      case EXIT.vintr:
        return { kind: "window", name: "interruptWindow", during };
      case EXIT.taskSwitch:
        return { kind: "taskSwitch", name, during };
      case EXIT.shutdown:
        return { kind: "shutdown", name: "tripleFault", detail: this.#svm.shutdownDetail, during };
      case EXIT.vmmcall:
        return { kind: "hypercall", name, length: VMMCALL_LENGTH, during };
      case EXIT.invlpg:
        return { kind: "invlpg", name, at: this.#address(CONTROL.exitInfo1), during };
      case EXIT.io:
        return { kind: "instruction", name: (vmcb.get(CONTROL.exitInfo1) & IN) !== 0 ? "in" : "out", during };
      case EXIT.msr:
        return {
          kind: "instruction",
          name: (vmcb.get(CONTROL.exitInfo1) & 1) === 0 ? "rdmsr" : "wrmsr",
          during,
        };
    }
    if (code < EXIT.drRead)
      return { kind: "instruction", name: `${CR_NAMES[code >> 4]}${code & 15}`, during };
    return { kind: "instruction", name: code < EXIT.exception ? "movDr" : name, during };
  }

  #address(field: number): Gva {
    const low = this.#vmcb.get(field);
    const high = this.#vmcb.getHigh(field);
    return (this.#host.machine.cpu.wide ? high * TWO32 + (low >>> 0) : low) as Gva;
  }

  #faultAddress(): Gva {
    return this.#address(CONTROL.exitInfo2);
  }

  /** INT n, INT3 and INTO come again by themselves: RIP is theirs. */
  #vectoring(): GuestEvent | null {
    const vmcb = this.#vmcb;
    return toEvent(vmcb.get(CONTROL.exitInterruption), vmcb.getHigh(CONTROL.exitInterruption));
  }

  withdraw(virtual: Cpu): GuestEvent | null {
    this.#svm.withdraw();
    this.#draw(virtual);
    const vmcb = this.#vmcb;
    return toEvent(vmcb.get(CONTROL.eventInjection), vmcb.getHigh(CONTROL.eventInjection));
  }
}

const pagingOf = ({ cr0, cr3, cr3High, cr4, efer }: Cpu) => [cr0, cr3, cr3High, cr4, efer];

function toEvent(information: number, error: number): GuestEvent | null {
  const kind = (information >> 8) & 7;
  const vector = information & 0xff;
  if ((information & EVENT.valid) === 0 || kind === SOFTWARE) return null;
  if (kind === EXCEPTION && (vector === BP || vector === OF)) return null;
  return { kind, vector, error: (information & EVENT.error) !== 0 ? error : -1, length: 0 };
}

export const svm = (): WorldSwitchFactory => (host, nested) => new SvmSwitch(host, nested);
