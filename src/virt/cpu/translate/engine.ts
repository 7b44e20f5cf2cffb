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
import { type Cpu, CR0, CR4, EFER, LDTR, TR } from "../../../machine/cpu/cpu.ts";
import { debugging } from "../../../machine/cpu/debug.ts";
import { deliverFault, softwareInterrupt } from "../../../machine/cpu/deliver/deliver.ts";
import { PRIVILEGED_SOFTWARE, SOFTWARE, SOFTWARE_EXCEPTION } from "../../../machine/cpu/deliver/event.ts";
import { BP, DB, FAULT, GP, NP, OF, PF, SS_FAULT, TS } from "../../../machine/cpu/fault.ts";
import { IF, IOPL, NT, RF, TF, VM } from "../../../machine/cpu/flags.ts";
import { setSegment, updateMode } from "../../../machine/cpu/segments.ts";
import { instructionAddress, peek } from "../../../machine/debug/look.ts";
import type { Visit } from "../../../machine/monitor.ts";
import type { Pager, PagerFactory } from "../../mmu/pager.ts";
import type { Engine, EngineFactory } from "../engine.ts";
import type { Host } from "../host.ts";
import { Vmm } from "../vmm.ts";
import { MonitorArea } from "./area.ts";
import { CACHE, type Link } from "./block.ts";
import { Contexts } from "./contexts.ts";
import { EAX, ECX, ESP } from "./emitter.ts";
import { Follower } from "./follow.ts";
import { POPF_OFF, POPF_ON, POPF_SLOW, SLOT } from "./layout.ts";
import { AREA, loadKernelSegments, loadUserSegments, saveUserSegments } from "./segments.ts";
import { CALLOUT, type Place, UNDO } from "./translation.ts";
import { Translations } from "./translations.ts";

export interface TranslationOptions {
  /** Bytes for translated code: whole pages, 3.8 MiB at most; 1 MiB unless said. */
  readonly cache?: number;
  /** Guest instructions in a unit: 12 unless said. */
  readonly most?: number;
  readonly pager: PagerFactory;
}

const DEFAULT_CACHE = 1 << 20;
/** The stub at the cache's beginning: V executes the instruction at its CS:ip, which has no translation. */
const STUB = CACHE;
const STUB_CODE = [0xcd, CALLOUT.emulate];
/** Of EFLAGS: what the guest's is not P's. */
const VIRTUAL = IF | IOPL | NT | TF | RF | VM;
const NULL_SYSTEM_SEGMENT = 0;

/** Faults that P's own segments, tables and rings may be the cause of: V finds out. */
const OURS_PERHAPS = new Set([GP, SS_FAULT, NP, TS]);

class BinaryTranslation extends Vmm {
  readonly name = "binary-translation";
  readonly translations: Translations;
  /** P's instructions so far: in the cache, and of the guest's programs directly. */
  readonly executed = { translated: 0, direct: 0 };
  readonly #area: MonitorArea;
  readonly #pager: Pager;
  readonly #follower: Follower;
  readonly #contexts = new Contexts();
  /** P executes a program of the guest's. */
  #direct = false;
  /** P came to the monitor by a trap or an interrupt, and goes back by IRET. */
  #trapped = true;
  #retiredBefore = 0;
  /** Where V stands in the cache, and where it can go on when nothing happens to it. */
  #place: { readonly address: number; readonly place: Place } | null = null;
  /** To be chained to the next block that is entered. */
  #link: { readonly link: Link; readonly ip: number } | null = null;
  /** The next block entered belongs into the return table. */
  #remember = false;
  /** IOPL and NT that the POPF table was made for. */
  #popfFor = -1;
  #vRetired = 0;

