/** SVM's guest mode (AMD APM Vol. 2, chapter 15): what the processor does otherwise while a guest runs. Instructions are in intercepts.ts. */
import type { Cpu } from "../cpu/cpu.ts";
import { inject } from "../cpu/deliver/deliver.ts";
import { EXCEPTION, EXTERNAL, NMI_KIND, SOFTWARE } from "../cpu/deliver/event.ts";
import { DF, FAULT, EXIT as LEAVE, PF, PUSHES_ERROR } from "../cpu/fault.ts";
import { IF } from "../cpu/flags.ts";
import type { Op } from "../cpu/op.ts";
import { JUMP, RETURN } from "../cpu/task.ts";
import { visit } from "../cpu/visit.ts";
import type { GuestMode } from "../guest-mode.ts";
import type { Instruction } from "../isa/instruction.ts";
import { leaveAsid } from "./asid.ts";
import { EXIT, exitName } from "./exit-codes.ts";
import { intercept, interestOf } from "./intercepts.ts";
import type { Leaver } from "./leaver.ts";
import { loadState, saveGuest } from "./state.ts";
import { CONTROL, EVENT, INTERCEPT, VIRTUAL, type Vmcb } from "./vmcb.ts";

const TWO32 = 4294967296;
/** EXITINFO2 of a task switch, upper half. */
const BY_IRET = 1 << 4;
const BY_JUMP = 1 << 6;

export class SvmGuest implements GuestMode<Cpu>, Leaver {
  readonly vmcb: Vmcb;
  readonly interest: Uint8Array;
  readonly awaitsWindow: boolean;
  shutdownDetail = "";
  readonly #host: Vmcb;
  readonly #pay: (event: "vmExit", detail: number) => void;
  readonly #hostTsc: number;
  readonly #hostInterrupts: boolean;
  #injection: number;
  #shadow = false;
  /** EXITINTINFO of what is on its way, 0 when nothing is, and its error code. */
  #vectoring = 0;
  #vectoringError = 0;
  #cr2: number;
  #cr2High: number;

  /** The guest's state has been loaded; `host` holds the host's. */
  constructor(parts: {
    cpu: Cpu;
    vmcb: Vmcb;
    host: Vmcb;
    hostInterrupts: boolean;
    pay: (event: "vmExit", detail: number) => void;
  }) {
    const { cpu, vmcb } = parts;
    this.vmcb = vmcb;
    this.#host = parts.host;
    this.#pay = parts.pay;
    this.#hostInterrupts = parts.hostInterrupts;
    this.interest = interestOf(vmcb);
    this.awaitsWindow = this.#virtualInterrupt();
    this.#injection = vmcb.get(CONTROL.eventInjection);
    this.#hostTsc = cpu.tscOffset;
    cpu.tscOffset += vmcb.getHigh(CONTROL.tscOffset) * TWO32 + (vmcb.get(CONTROL.tscOffset) >>> 0);
    this.#cr2 = cpu.cr2;
    this.#cr2High = cpu.cr2High;
  }

