/**
 * Trap and emulate by ring deprivileging (Goldberg 1972; Robin & Irvine 2000):
 *
 *     the guest believes      the processor has
 *     ring 0  kernel          ring 0  the monitor: IDT (its hook), GDT, LDT, TSS, CR3
 *     ring 1, 2               ring 1  the guest's kernel
 *     ring 3  programs        ring 3  the guest's programs
 *     IF as it says           IF = 1, IOPL = 0, always: CLI, STI, IN, OUT and HLT fault in rings 1 and 3
 *
 * What faults comes here; a component (component.ts) decides about it. The guest's rings 1 and 2, real and virtual-8086 mode, protected mode
 * without paging and long mode, which has no segment limits to protect a monitor, are interpreted.
 *
 * It needs a processor on which every sensitive instruction traps (Popek and Goldberg 1974, Theorem 1). On an x86 as it was made a few
 * do not, and the guest goes wrong: witness.ts says where.
 */
import type { Gva } from "../../../machine/address.ts";
import { type Cpu, CR0 } from "../../../machine/cpu/cpu.ts";
import { refreshWatch } from "../../../machine/cpu/debug.ts";
import { deliverFault, deliverInterrupt, softwareInterrupt } from "../../../machine/cpu/deliver/deliver.ts";
import { SOFTWARE } from "../../../machine/cpu/deliver/event.ts";
import { DB, FAULT, GP, NP, PF, PUSHES_ERROR, SS_FAULT, TS } from "../../../machine/cpu/fault.ts";
import { AC, IF, IOPL, RF, TF, VIF, VIP, VM } from "../../../machine/cpu/flags.ts";
import type { Op } from "../../../machine/cpu/op.ts";
import { offset32 } from "../../../machine/cpu/operand.ts";
import { updateCode, updateMode } from "../../../machine/cpu/segments.ts";
import { CS, ES, GS, SS } from "../../../machine/isa/instruction.ts";
import type { Visit } from "../../../machine/monitor.ts";
import type { Pager, PagerFactory } from "../../mmu/pager.ts";
import { BELOW_AREA } from "../area.ts";
import { ControlFollower } from "../control.ts";
import type { Host } from "../host.ts";
import { Vmm } from "../vmm.ts";
import type { Decision, Trap, TrapComponent } from "./component.ts";
import { gateOf, gateRing, take } from "./delivery.ts";
import { carryOut } from "./effects.ts";
import { guestOf, instructionAt, trapped } from "./observe.ts";
import { reference } from "./reference.ts";
import { ShadowTables } from "./shadow-tables.ts";

/** Flags that are the virtual processor's alone. */
const VIRTUAL = IF | IOPL | VM | VIF | VIP;
/** Bits of CR0 that say nothing of paging. */
const CR0_PLAIN = CR0.MP | CR0.EM | CR0.TS | CR0.NE | CR0.ET;
/** DR7.GD: accesses to debug registers trap in any case. */
const GD = 1 << 13;
const SEGMENT_FAULTS = (1 << TS) | (1 << NP) | (1 << SS_FAULT) | (1 << GP);
/** Error code: the selector is a vector of the IDT. */
const ERROR_IDT = 2;

export interface TrapEmulateOptions {
  readonly pager: PagerFactory;
  readonly component?: TrapComponent;
}

export class TrapEmulate extends Vmm {
  readonly name = "trap-and-emulate";
  readonly #pager: Pager;
  readonly #tables: ShadowTables;
  readonly #component: TrapComponent;
  readonly #control: ControlFollower;
  /** Instructions that V had carried out then. */
  #retired = 0;
  /** What P was entered with. */
  readonly #entered = new Uint16Array(GS + 1);

  constructor(host: Host, { pager, component = reference }: TrapEmulateOptions) {
    super(host);
    this.#tables = new ShadowTables(host.machine.cpu, host.bus, () => host.frame());
    this.#pager = pager(host.pagerParts(this.#tables.area));
    this.#control = new ControlFollower(host, this.#pager, CR0_PLAIN);
    this.#component = component;
  }