  constructor(host: Host, { cache = DEFAULT_CACHE, most, pager }: TranslationOptions) {
    super(host);
    this.#area = new MonitorArea(host, cache);
    this.#pager = pager(host.pagerParts(this.#area.pages));
    this.translations = new Translations(host, this.#pager, this.#area, most);
    this.#area.write(0, STUB_CODE);
    this.#follower = new Follower(host, this.#pager);
    this.#follower.onChange = () => this.translations.remapped();
    const { cpu } = host;
    cpu.gdtr.limit = cpu.idtr.limit = 0;
    for (const seg of [LDTR, TR]) setSegment(cpu, seg, 0, 0, 0, NULL_SYSTEM_SEGMENT);
  }

  override get direct(): number {
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
    const { cpu: processor, machine } = this.host;
    const { cpu } = machine;
    this.translations.settle();
    processor.shadow = processor.halted = false;
    processor.tscOffset = cpu.tscOffset;
    processor.ipHigh = 0;
    const waits = (cpu.flags.eflags & IF) === 0 && cpu.irq.pending();
    this.host.interrupts.noted = waits;
    const direct = cpu.cpl === 3;
    if (direct !== this.#direct) this.host.ledger.pay("userEntry");
    if (direct || this.#trapped) this.host.ledger.pay("resume");
    this.#direct = direct;
    if (direct) this.#enterProgram(processor, cpu);
    else this.#enterCache(processor, cpu, waits);
    updateMode(processor);
    this.#place = null;
    this.#link = null;
    this.#remember = false;
    this.#retiredBefore = processor.retired;
  }

  #enterProgram(processor: Cpu, cpu: Cpu): void {
    loadUserSegments(processor, cpu);
    if (processor.model.features.has("umip")) processor.cr4 |= CR4.UMIP;
    processor.cpl = 3;
    processor.ip = cpu.ip;
    processor.flags.value = cpu.flags.value & ~RF;
  }

  #enterCache(processor: Cpu, cpu: Cpu, waits: boolean): void {
    const area = this.#area;
    const { eflags } = cpu.flags;
    processor.ip = this.#target(cpu);
    loadKernelSegments(processor, cpu);
    processor.cpl = 1;
    processor.flags.value = (cpu.flags.value & ~VIRTUAL) | IF;
    area.set(SLOT.virtualIf, eflags & IF);
    area.set(SLOT.system, (eflags & (IOPL | NT)) - IF);
    area.set(SLOT.pending, waits ? 1 : 0);
    for (let seg = 0; seg < 6; seg++)
      area.set(SLOT.selectors + 4 * seg, cpu.segments.selector[seg] as number);
    this.#makePopfTable(eflags & (IOPL | NT));
  }

  /** Which images POPF may load as they are, by bits 8 to 15. */
  #makePopfTable(system: number): void {
    if (system === this.#popfFor) return;
    this.#popfFor = system;
    for (let high = 0; high < 256; high++) {
      const image = high << 8;
      const same =
        (image & TF) === 0 && (image & NT) === 0 && (system & NT) === 0 && (image & IOPL) === (system & IOPL);
      this.#area.setPopf(high, same ? ((image & IF) !== 0 ? POPF_ON : POPF_OFF) : POPF_SLOW);
    }
  }

  /** Where in the cache V goes on. */
  #target(cpu: Cpu): number {
    const context = this.#contexts.of(cpu);
    const known = this.#place;
    if (known !== null && known.place.ip === cpu.ip) {
      const block = this.translations.cache.at((known.address - CACHE) | 0);
      if (block?.valid && block.context === context) {
        const again = block.reentry(known.place);
        if (again !== undefined) return again;
      }
    }
    this.host.ledger.pay("lookup");
    const block = this.translations.at(context, cpu.ip);
    if (block === undefined) return STUB;
    const { cache } = this.translations;
    const link = this.#link;
    if (link !== null && link.ip === cpu.ip && link.link.block.valid && link.link.block.context === context)
      cache.chain(link.link, block);
    if (this.#remember) this.#rememberTarget(context, block);
    return block.address;
  }

  #returnContext: unknown = null;

  /** The return table is of one context. */
  #rememberTarget(context: unknown, { ip, address }: { ip: number; address: number }): void {
    if (context !== this.#returnContext) {
      this.#area.clearReturns();
      this.#returnContext = context;
    }
    this.#area.setReturn(ip, address);
  }

