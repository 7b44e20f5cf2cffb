/**
 * Binary translation in VMware's manner (Adams & Agesen 2006, section 3; Bugnion et al. 2012): the guest's kernel is translated unit by
 * unit into real code in the monitor's area, which P executes in ring 1; the guest's programs run as they are, in ring 3.
 *
 *     V in ring 0 … 2 ──▶ cache ── call-out ──▶ emulate, translate, chain ──▶ cache
 *                           │  ▲
 *                   trap    ▼  │              V in ring 3 ──▶ P in ring 3 ── trap ──▶ V's handler, in the cache
 *
 * 32-bit guests in protected mode, with paging or without. V interprets what is none: real mode, virtual-8086, 16-bit code, 64-bit
 * modes, single steps, and programs whose flags P could not show (IF clear, IOPL or NT set). Direct execution of programs leaves x86's
 * own holes open, as VMware's does: LAR, LSL, VERR, VERW and, without UMIP, SGDT, SIDT, SLDT, STR and SMSW show the monitor's tables in ring 3.
 */
import type { Gva } from "../../../machine/address.ts";
import { PAGE_MMIO } from "../../../machine/bus.ts";
import { type Cpu, CR0, EFER, LDTR, TR } from "../../../machine/cpu/cpu.ts";
import { debugging } from "../../../machine/cpu/debug.ts";
import { faultName, GP, NP, PF, SS_FAULT, TS } from "../../../machine/cpu/fault.ts";
import { IF, IOPL, NT, TF, VM } from "../../../machine/cpu/flags.ts";
import { setSegment } from "../../../machine/cpu/segments.ts";
import type { Visit } from "../../../machine/monitor.ts";
import type { Pager, PagerFactory } from "../../mmu/pager.ts";
import { BELOW_AREA } from "../area.ts";
import type { Host } from "../host.ts";
import { Vmm } from "../vmm.ts";
import { MonitorArea } from "./area.ts";
import { type Block, CACHE, type Link } from "./block.ts";
import { Contexts } from "./contexts.ts";
import { Doors } from "./doors.ts";
import { Follower } from "./follow.ts";
import type { TranslationPolicy } from "./policy.ts";
import { programInterrupt } from "./program-interrupt.ts";
import { REFERENCE } from "./reference.ts";
import { CALLOUT, type CalloutKind, type Exit, type Place, UNDO } from "./translation.ts";
import { Translations } from "./translations.ts";

export interface TranslationOptions {
  /** Bytes for translated code: whole pages, 3.8 MiB at most; 1 MiB unless said. */
  readonly cache?: number;
  /** Guest instructions in a unit: 12 unless said. */
  readonly most?: number;
  readonly pager: PagerFactory;
  /** What decides about code, chains and writes to code; the engine's own unless said. */
  readonly policy?: TranslationPolicy;
}

const DEFAULT_CACHE = 1 << 20;
/** The stub at the cache's beginning: V executes the instruction at its CS:ip, which has no translation. */
const STUB = CACHE;
const STUB_CODE = [0xcd, CALLOUT.emulate];

/** Faults that P's own segments, tables and rings may be the cause of: V finds out. */
const OURS_PERHAPS = new Set([GP, SS_FAULT, NP, TS]);

/** Where P left the cache: V can go on there when nothing has happened to it. */
interface Left {
  readonly block: Block;
  readonly address: number;
  readonly place: Place;
}

export class BinaryTranslation extends Vmm {
  readonly name = "binary-translation";
  /** P's instructions so far: in the cache, and of the guest's programs directly. */
  readonly executed = { translated: 0, direct: 0 };
  readonly translations: Translations;
  readonly area: MonitorArea;
  readonly #pager: Pager;
  readonly #policy: TranslationPolicy;
  readonly #follower: Follower;
  readonly #doors: Doors;
  readonly #contexts = new Contexts();
  /** P executes a program of the guest's. */
  #direct = false;
  /** P came to the monitor by a trap or an interrupt, and goes back by IRET. */
  #trapped = true;
  #left: Left | null = null;
  /** To be chained to the next block that is entered. */
  #link: Link | null = null;
  /** The next block entered belongs into the return table. */
  #remember = false;
  /** P's and V's retired instructions when somebody looked last. */
  #retired = 0;
  #retiredByV = 0;

