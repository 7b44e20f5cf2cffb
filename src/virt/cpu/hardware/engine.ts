/**
 * Hardware assistance: the guest runs on P in non-root operation ("ring −1"), its own kernel in ring 0, its own IDT, GDT and LDT in
 * force, so that system calls, INT n and most exceptions cost what they cost without a monitor. What leaves it:
 *
 *     #PF ─────────────▶ pager ── hidden ──▶ again    ── the guest's ──▶ injected    ── a device's ──▶ V carries the instruction out
 *     EPT violation ───▶ pager ── filled ──▶ again                                     ── a device's ──▶ V carries the instruction out
 *     CR0 CR3 CR4, MSRs, I/O, CPUID, HLT, INVLPG, MOV DR … ──▶ V carries the instruction out, the pager follows
 *     a device's interrupt, an open interrupt window ──▶ injected at the next entry
 *
 * The first processors with VT-x run guests in protected mode with paging only. A guest that has paging off gets shadow tables that map its
 * memory as it is; real mode, and protected mode as long as segment registers hold what no VM entry takes, is interpreted.
 * (Uhlig et al., "Intel Virtualization Technology", IEEE Computer 2005; Adams & Agesen 2006, sec. 4.)
 */
import type { Gpa, Gva } from "../../../machine/address.ts";
import { type Cpu, CR0 } from "../../../machine/cpu/cpu.ts";
import { breakpointsHere } from "../../../machine/cpu/debug.ts";
import { inject } from "../../../machine/cpu/deliver/deliver.ts";
import { EXCEPTION, EXTERNAL, NMI_KIND } from "../../../machine/cpu/deliver/event.ts";
import { PF, UD } from "../../../machine/cpu/fault.ts";
import { IF, RF } from "../../../machine/cpu/flags.ts";
import type { Pager, PagerFactory, Violation } from "../../mmu/pager.ts";
import { ControlFollower } from "../control.ts";
import type { EngineFactory } from "../engine.ts";
import type { Host } from "../host.ts";
import { Vmm } from "../vmm.ts";
import type { Exit, GuestEvent, WorldSwitch, WorldSwitchFactory } from "./world-switch.ts";

/** Bits of CR0 that say nothing of paging: V's are P's. */
const CR0_PLAIN = CR0.MP | CR0.EM | CR0.TS;

const LAPIC = 0xfee00000;

/** Deals with the guest's hypercall: registers are V's, as its result's are. False: there is none, #UD. */
export type Hypercall = (host: Host, pager: Pager) => boolean;

export interface HardwareOptions {
  readonly pager: PagerFactory;
  readonly format: WorldSwitchFactory;
  readonly hypercall?: Hypercall;
}

export class HardwareAssisted extends Vmm {
  readonly name: string;
  readonly #format: WorldSwitch;
  readonly #pager: Pager;
  readonly #hypercall: Hypercall;
  /** To be injected at the next entry. */
  #event: GuestEvent | null = null;
  /** null: the pager's tables lie under the guest's own, whose registers nobody needs to follow. */
  readonly #control: ControlFollower | null;
  #retired = 0;
  /** Instructions that P had retired when the guest was last entered. */
  #entered = 0;
  #exit: Exit | null = null;

  constructor(host: Host, { pager, format, hypercall = () => false }: HardwareOptions) {
    super(host);
    this.#pager = pager(host.pagerParts());
    const { nested } = this.#pager;
    this.#control = nested === undefined ? new ControlFollower(host, this.#pager, CR0_PLAIN) : null;
    this.#format = format(host, nested);
    this.#hypercall = hypercall;
    this.name = this.#format.name;
  }

  override sync(): void {
    super.sync();
    this.#deliverEvent();
  }

  override adopt(): void {
    super.adopt();
    this.#pager.adopt();
    this.#event = null;
    this.#becomesStrange();
  }

  #becomesStrange(): void {
    if (this.#control !== null) this.#control.strange = true;
    this.#format.forget();
  }

  protected executable(): boolean {
    return this.#format.fits(this.host.machine.cpu);
  }