  override adopt(): void {
    super.adopt();
    this.#pager.adopt();
    this.#control.strange = true;
  }

  protected afterInterpretation(): void {
    // A processor that only slept is the same one.
    if (this.host.machine.cpu.retired !== this.#retired) this.#control.strange = true;
  }

  /** The processor would execute the guest as it is now; otherwise it is asleep, or interpreted. */
  get ready(): boolean {
    return !this.host.machine.cpu.halted && this.executable();
  }

  protected executable(): boolean {
    const { cpu } = this.host.machine;
    if ((cpu.cr0 & CR0.PG) === 0 || cpu.v86 || cpu.longMode || (cpu.cpl !== 0 && cpu.cpl !== 3)) return false;
    // Code where the monitor lives cannot be fetched.
    if (((cpu.segments.base[CS] as number) + cpu.ip) >>> 0 >= BELOW_AREA) return false;
    const tables = this.#tables;
    let changed = tables.follow();
    if (cpu.cpl === 3) changed += tables.compare();
    let all = true;
    for (let seg = ES; seg <= GS && all; seg++) {
      if (tables.represents(seg)) continue;
      if (tables.refresh(cpu.segments.selector[seg] as number)) changed++;
      all = tables.represents(seg);
    }
    if (changed > 0) this.host.ledger.pay("validate", 0, changed);
    return all;
  }

  protected enter(): void {
    const { cpu: physical, machine, ledger } = this.host;
    const { cpu } = machine;
    this.#control.follow();
    this.#retired = cpu.retired;
    this.#tables.install(physical);
    const kernel = cpu.cpl === 0;
    for (let seg = ES; seg <= GS; seg++) {
      this.#tables.load(physical, seg, kernel && (seg === CS || seg === SS) ? 1 : -1);
      this.#entered[seg] = physical.segments.selector[seg] as number;
    }
    physical.cpl = kernel ? 1 : 3;
    physical.ip = cpu.ip;
    physical.flags.value = (cpu.flags.value & ~VIRTUAL) | IF;
    physical.memory.ac = (physical.flags.eflags & AC) !== 0;
    physical.shadow = cpu.shadow;
    physical.debugShadow = cpu.debugShadow;
    physical.tscOffset = cpu.tscOffset;
    this.#loadDebug(physical, cpu);
    updateMode(physical);
    ledger.pay("resume");
  }

  protected leave(visit: Visit): void {
    const { ledger } = this.host;
    if (visit.kind === "interrupt") ledger.pay("interruptTrap");
    else ledger.pay("trap", "vector" in visit ? visit.vector : 0);
    ledger.pay("dispatch");
    this.save();
  }

  protected save(): void {
    const { cpu: physical, machine } = this.host;
    const { cpu } = machine;
    cpu.ip = physical.ip;
    cpu.ipHigh = 0;
    cpu.flags.value = (physical.flags.value & ~VIRTUAL) | (cpu.flags.eflags & VIRTUAL);
    cpu.memory.ac = (cpu.flags.eflags & AC) !== 0;
    cpu.shadow = physical.shadow;
    cpu.debugShadow = physical.debugShadow;
    cpu.dr[6] = physical.dr[6] as number;
    cpu.cpl = physical.cpl === 3 ? 3 : 0;
    const { selector, access } = physical.segments;
    for (let seg = ES; seg <= GS; seg++) {
      const now = selector[seg] as number;
      if (now === this.#entered[seg]) continue;
      // Only on a processor whose segment loads do not trap.
      const moved = cpu.cpl === 0 && (seg === CS || seg === SS);
      this.#tables.adopt(seg, moved ? now & 0xfffc : now, access[seg] as number);
    }
    updateCode(cpu);
  }

  protected handle(visit: Visit): string {
    const { machine } = this.host;
    const { trap, instruction, at } = this.#observe(visit);
    const decision = this.#component.onTrap(trap, guestOf(machine));
    this.#retired = machine.cpu.retired;
    switch (decision.do) {
      case "resume":
        break;
      case "emulate":
        this.#emulate(instruction, trap);
        break;
      case "reflect": {
        const { vector, error } = decision;
        // INT 13 that was refused is #GP, which is vector 13 as well; only faults have error codes.
        const software = trap.kind === "software" && vector === trap.vector && error === null;
        if (trap.kind === "software" && !software) machine.cpu.ip = at;
        this.#deliver(software ? "software" : "fault", vector, error);
        break;
      }
    }
    return nameOf(trap, decision);
  }

  protected override inject(): boolean {
    return this.host.injectPending((_, vector) => this.#deliver("interrupt", vector, null));
  }

  /** What happened, for the component. `at`: CS:ip of the instruction. */
  #observe(visit: Visit): { trap: Trap; instruction: Op | undefined; at: number } {
    const { machine, cpu: physical } = this.host;
    const { cpu } = machine;
    const { ip } = cpu;
    const nothing = { error: null, cause: "guest", gateRing: -1, instruction: null } as const;
    switch (visit.kind) {
      case "interrupt":
        return {
          trap: { ...nothing, kind: "interrupt", vector: visit.vector },
          instruction: undefined,
          at: ip,
        };
      case "software": {
        const { vector } = visit;
        const at = ip - this.#lengthBefore(vector);
        cpu.ip = at;
        const instruction = instructionAt(machine);
        const told = instruction === undefined ? null : trapped(instruction, cpu.ip);
        cpu.ip = ip;
        const ring = gateRing(cpu, vector);
        return {
          trap: { ...nothing, kind: "software", vector, gateRing: ring, instruction: told },
          ...{ instruction, at },
        };
      }
      case "exception": {
        const { vector } = visit;
        const instruction = instructionAt(machine);
        const told = instruction === undefined ? null : trapped(instruction, cpu.ip);
        const { error, cause } =
          vector === PF
            ? this.#pageFault(physical.cr2, visit.error)
            : { error: visit.error, cause: this.#causeOf(vector, visit.error, instruction) };
        const code = vector < 32 && ((PUSHES_ERROR >> vector) & 1) !== 0 ? error : null;
        return {
          trap: { kind: "fault", vector, error: code, cause, gateRing: -1, instruction: told },
          ...{ instruction, at: ip },
        };
      }
      default:
        throw new Error(`invariant: the processor told a deprivileging monitor of a ${visit.kind}`);
    }
  }

  /** INT n is two bytes long; INT3, INTO and INT1 are one. */
  #lengthBefore(vector: number): number {
    const { machine } = this.host;
    const { cpu } = machine;
    cpu.ip -= 2;
    const op = instructionAt(machine);
    cpu.ip += 2;
    return op?.row.mnemonic === "int" && (op.imm & 0xff) === vector && op.length === 2 ? 2 : 1;
  }

  #pageFault(at: Gva, error: number): { error: number; cause: Trap["cause"] } {
    const verdict = this.#pager.fault(at, error);
    if (verdict.kind === "retry") return { error, cause: "monitor" };
    if (verdict.kind === "emulate") return { error, cause: "device" };
    this.host.machine.cpu.cr2 = at;
    return { error: verdict.error, cause: "guest" };
  }

  /** Whether a fault may be of the shadow descriptors' making. */
  #causeOf(vector: number, error: number, instruction: Op | undefined): Trap["cause"] {
    if (vector > GP || ((SEGMENT_FAULTS >> vector) & 1) === 0) return "guest";
    if (instruction === undefined) return "monitor";
    if (error !== 0)
      return (error & ERROR_IDT) === 0 && this.#tables.differs(error & 0xfffc) ? "monitor" : "guest";
    if (instruction.row.sensitive !== undefined) return "guest";
    if (instruction.modrm < 0 || instruction.rm >= 0) return "monitor";
    const { cpu } = this.host.machine;
    const offset = offset32(cpu, instruction) >>> 0;
    const last = offset + ((cpu.segments.base[instruction.seg] as number) >>> 0) + instruction.size;
    return last > BELOW_AREA ? "monitor" : "guest";
  }