  #virtualInterrupt(): boolean {
    return (this.vmcb.get(CONTROL.virtualInterrupt) & VIRTUAL.irq) !== 0;
  }

  boundary(cpu: Cpu, shadow: boolean): boolean {
    this.#shadow = shadow;
    if ((this.#injection & EVENT.valid) !== 0) {
      const event = this.#injection;
      this.#injection = 0;
      const error = this.vmcb.getHigh(CONTROL.eventInjection);
      // An injected INT n returns to RIP itself, which the hypervisor has advanced (15.20).
      inject(cpu, (event >> 8) & 7, event & 0xff, error, 0);
      return true;
    }
    if (shadow) return false;
    if (cpu.nmiPending && !cpu.nmiBlocked && this.#intercepts(INTERCEPT.nmi))
      return this.#exitNow(cpu, EXIT.nmi);
    const guestInterrupts = (cpu.flags.eflags & IF) !== 0;
    const masked = (this.vmcb.get(CONTROL.virtualInterrupt) & VIRTUAL.masking) !== 0;
    // With V_INTR_MASKING the host's IF decides about physical interrupts (15.21.1).
    if (
      (masked ? this.#hostInterrupts : guestInterrupts) &&
      this.#intercepts(INTERCEPT.intr) &&
      cpu.irq.pending()
    )
      return this.#exitNow(cpu, EXIT.intr);
    if (this.awaitsWindow && guestInterrupts && this.#intercepts(INTERCEPT.vintr))
      return this.#exitNow(cpu, EXIT.vintr);
    return false;
  }

  instruction(cpu: Cpu, op: Instruction, cause: number): boolean {
    // Whoever asks has a bound instruction.
    return intercept(this, cpu, op as Op, cause);
  }

  exitWith(code: number, info1 = 0, info2 = 0): never {
    this.#tell(code, info1, info2);
    return this.exitTold();
  }

  /** Leaves the instruction; the VMCB has the exit's code and what goes with it. */
  exitTold(): never {
    FAULT.vector = LEAVE;
    throw FAULT;
  }

  #tell(code: number, info1: number, info2: number, info2High = 0): void {
    const { vmcb } = this;
    vmcb.set64(CONTROL.exitCode, code, code < 0 ? -1 : 0);
    vmcb.set64(CONTROL.exitInfo1, info1);
    vmcb.set64(CONTROL.exitInfo2, info2, info2High);
  }

  software(_cpu: Cpu, kind: number, vector: number): void {
    // INT n has an intercept of its own, INT3 and INTO are exceptions (15.12).
    if (kind !== SOFTWARE && this.#interceptsException(vector)) this.exitWith(EXIT.exception + vector);
  }

  event(cpu: Cpu, kind: number, vector: number, error: number): boolean {
    if (kind !== EXCEPTION || !this.#interceptsException(vector)) return false;
    const pushes = ((PUSHES_ERROR >> vector) & 1) !== 0;
    if (vector === PF) this.#tell(EXIT.exception + PF, error, cpu.cr2, cpu.cr2High);
    else this.#tell(EXIT.exception + vector, pushes ? error : 0, 0);
    cpu.cr2 = this.#cr2 as Cpu["cr2"];
    cpu.cr2High = this.#cr2High;
    if (vector === DF) this.#vectoring = 0;
    this.#leave(cpu);
    return true;
  }

  delivering(cpu: Cpu, kind: number, vector: number, error: number): void {
    // Types are VT-x's but for INT3 and INTO, which are exceptions here.
    const type = kind > SOFTWARE ? EXCEPTION : kind;
    this.#vectoring = vector | (type << 8) | (error >= 0 ? EVENT.error : 0) | EVENT.valid;
    this.#vectoringError = Math.max(error, 0);
    if (kind === EXCEPTION && vector === PF) {
      this.#cr2 = cpu.cr2;
      this.#cr2High = cpu.cr2High;
    }
  }

  delivered(): void {
    this.#vectoring = 0;
  }

  /** Unlike with VT-x, DR6 and DR7 are written before #DB is intercepted (15.12.2). */
  debug(): boolean {
    return false;
  }

  taskSwitch(cpu: Cpu, selector: number, source: number): void {
    if (!this.#intercepts(INTERCEPT.taskSwitch)) return;
    const how = source === RETURN ? BY_IRET : source === JUMP ? BY_JUMP : 0;
    this.#tell(
      EXIT.taskSwitch,
      selector,
      this.#vectoringError,
      how | ((cpu.flags.eflags >> 16) & 1 ? 1 << 16 : 0),
    );
    FAULT.vector = LEAVE;
    throw FAULT;
  }

  shutdown(cpu: Cpu, detail: string): boolean {
    this.shutdownDetail = detail;
    if (!this.#intercepts(INTERCEPT.shutdown)) return false;
    this.#vectoring = 0;
    return this.#exitNow(cpu, EXIT.shutdown);
  }

  exit(cpu: Cpu): void {
    this.#leave(cpu);
  }

  /** As NonRoot.withdraw of vmx/guest.ts; EVENTINJ keeps what was still to be injected. */
  withdraw(cpu: Cpu): void {
    this.#shadow = cpu.shadow;
    this.#toHost(cpu, this.#injection);
  }

  #exitNow(cpu: Cpu, code: number): true {
    this.#tell(code, 0, 0);
    this.#leave(cpu);
    return true;
  }

  #leave(cpu: Cpu): void {
    const { vmcb } = this;
    vmcb.set64(CONTROL.exitInterruption, this.#vectoring, this.#vectoringError);
    this.#toHost(cpu, 0);
    const code = vmcb.get(CONTROL.exitCode);
    this.#pay("vmExit", code);
    if (cpu.monitor === null) throw new Error("invariant: a #VMEXIT, and there is no monitor");
    if (!visit(cpu, cpu.monitor, { kind: "vmexit", reason: code, name: exitName(code) }))
      throw new Error("invariant: a #VMEXIT cannot be delivered to the guest");
  }

  #toHost(cpu: Cpu, injection: number): void {
    const { vmcb } = this;
    cpu.guest = null;
    cpu.tscOffset = this.#hostTsc;
    vmcb.set32(CONTROL.eventInjection, injection);
    vmcb.set64(CONTROL.interruptShadow, this.#shadow ? 1 : 0);
    saveGuest(cpu, vmcb);
    leaveAsid(cpu);
    if (!loadState(cpu, this.#host)) throw new Error("invariant: the host's PDPTEs have reserved bits set");
  }

  #interceptsException(vector: number): boolean {
    return vector < 32 && ((this.vmcb.get(CONTROL.exceptions) >> vector) & 1) !== 0;
  }

  #intercepts(mask: number): boolean {
    return (this.vmcb.get(CONTROL.intercepts) & mask) !== 0;
  }
}

if (EXTERNAL !== 0 || NMI_KIND !== 2) throw new Error("invariant: SVM's event types are VT-x's");
