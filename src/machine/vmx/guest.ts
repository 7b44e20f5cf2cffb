/**
 * VMX non-root operation (SDM Vol. 3, chapters 25 and 27): what the processor does otherwise while a guest runs, by the VMCS that it was
 * entered with. Instructions are in intercepts.ts.
 */
import type { Gva } from "../address.ts";
import type { Timer } from "../clock.ts";
import type { Cpu } from "../cpu/cpu.ts";
import { deliverDebug, deliverInterrupt, inject } from "../cpu/deliver/deliver.ts";
import { EXCEPTION, NMI_KIND, SOFTWARE } from "../cpu/deliver/event.ts";
import { DB, DF, EXIT, FAULT, PF, PUSHES_ERROR } from "../cpu/fault.ts";
import { IF, RF } from "../cpu/flags.ts";
import type { Op } from "../cpu/op.ts";
import { CALL, GATE, JUMP, RETURN } from "../cpu/task.ts";
import { visit } from "../cpu/visit.ts";
import type { GuestMode } from "../guest-mode.ts";
import type { Instruction } from "../isa/instruction.ts";
import { BLOCKING, CPU, CPU2, EXIT_CONTROL, INTERRUPTION, PIN } from "./controls.ts";
import { leaveTables } from "./ept.ts";
import { loadHost, saveGuest } from "./exit.ts";
import { FIELDS } from "./fields.ts";
import { intercept } from "./intercepts.ts";
import type { Leaver } from "./leaver.ts";
import { loadMsrs, storeMsrs } from "./msr-lists.ts";
import type { Pay } from "./pay.ts";
import { REASON, reasonName } from "./reasons.ts";
import type { ApicAccessPage, VirtualApic } from "./virtual-apic.ts";
import type { Vmcs } from "./vmcs.ts";

const TWO32 = 4294967296;
const BS = 1 << 14;
const HITS = 15;
/** Where a task switch comes from, in an exit's qualification (Table 27-2). */
const SOURCES: readonly number[] = [];
Object.assign(SOURCES, { [CALL]: 0, [RETURN]: 1, [JUMP]: 2, [GATE]: 3 });

export class NonRoot implements GuestMode<Cpu>, Leaver {
  readonly vmcs: Vmcs;
  readonly interest: Uint8Array;
  awaitsWindow = false;
  /** The guest wrote a TPR below the threshold: a trap. */
  tprBelow = false;
  /** Of a triple fault: the whole story, which a real processor keeps to itself. */
  shutdownDetail = "";
  readonly #pay: Pay;
  readonly #timer: Timer;
  readonly #timerShift: number;
  readonly #hostTsc: number;
  #timerUp = false;
  #injection: number;
  /** #DB that waits for the first instruction boundary: bits of DR6. */
  #debugPending = 0;
  #debugHits = 0;
  #blocking = 0;
  /** IDT-vectoring information of what is on its way, 0 when nothing is. */
  #vectoring = 0;
  #vectoringError = 0;
  /** Where the instruction after a software interrupt is. */
  #after = 0;
  /** CR2 as the guest has it: a page fault that exits leaves no trace there. */
  #cr2: Gva;
  #cr2High: number;
  /** Where virtual interrupts come from, if the processor delivers them. */
  readonly #window: boolean;
  readonly #apic: VirtualApic | null;
  readonly #page: ApicAccessPage | null;