  /** Throws a RangeError for a size that the code cache cannot have. */
  constructor(host: Host, { cache = DEFAULT_CACHE, most, pager, policy = REFERENCE }: TranslationOptions) {
    super(host);
    this.#policy = policy;
    this.area = new MonitorArea(host, cache);
    this.#pager = pager(host.pagerParts(this.area.pages));
    this.translations = new Translations(host, this.#pager, this.area, { most, policy });
    this.area.write(0, STUB_CODE);
    this.#doors = new Doors(this.area, host.cpu, host.machine.cpu);
    this.#follower = new Follower(host, this.#pager);
    this.#follower.onChange = () => this.translations.remapped();
    const { cpu } = host;
    cpu.gdtr.limit = cpu.idtr.limit = 0;
    for (const seg of [LDTR, TR]) setSegment(cpu, seg, 0, 0, 0, 0);
  }

  override get untouched(): number {
    return this.executed.direct;
  }

  protected executable(): boolean {
    const { cpu } = this.host.machine;
    const { eflags } = cpu.flags;
    if ((cpu.cr0 & CR0.PE) === 0 || (cpu.efer & EFER.LMA) !== 0) return false;
    if ((eflags & (VM | TF)) !== 0 || debugging(cpu)) return false;
    return cpu.cpl === 3 ? (eflags & (IF | IOPL | NT)) === IF : cpu.bits === 32;
  }

  protected enter(): void {
    const { host } = this;
    const { cpu } = host.machine;
    this.translations.settle();
    const waits = (cpu.flags.eflags & IF) === 0 && cpu.irq.pending();
    host.interrupts.noted = waits;
    const direct = cpu.cpl === 3;
    if (direct !== this.#direct) host.ledger.pay("userEntry");
    if (direct || this.#trapped) host.ledger.pay("resume");
    this.#direct = direct;
    if (direct) this.#doors.enterProgram();
    else this.#doors.enterCache(this.#target(cpu), waits);
    this.#left = this.#link = null;
    this.#remember = false;
    this.#retired = host.cpu.retired;
  }

  /** Where in the cache V goes on. */
  #target(cpu: Cpu): number {
    const context = this.#contexts.of(cpu);
    const left = this.#left;
    if (left?.block.valid && left.place.ip === cpu.ip && left.block.context === context) {
      const again = left.block.reentry(left.place);
      if (again !== undefined) return again;
    }
    this.host.ledger.pay("lookup");
    const block = this.translations.at(context, cpu.ip);
    if (block === undefined) return STUB;
    const link = this.#link;
    if (link?.block.valid && link.block.context === context) this.#chain(link, block);
    if (this.#remember) this.translations.cache.remember(block);
    return block.address;
  }

  #chain(link: Link, block: Block): void {
    const { cache } = this.translations;
    const entered = { address: block.ip >>> 0, place: block.address >>> 0 };
    const bytes = this.#policy.chain(cache.wayOut(link), entered);
    if (bytes !== null) cache.chain(link, block, bytes);
  }

  protected leave(visit: Visit): void {
    const { ledger } = this.host;
    const software = visit.kind === "software";
    this.#trapped = !software || this.#direct;
    if (this.#trapped) {
      ledger.pay(visit.kind === "interrupt" ? "interruptTrap" : "trap");
      ledger.pay("dispatch");
    } else ledger.pay("callout");
    this.#save(software ? STUB_CODE.length : 0);
  }

  protected save(): void {
    this.#save(0);
  }

  /** `past`: bytes by which P's ip stands behind a call-out. */
  #save(past: number): void {
    const { cpu: processor, machine } = this.host;
    const done = processor.retired - this.#retired;
    this.executed[this.#direct ? "direct" : "translated"] += done;
    if (this.#direct) this.#doors.leaveProgram();
    else {
      const address = (processor.ip - past) | 0;
      this.#left = address === STUB ? null : this.#leftAt(address);
      this.#doors.leaveCache(this.#left?.place ?? null);
    }
    machine.cpu.shadow = false;
  }

  #leftAt(address: number): Left {
    const block = this.translations.cache.at((address - CACHE) | 0);
    if (block === undefined)
      throw new Error(
        `invariant: ring 1 was at ${(address >>> 0).toString(16)}, where no code was translated`,
      );
    return { block, address, place: block.placeAt(address) };
  }

  protected handle(visit: Visit): string {
    const cause = this.#deal(visit);
    // V stands between STI and the next instruction, which is still free of interrupts.
    const place = this.#left?.place;
    if (place !== undefined && (place.undo & UNDO.shadow) !== 0 && place.ip === this.host.machine.cpu.ip)
      this.#emulate();
    return cause;
  }

  #deal(visit: Visit): string {
    switch (visit.kind) {
      case "interrupt":
        return "interrupt";
      case "software":
        if (!this.#direct) return `call-out: ${this.#callout(visit.vector)}`;
        programInterrupt(this.host.machine, visit.vector);
        this.host.ledger.pay("inject", visit.vector);
        return "int";
      case "exception":
        return this.#exception(visit.vector, visit.error);
      default:
        throw new Error(
          `invariant: a "${visit.kind}" of a processor that never executes the guest in ring 0`,
        );
    }
  }

  #exception(vector: number, error: number): string {
    const { host } = this;
    if (vector === PF) return `#PF (${this.#pageFault(host.cpu.cr2, error)})`;
    if (OURS_PERHAPS.has(vector)) this.#emulate();
    else host.reflect(vector, error);
    return faultName(vector, 0, 0);
  }

  #pageFault(at: Gva, error: number): string {
    const { host } = this;
    const { cpu, bus } = host.machine;
    const left = this.#left;
    if (at >>> 0 >= BELOW_AREA) {
      this.#emulate();
      return "monitor's area";
    }
    const verdict = this.#pager.fault(at, error);
    if (verdict.kind === "retry") return "hidden";
    if (verdict.kind === "reflect") {
      cpu.cr2 = at;
      host.reflect(PF, verdict.error);
      return "guest's";
    }
    this.#emulate();
    if (left !== null) this.translations.faulted(left.block, left.place.ip);
    if ((bus.flags(verdict.gpa) & PAGE_MMIO) !== 0) return "device";
    // A page table's trace is the pager's, which pays.
    if (!verdict.traced) host.ledger.pay("tracedWrite");
    return "watched page";
  }