  protected leave(visit: Visit): void {
    const { ledger } = this.host;
    this.#trapped = visit.kind !== "software" || this.#direct;
    if (!this.#trapped) ledger.pay("callout");
    else {
      ledger.pay(visit.kind === "interrupt" ? "interruptTrap" : "trap");
      ledger.pay("dispatch");
    }
    this.#save(visit.kind === "software" ? STUB_CODE.length : 0);
  }

  protected save(): void {
    this.#save(0);
  }

  /** `past`: bytes by which P's ip stands behind the call-out. */
  #save(past: number): void {
    const { cpu: processor, machine } = this.host;
    const done = processor.retired - this.#retiredBefore;
    if (this.#direct) {
      this.executed.direct += done;
      saveUserSegments(processor, machine.cpu);
      machine.cpu.ip = processor.ip;
      machine.cpu.flags.value = processor.flags.value;
    } else {
      this.executed.translated += done;
      this.#leaveCache(processor, machine.cpu, (processor.ip - past) | 0);
    }
    machine.cpu.shadow = false;
  }

  /** V's state from P's in the cache: what a sequence has begun is undone. */
  #leaveCache(processor: Cpu, cpu: Cpu, address: number): void {
    const area = this.#area;
    const place = address === STUB ? null : this.#blockAt(address).placeAt(address);
    if (place !== null) {
      const { undo, sp, ip } = place;
      if ((undo & UNDO.eax) !== 0) cpu.r32[2 * EAX] = area.get(SLOT.eax);
      if ((undo & UNDO.ecx) !== 0) cpu.r32[2 * ECX] = area.get(SLOT.ecx);
      if ((undo & UNDO.newIf) !== 0) area.set(SLOT.virtualIf, area.get(SLOT.newIf));
      cpu.r32[2 * ESP] = (cpu.r32[2 * ESP] as number) + sp;
      cpu.ip = ip;
      this.#place = { address, place };
    }
    cpu.flags.value =
      (processor.flags.value & ~VIRTUAL) | (cpu.flags.eflags & (IOPL | NT)) | area.get(SLOT.virtualIf);
  }

  #blockAt(address: number) {
    const block = this.translations.cache.at((address - CACHE) | 0);
    if (block === undefined)
      throw new Error(
        `invariant: ring 1 was at ${(address >>> 0).toString(16)}, where no code was translated`,
      );
    return block;
  }

  protected handle(visit: Visit): string {
    const cause = this.#deal(visit);
    // V stands between STI and the next instruction, which is still free of interrupts.
    const place = this.#place?.place;
    if (place !== undefined && (place.undo & UNDO.shadow) !== 0 && place.ip === this.host.machine.cpu.ip)
      this.#emulate(cause);
    return cause;
  }

  #deal(visit: Visit): string {
    switch (visit.kind) {
      case "interrupt":
        return "interrupt";
      case "software":
        return this.#direct ? this.#programInterrupt(visit.vector) : this.#callout(visit.vector);
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
    if (vector === PF) return this.#pageFault(host.cpu.cr2, error);
    if (OURS_PERHAPS.has(vector)) return this.#emulate(`#${vector}`);
    host.reflect(vector, error);
    return `exception ${vector}`;
  }

  #pageFault(at: Gva, error: number): string {
    const { host } = this;
    const { cpu, bus } = host.machine;
    if (at >>> 0 >= AREA) return this.#emulate("#PF (monitor's area)");
    const verdict = this.#pager.fault(at, error);
    if (verdict.kind === "retry") return "#PF (hidden)";
    if (verdict.kind === "reflect") {
      cpu.cr2 = at;
      host.reflect(PF, verdict.error);
      return "#PF (guest's)";
    }
    const place = this.#place;
    const cause = (bus.flags(verdict.gpa) & PAGE_MMIO) === 0 ? "#PF (watched page)" : "#PF (device)";
    this.#emulate(cause);
    if (cause === "#PF (device)") return cause;
    host.ledger.pay("tracedWrite");
    this.#pager.written(verdict.gpa, 4);
    if (place !== null) this.translations.storeFaulted(this.#blockAt(place.address), place.place.ip);
    return cause;
  }

  /** V executes the instruction, and what must follow it at once. */
  #emulate(cause: string, decoded = false): string {
    const { host } = this;
    const { cpu } = host.machine;
    const { ip } = cpu;
    if (!host.emulate({ decoded })) host.ledger.pay("inject");
    this.#follower.look(ip);
    if (cpu.shadow) this.#second();
    return cause;
  }

  #second(): void {
    const { cpu } = this.host.machine;
    cpu.shadow = false;
    if (cpu.halted || cpu.stop !== null) return;
    const { ip } = cpu;
    if (!this.host.emulate()) this.host.ledger.pay("inject");
    this.#follower.look(ip);
  }

  #callout(kind: number): string {
    const known = this.#place;
    if (known === null) return this.#emulate("call-out: no translation");
    const block = this.#blockAt(known.address);
    const { ip } = known.place;
    switch (kind) {
      case CALLOUT.translate: {
        const offset = (known.address - block.address) | 0;
        const exit = block.translation.exits.find((one) => one.offset === offset);
        if (exit === undefined) throw new Error("invariant: a call-out to chain is no way out of its block");
        this.#place = null;
        this.#link = { link: { block, exit }, ip };
        return "call-out: translate";
      }
      case CALLOUT.lookup:
        this.#remember = true;
        return this.#emulate("call-out: lookup", true);
      case CALLOUT.interrupt:
        return "call-out: interrupt";
      case CALLOUT.changed:
        this.translations.cache.invalidate(block);
        return "call-out: changed";
      case CALLOUT.shadow: {
        const { retired } = this.host.machine.cpu;
        this.#emulate("call-out: emulate", true);
        if (this.host.machine.cpu.retired === retired + 1) this.#second();
        return "call-out: emulate";
      }
      default: {
        this.#emulate("call-out: emulate", true);
        const useful = this.translations.settle();
        if (useful) this.host.ledger.pay("tracedWrite");
        this.translations.calledOut(block, ip, useful);
        return "call-out: emulate";
      }
    }
  }

  /** INT n, INT3, INTO or INT1 of a program: through V's gate. */
  #programInterrupt(vector: number): string {
    const { machine, ledger } = this.host;
    const { cpu } = machine;
    const [length, kind] = interruptForm(
      peek(machine, (instructionAddress(machine) - 1) as Gva, 1)[0],
      vector,
    );
    try {
      softwareInterrupt(cpu, kind, vector);
    } catch (error) {
      if (error !== FAULT) throw error;
      cpu.ip = (cpu.ip - length) | 0;
      deliverFault(cpu);
    }
    cpu.skipsStep = false;
    ledger.pay("inject", vector);
    return "int";
  }

  protected afterInterpretation(): void {
    const { cpu } = this.host.machine;
    this.#follower.look();
    if (cpu.retired !== this.#vRetired) this.translations.recheck();
    this.#vRetired = cpu.retired;
    this.#trapped = true;
    this.#place = null;
  }

  override adopt(): void {
    super.adopt();
    this.host.interpreter.code.clear();
    this.#pager.control();
    this.#follower.look();
    this.translations.recheck();
    this.translations.remapped();
    this.#trapped = true;
    this.#place = null;
  }
}

/** Bytes and kind of the instruction, by its last byte. */
function interruptForm(last: number | undefined, vector: number): [length: number, kind: number] {
  if (last === 0xcc && vector === BP) return [1, SOFTWARE_EXCEPTION];
  if (last === 0xce && vector === OF) return [1, SOFTWARE_EXCEPTION];
  if (last === 0xf1 && vector === DB) return [1, PRIVILEGED_SOFTWARE];
  return [2, SOFTWARE];
}

export const binaryTranslation =
  (options: TranslationOptions): EngineFactory =>
  (host: Host): Engine =>
    new BinaryTranslation(host, options);