  protected afterInterpretation(): void {
    // A processor that only slept is the same one.
    if (this.host.machine.cpu.retired !== this.#retired) this.#becomesStrange();
  }

  protected enter(): void {
    const { machine, interrupts } = this.host;
    const { cpu } = machine;
    this.#control?.follow();
    this.#retired = cpu.retired;
    const waits = cpu.irq.pending();
    interrupts.noted = waits;
    const window = waits && !this.#processorDelivers();
    if (this.#event !== null) this.#forgetRf(cpu);
    this.#entered = this.host.cpu.retired;
    this.#format.enter(cpu, this.#event, window);
    this.#event = null;
  }

  protected leave(): void {
    const { cpu } = this.host.machine;
    this.#exit = this.#format.leave(cpu);
    this.host.ledger.pay("dispatch");
  }

  protected save(): void {
    const { cpu } = this.host.machine;
    this.#event = this.#format.withdraw(cpu);
    if (this.host.cpu.retired === this.#entered) this.#forgetRf(cpu);
  }

  protected handle(): string {
    const { host } = this;
    const { cpu } = host.machine;
    const exit = this.#exit as Exit;
    const name = this.#carryOut(exit, cpu);
    this.#retired = cpu.retired;
    return name;
  }

  #carryOut(exit: Exit, cpu: Cpu): string {
    const { host } = this;
    switch (exit.kind) {
      case "pageFault":
        return this.#pageFault(exit.at, exit.error, exit.during, cpu);
      case "instruction":
        host.emulate();
        break;
      case "invlpg":
        host.emulate();
        this.#pager.invalidate(exit.at);
        break;
      case "hypercall":
        if (this.#hypercall(host, this.#pager)) {
          host.ledger.pay("hypercall");
          cpu.ip = (cpu.ip + exit.length) | 0;
          cpu.shadow = false;
        } else this.#event = { kind: EXCEPTION, vector: UD, error: -1, length: 0 };
        break;
      case "undefined":
        this.#event = { kind: EXCEPTION, vector: UD, error: -1, length: 0 };
        break;
      case "interrupt":
        host.devices.interrupt(host.ledger);
        host.interrupts.serve();
        break;
      case "window":
        break;
      case "apic":
        host.ledger.pay("device", exit.register);
        host.machine.bus.write((LAPIC + exit.register) as Gpa, exit.value, 4);
        break;
      case "taskSwitch":
        // By a task gate of the IDT, or by an instruction.
        if (exit.during === null) host.emulate();
        else this.#deliver(exit.during);
        this.#becomesStrange();
        break;
      case "violation":
        return this.#violation(exit.name, exit.violation, exit.during);
      case "shutdown":
        cpu.stop = { reason: "shutdown", detail: exit.detail };
    }
    return exit.name;
  }

  #violation(name: string, violation: Violation, during: GuestEvent | null): string {
    if (this.#pager.nested?.violation(violation) === "retry") {
      this.#event = during;
      return name;
    }
    if (during !== null) this.#deliver(during);
    else this.host.emulate();
    return `${name} (device)`;
  }

  #pageFault(at: Gva, error: number, during: GuestEvent | null, cpu: Cpu): string {
    const { host } = this;
    const verdict = this.#pager.fault(at, error);
    this.#forgetRf(cpu);
    if (verdict.kind === "retry") {
      this.#event = during;
      return "#PF (hidden)";
    }
    if (during !== null) {
      // Two events, and rules for what they become together (SDM Vol. 3, Table 6-5): V has them all.
      this.#deliver(during);
      return verdict.kind === "reflect" ? "#PF (guest)" : "#PF (device)";
    }
    if (verdict.kind === "reflect") {
      cpu.cr2 = at;
      cpu.cr2High = cpu.wide ? Math.floor(at / 4294967296) : 0;
      this.#event = { kind: EXCEPTION, vector: PF, error: verdict.error, length: 0 };
      host.ledger.pay("inject", PF);
      return "#PF (guest)";
    }
    host.emulate();
    return "#PF (device)";
  }

  /**
   * An exit for a fault sets RF, so that the instruction's breakpoint is not met twice. Where there is none it means nothing, and where the
   * guest may see its flags (INT3 pushes them) they are to be what they were.
   */
  #forgetRf(cpu: Cpu): void {
    if (this.#exit?.kind === "pageFault" && breakpointsHere(cpu) === 0) cpu.flags.eflags &= ~RF;
  }

  /** V takes the event by itself, through the guest's IDT. */
  #deliver({ kind, vector, error, length }: GuestEvent): void {
    const { machine, ledger } = this.host;
    inject(machine.cpu, kind, vector, error, length);
    ledger.pay("inject", vector);
  }

  #deliverEvent(): void {
    if (this.#event === null) return;
    const event = this.#event;
    this.#event = null;
    this.#deliver(event);
  }

  /** What waits is the local APIC's, and the processor takes it to the guest. */
  #processorDelivers(): boolean {
    return this.#format.deliversInterrupts && this.host.machine.board.lapic.requests();
  }

  /** What V takes now goes with the next entry; where there is none, V takes it by itself. */
  protected override inject(): boolean {
    const { host } = this;
    const { cpu } = host.machine;
    if (cpu.stop !== null) return false;
    if (!this.executable()) {
      if (this.#event === null) return host.injectPending();
      this.#deliverEvent();
      return true;
    }
    if (this.#event !== null || cpu.shadow) return false;
    if (this.#processorDelivers() && !cpu.nmiPending) {
      if ((cpu.flags.eflags & IF) !== 0 && cpu.halted) {
        cpu.halted = false;
        host.ledger.pay("interruptPost");
      }
      return false;
    }
    if (cpu.nmiPending && !cpu.nmiBlocked) {
      cpu.nmiPending = false;
      this.#event = { kind: NMI_KIND, vector: 2, error: -1, length: 0 };
    } else if ((cpu.flags.eflags & IF) !== 0 && cpu.irq.pending())
      this.#event = { kind: EXTERNAL, vector: cpu.irq.acknowledge(), error: -1, length: 0 };
    else return false;
    cpu.halted = false;
    host.ledger.pay("inject", this.#event.vector);
    return false;
  }
}

export function hardwareAssisted(options: HardwareOptions): EngineFactory {
  return (host) => new HardwareAssisted(host, options);
}