  /** V executes the instruction, and what must follow it at once. */
  #emulate(decoded = false): void {
    this.#step(decoded);
    const { cpu } = this.host.machine;
    if (cpu.shadow) this.#second();
  }

  /** The instruction after STI or MOV SS. */
  #second(): void {
    const { cpu } = this.host.machine;
    cpu.shadow = false;
    if (!cpu.halted && cpu.stop === null) this.#step(false);
  }

  #step(decoded: boolean): void {
    const { host } = this;
    const { ip } = host.machine.cpu;
    if (!host.emulate({ decoded })) host.ledger.pay("inject");
    this.#follower.look(ip);
  }

  /** Returns what it was for. */
  #callout(kind: number): CalloutKind {
    const left = this.#left;
    if (left === null) {
      this.#emulate();
      return "emulate";
    }
    const { block, place } = left;
    switch (kind) {
      case CALLOUT.translate:
        this.#left = null;
        this.#link = { block, exit: exitAt(left) };
        return "translate";
      case CALLOUT.lookup:
        this.#remember = true;
        this.#emulate(true);
        return "lookup";
      case CALLOUT.interrupt:
        this.#left = null;
        return "interrupt";
      case CALLOUT.changed:
        this.translations.cache.invalidate(block);
        return "changed";
      case CALLOUT.shadow: {
        const { cpu } = this.host.machine;
        const { retired } = cpu;
        this.#emulate(true);
        if (cpu.retired === retired + 1) this.#second();
        return "shadow";
      }
      default: {
        const { trace, ledger, machine } = this.host;
        const useful = () => trace.count("tracedWrite") + machine.cpu.trace.count("mmio");
        const before = useful();
        this.#emulate(true);
        const watched = this.translations.settle();
        if (watched) ledger.pay("tracedWrite");
        this.translations.calledOut(block, place.ip, useful() !== before);
        return "emulate";
      }
    }
  }

  protected afterInterpretation(): void {
    const { cpu } = this.host.machine;
    this.#follower.look();
    if (cpu.retired !== this.#retiredByV) this.translations.recheck();
    this.#retiredByV = cpu.retired;
    this.#trapped = true;
    this.#left = null;
  }

  override adopt(): void {
    super.adopt();
    this.host.interpreter.code.clear();
    this.#pager.adopt();
    this.#follower.look();
    this.translations.recheck();
    this.translations.remapped();
    this.#trapped = true;
    this.#left = null;
  }
}

function exitAt({ block, address }: Left): Exit {
  const offset = (address - block.address) | 0;
  const exit = block.translation.exits.find((one) => one.offset === offset);
  if (exit === undefined) throw new Error("invariant: a call-out to chain is no way out of its block");
  return exit;
}

export const binaryTranslation =
  (options: TranslationOptions) =>
  (host: Host): BinaryTranslation =>
    new BinaryTranslation(host, options);