  #emulate(instruction: Op | undefined, trap: Trap): void {
    const { host } = this;
    const { cpu, interpreter } = host.machine;
    // A guest that steps through itself, or has breakpoints, is V's business: they count after the instruction.
    const plain =
      instruction !== undefined && (cpu.flags.eflags & TF) === 0 && (cpu.dr[7] as number) === DR7_OFF;
    const { instruction: told } = trap;
    const effects = plain && told !== null ? this.#component.emulate(told, guestOf(host.machine)) : null;
    if (effects === null) host.emulate();
    else {
      host.ledger.pay("decode");
      host.ledger.pay("emulate");
      interpreter.steps++;
      if (carryOut(cpu, effects)) cpu.retired++;
      else this.#deliver("fault", FAULT.vector, FAULT.error);
    }
    this.#afterEmulation(instruction);
  }

  #afterEmulation(instruction: Op | undefined): void {
    const { cpu } = this.host.machine;
    const mnemonic = instruction?.row.mnemonic;
    if (mnemonic === "invpcid") this.#pager.loadCr3();
    if (mnemonic !== "invlpg" || cpu.cpl !== 0) return;
    const op = instruction as Op;
    this.#pager.invalidate(((offset32(cpu, op) + (cpu.segments.base[op.seg] as number)) | 0) as Gva);
  }

  /** The guest's handler is made to run: by the component, or by V where the way is an unusual one. */
  #deliver(kind: "fault" | "software" | "interrupt", vector: number, error: number | null): void {
    const { host } = this;
    const { cpu } = host.machine;
    const gate = gateOf(cpu, vector);
    if (gate !== undefined) {
      const guest = guestOf(host.machine);
      const eflags = kind === "fault" && vector !== DB ? guest.eflags | RF : guest.eflags;
      const delivery = this.#component.inject({ vector, error }, { ...guest, eflags }, gate);
      if (take(cpu, delivery)) {
        if (kind !== "interrupt") host.ledger.pay("inject", vector);
        return;
      }
    }
    if (kind === "interrupt") deliverInterrupt(cpu, vector);
    else if (kind === "fault") host.reflect(vector, error ?? 0);
    else this.#softwareInterrupt(cpu, vector);
  }

  #softwareInterrupt(cpu: Cpu, vector: number): void {
    const { host } = this;
    const after = cpu.ip;
    const at = after - this.#lengthBefore(vector);
    try {
      softwareInterrupt(cpu, SOFTWARE, vector);
    } catch (raised) {
      if (raised !== FAULT) throw raised;
      cpu.ip = at;
      deliverFault(cpu);
    }
    host.ledger.pay("inject", vector);
  }

  #loadDebug(physical: Cpu, cpu: Cpu): void {
    let same = true;
    for (let n = 0; n < 8; n++) {
      const value = n === 7 ? (cpu.dr[7] as number) & ~GD : (cpu.dr[n] as number);
      if (physical.dr[n] === value) continue;
      physical.dr[n] = value;
      same = false;
    }
    if (!same) refreshWatch(physical);
  }
}

const DR7_OFF = 0x400;

function nameOf({ kind, vector, cause, instruction }: Trap, decision: Decision): string {
  if (kind === "interrupt") return "interrupt";
  if (decision.do === "emulate") return instruction?.mnemonic ?? "emulated";
  const name = vector === PF ? "#PF" : kind === "software" ? "INT" : `exception ${vector}`;
  return cause === "monitor" ? `${name} (hidden)` : name;
}

/** A monitor that deprivileges its guest; `pager` keeps its page tables. */
export function trapAndEmulate(options: TrapEmulateOptions): (host: Host) => TrapEmulate {
  return (host) => new TrapEmulate(host, options);
}