  /** The guest's state has been loaded. */
  constructor(parts: {
    cpu: Cpu;
    vmcs: Vmcs;
    pay: Pay;
    timer: Timer;
    timerShift: number;
    interest: Uint8Array;
    apic?: { readonly model: VirtualApic; readonly page: ApicAccessPage } | null;
  }) {
    const { cpu, vmcs, timerShift } = parts;
    this.vmcs = vmcs;
    this.#pay = parts.pay;
    this.#timer = parts.timer;
    this.#timerShift = timerShift;
    this.interest = parts.interest;
    const primary = vmcs.get(FIELDS.primaryControls);
    const delivers = (vmcs.get(FIELDS.secondaryControls) & CPU2.virtualInterrupts) !== 0;
    const apic = (primary & CPU.secondary) !== 0 && delivers ? (parts.apic ?? null) : null;
    this.#apic = apic?.model ?? null;
    this.#page = apic?.page ?? null;
    this.#window = (primary & CPU.interruptWindow) !== 0;
    this.awaitsWindow = this.#window || this.#apic !== null;
    this.#injection = vmcs.get(FIELDS.entryInterruption);
    this.#cr2 = cpu.cr2;
    this.#cr2High = cpu.cr2High;
    this.#hostTsc = cpu.tscOffset;
    if ((primary & CPU.tscOffset) !== 0)
      cpu.tscOffset += vmcs.getHigh(FIELDS.tscOffset) * TWO32 + (vmcs.get(FIELDS.tscOffset) >>> 0);
    const pending = vmcs.get(FIELDS.pendingDebug) & (HITS | BS);
    if (cpu.debugShadow) cpu.debugHits = pending & HITS;
    else this.#debugPending = pending;
    if (this.#pin(PIN.timer)) {
      const { clock } = cpu;
      clock.set(this.#timer, clock.now + (vmcs.get(FIELDS.preemptionTimer) >>> 0) * 2 ** timerShift);
    }
  }

  /** The preemption timer rang. */
  timerRang(): void {
    this.#timerUp = true;
  }

  boundary(cpu: Cpu, shadow: boolean): boolean {
    this.#blocking = shadow ? (cpu.debugShadow ? BLOCKING.movSs : BLOCKING.sti) : 0;
    if ((this.#injection & INTERRUPTION.valid) !== 0) return this.#inject(cpu);
    if (this.#debugPending !== 0) {
      const hits = this.#debugPending;
      this.#debugPending = 0;
      deliverDebug(cpu, hits);
      return true;
    }
    // In the order of SDM Vol. 3, Table 6-2 and 25.2.
    if (this.#page !== null && this.#page.trap !== null) return this.#exitNow(cpu, this.#page.trap.reason);
    if (this.tprBelow) return this.#exitNow(cpu, REASON.tprBelowThreshold);
    if (this.#timerUp) return this.#exitNow(cpu, REASON.preemptionTimer);
    if (shadow) return false;
    if (this.#primary(CPU.nmiWindow) && !cpu.nmiBlocked) return this.#exitNow(cpu, REASON.nmiWindow);
    if (cpu.nmiPending && this.#pin(PIN.nmi)) {
      cpu.nmiPending = false;
      this.#interruption(NMI_KIND, 2, -1);
      return this.#exitNow(cpu, REASON.exception);
    }
    if (this.#window && (cpu.flags.eflags & IF) !== 0) return this.#exitNow(cpu, REASON.interruptWindow);
    if (this.#apic !== null && (cpu.flags.eflags & IF) !== 0 && this.#apic.requests()) {
      cpu.halted = false;
      deliverInterrupt(cpu, this.#apic.take());
      return true;
    }
    if (!this.#pin(PIN.externalInterrupt) || !cpu.irq.pending()) return false;
    if ((this.vmcs.get(FIELDS.exitControls) & EXIT_CONTROL.acknowledge) !== 0) {
      const vector = cpu.irq.acknowledge();
      if (this.#pin(PIN.posted) && this.#apic !== null && vector === this.vmcs.get(FIELDS.postedVector)) {
        this.#apic.processPosted();
        return true;
      }
      this.#interruption(0, vector, -1);
    }
    return this.#exitNow(cpu, REASON.externalInterrupt);
  }

  #inject(cpu: Cpu): boolean {
    const information = this.#injection;
    this.#injection = 0;
    const kind = (information >> 8) & 7;
    const software = kind >= SOFTWARE;
    const length = software ? this.vmcs.get(FIELDS.entryInstructionLength) : 0;
    inject(cpu, kind, information & 0xff, this.vmcs.get(FIELDS.entryErrorCode), length);
    return true;
  }

  instruction(cpu: Cpu, op: Instruction, cause: number): boolean {
    // Whoever asks has a bound instruction.
    return intercept(this, cpu, op as Op, cause);
  }

  /** Leaves the instruction with what its exit is to tell. */
  exitWith(reason: number, qualification = 0, qualificationHigh = 0): never {
    this.vmcs.set(FIELDS.exitReason, reason);
    this.vmcs.set(FIELDS.exitQualification, qualification, qualificationHigh);
    FAULT.vector = EXIT;
    throw FAULT;
  }

  software(_cpu: Cpu, kind: number, vector: number): void {
    // INT n never exits; INT3, INTO and INT1 do as the exceptions that they raise.
    if (kind === SOFTWARE || !this.#intercepts(vector)) return;
    this.#interruption(kind, vector, -1);
    this.exitWith(REASON.exception);
  }

  event(cpu: Cpu, kind: number, vector: number, error: number): boolean {
    if (kind !== EXCEPTION) return false;
    const { vmcs } = this;
    if (vector === PF) {
      const matches = (error & vmcs.get(FIELDS.pageFaultMask)) === vmcs.get(FIELDS.pageFaultMatch);
      if (matches !== this.#intercepts(PF)) return false;
    } else if (!this.#intercepts(vector)) return false;
    vmcs.set(FIELDS.exitReason, REASON.exception);
    vmcs.set(FIELDS.exitQualification, 0);
    if (vector === PF) vmcs.set(FIELDS.exitQualification, cpu.cr2, cpu.cr2High);
    else if (vector === DB) vmcs.set(FIELDS.exitQualification, this.#debugHits);
    this.#debugHits = 0;
    cpu.cr2 = this.#cr2;
    cpu.cr2High = this.#cr2High;
    this.#interruption(EXCEPTION, vector, ((PUSHES_ERROR >> vector) & 1) !== 0 ? error : -1);
    // 27.2.3: a double fault that exits by itself does not happen during delivery.
    if (vector === DF) this.#vectoring = 0;
    const length = ((this.#vectoring >> 8) & 7) >= SOFTWARE ? this.#after - cpu.ip : 0;
    this.#leave(cpu, length, vector === DB ? 0 : RF);
    return true;
  }

  delivering(cpu: Cpu, kind: number, vector: number, error: number): void {
    this.#vectoring = vector | (kind << 8) | (error >= 0 ? INTERRUPTION.error : 0) | INTERRUPTION.valid;
    this.#vectoringError = error;
    this.#after = cpu.ip;
    if (kind === EXCEPTION && vector === PF) this.guestCr2(cpu.cr2, cpu.cr2High);
  }

  delivered(): void {
    this.#vectoring = 0;
  }

  /** The guest's CR2 is this now. */
  guestCr2(low: Gva, high: number): void {
    this.#cr2 = low;
    this.#cr2High = high;
  }

  debug(_cpu: Cpu, hits: number): boolean {
    if (!this.#intercepts(DB)) return false;
    this.#debugHits = hits;
    return true;
  }

  taskSwitch(_cpu: Cpu, selector: number, source: number): void {
    if (source !== GATE) this.#vectoring = 0;
    this.exitWith(REASON.taskSwitch, selector | ((SOURCES[source] as number) << 30));
  }

  shutdown(cpu: Cpu, detail: string): boolean {
    this.#vectoring = 0;
    this.shutdownDetail = detail;
    this.#exitNow(cpu, REASON.tripleFault);
    return true;
  }

  exit(cpu: Cpu, length: number): void {
    // An EPT violation while a software interrupt is on its way tells that one's length.
    const software = ((this.#vectoring >> 8) & 7) >= SOFTWARE;
    this.#leave(cpu, software ? this.#after - cpu.ip : length, 0);
  }

  /**
   * Takes the guest out of non-root operation without an exit, between two instructions: somebody wants to look at it. The guest-state
   * area is as an exit would leave it, and what was still to be injected stays in the VM-entry interruption information.
   */
  withdraw(cpu: Cpu): void {
    const injection = this.#injection;
    this.#blocking = cpu.shadow ? (cpu.debugShadow ? BLOCKING.movSs : BLOCKING.sti) : 0;
    this.#toRoot(cpu, 0);
    this.vmcs.set(FIELDS.entryInterruption, injection);
  }

  #exitNow(cpu: Cpu, reason: number): true {
    this.vmcs.set(FIELDS.exitReason, reason);
    const trap = this.#page?.trap;
    this.vmcs.set(FIELDS.exitQualification, trap?.reason === reason ? trap.qualification : 0);
    this.#leave(cpu, 0, 0);
    return true;
  }

  #leave(cpu: Cpu, length: number, rf: number): void {
    const { vmcs } = this;
    const reason = vmcs.get(FIELDS.exitReason);
    vmcs.set(FIELDS.exitInstructionLength, length);
    vmcs.set(FIELDS.idtVectoring, this.#vectoring);
    vmcs.set(FIELDS.idtVectoringErrorCode, Math.max(this.#vectoringError, 0));
    const isNmi = reason === REASON.exception && ((vmcs.get(FIELDS.exitInterruption) >> 8) & 7) === NMI_KIND;
    if (reason !== REASON.exception && reason !== REASON.externalInterrupt)
      vmcs.set(FIELDS.exitInterruption, 0);
    this.#toRoot(cpu, rf);
    cpu.nmiBlocked = isNmi;
    if (!loadMsrs(cpu, vmcs, "exitMsrLoad", "exitMsrLoadCount"))
      throw new Error("VMX abort: the VM-exit MSR-load list names an MSR that cannot be loaded");
    this.#pay("vmExit", reason);
    if (cpu.monitor === null) throw new Error("invariant: a VM exit, and there is no monitor");
    if (!visit(cpu, cpu.monitor, { kind: "vmexit", reason, name: reasonName(reason) }))
      throw new Error("invariant: a VM exit cannot be delivered to the guest");
  }

  #toRoot(cpu: Cpu, rf: number): void {
    const { vmcs } = this;
    // What was to be injected has been; it is not injected again (26.6, 27.2.3).
    vmcs.set(FIELDS.entryInterruption, vmcs.get(FIELDS.entryInterruption) & ~INTERRUPTION.valid);
    this.#saveTimer(cpu);
    cpu.guest = null;
    cpu.tscOffset = this.#hostTsc;
    saveGuest(cpu, vmcs, this.#blocking, rf);
    storeMsrs(cpu, vmcs);
    leaveTables(cpu, vmcs);
    loadHost(cpu, vmcs);
  }

  #saveTimer(cpu: Cpu): void {
    if (!this.#pin(PIN.timer)) return;
    const { clock } = cpu;
    const rest = this.#timerUp
      ? 0
      : Math.max(0, Math.ceil((this.#timer.deadline - clock.now) / 2 ** this.#timerShift));
    clock.clear(this.#timer);
    if ((this.vmcs.get(FIELDS.exitControls) & EXIT_CONTROL.saveTimer) !== 0)
      this.vmcs.set(FIELDS.preemptionTimer, rest);
  }

  #interruption(kind: number, vector: number, error: number): void {
    const withError = error >= 0;
    this.vmcs.set(
      FIELDS.exitInterruption,
      vector | (kind << 8) | (withError ? INTERRUPTION.error : 0) | INTERRUPTION.valid,
    );
    this.vmcs.set(FIELDS.exitErrorCode, withError ? error : 0);
  }

  #intercepts(vector: number): boolean {
    return vector < 32 && ((this.vmcs.get(FIELDS.exceptionBitmap) >> vector) & 1) !== 0;
  }

  #pin(control: number): boolean {
    return (this.vmcs.get(FIELDS.pinControls) & control) !== 0;
  }

  #primary(control: number): boolean {
    return (this.vmcs.get(FIELDS.primaryControls) & control) !== 0;
  }
}
