/**
 * Full-system emulation as QEMU does it: all of the guest's code, kernel and programs, is translated block by block, and no page table of
 * the guest's is ever walked by the processor (Bellard, "QEMU, a Fast and Portable Dynamic Translator", USENIX ATC 2005).
 *
 *     block ──jump──▶ block ──look-up──▶ block            in P, at ring 3, on the environment (env.ts)
 *       │ the software TLB has no such page, a helper's work, no translation, somebody wants to be heard
 *       ▼
 *     call-out ──▶ V: accesses memory, carries an instruction out, takes a fault or an interrupt ──▶ block
 *
 * Real mode and 16-bit code, virtual-8086, IA-32e and debugged code are interpreted by V (QEMU translates them all).
 */
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { ARITHMETIC, DF, IF } from "../../../machine/cpu/flags.ts";
import type { Verdict, Visit } from "../../../machine/monitor.ts";
import type { Host } from "../host.ts";
import { Vmm } from "../vmm.ts";
import type { Leave } from "./blocks.ts";
import { ATTEND, DIRECTION, type Env, FLAGS_KIND, FLAGS_RESULT, FLAGS_SOURCE, IP, KEY } from "./env.ts";
import { DYNAMIC, SAVED, saved, settle } from "./flags.ts";
import type { Work } from "./helpers.ts";
import { isShadowed, keyOf, translatable } from "./mode.ts";
import { CALL } from "./site.ts";
import { SlowAccesses } from "./slow-accesses.ts";
import { Translations } from "./translations.ts";

const REGISTERS = 8;
/** What V's carrying an instruction out is, besides the way there. */
const PRICES = { callout: "emulate", helper: "helper", none: null } as const;
const NAMES = Object.fromEntries(Object.entries(CALL).map(([name, vector]) => [vector, name]));

export class Emulation extends Vmm {
  readonly name = "emulation";
  readonly translations: Translations;
  readonly #accesses: SlowAccesses;
  readonly #env: Env;
  /** Where P comes back to if V goes on with the next instruction, unchanged in mode. */
  #here: Leave | null = null;
  /** The way out that was taken last. */
  #leaving: Leave | null = null;
  #flushes = 0;
  /** P holds the guest's state. */
  #entered = false;
  /** Steps of V's for P. */
  #carriedOut = 0;

  constructor(host: Host) {
    super(host);
    this.translations = new Translations(host);
    this.#accesses = new SlowAccesses(this.translations);
    this.#env = this.translations.env;
  }

  /** What P executes is translated, programs too. */
  override get untouched(): number {
    return 0;
  }

  get #virtual(): Cpu {
    return this.host.machine.cpu;
  }

  override adopt(): void {
    super.adopt();
    this.#entered = false;
    this.#here = null;
    this.translations.recheck();
  }

  /** P runs on to where a guest instruction begins: in the middle of one V cannot be told. */
  override sync(): void {
    const { cpu, interpreter } = this.host;
    while (this.#entered) {
      const start = this.translations.startAt(cpu.ip);
      if (start !== undefined) {
        this.#toVirtual(start.ip, start.kind);
        break;
      }
      interpreter.run(1);
    }
    this.#entered = false;
    super.sync();
  }

  /** What V carries out for P is a part of the step that left for it. */
  override get steps(): number {
    return super.steps - this.#carriedOut;
  }

  override visit(visit: Visit): Verdict {
    if (visit.kind === "interrupt") {
      const { ledger, devices, cpu } = this.host;
      ledger.pay("interruptTrap");
      devices.interrupt(ledger);
      ledger.pay("hostCall");
      ledger.pay("resume");
      this.cross("interrupt");
      this.#env.write(ATTEND, 1);
      // Once is enough.
      cpu.flags.eflags &= ~IF;
      return "resume";
    }
    if (visit.kind === "software" && this.#inPlace(visit.vector, this.host.cpu)) return "resume";
    const verdict = super.visit(visit);
    if (verdict !== "resume") this.#entered = false;
    return verdict;
  }

  /** Deals with what needs nothing but V's memory; false, with nothing done, where V has more to do. */
  #inPlace(vector: number, cpu: Cpu): boolean {
    const { ledger } = this.host;
    switch (vector) {
      case CALL.read:
      case CALL.readForWrite:
      case CALL.write: {
        const { site } = this.translations.leaveAt(cpu.ip);
        if (!this.#accesses.access(site, vector, cpu)) return false;
        ledger.pay("callout");
        break;
      }
      case CALL.chain: {
        const leave = this.translations.leaveAt(cpu.ip);
        if (!this.translations.goTo(leave.site.ip, leave)) return false;
        ledger.pay("callout");
        break;
      }
      case CALL.lookup:
        if (!this.translations.goTo(this.#env.read(IP), null)) return false;
        ledger.pay("callout");
        break;
      default:
        return false;
    }
    this.cross(NAMES[vector] as string);
    return true;
  }

  protected executable(): boolean {
    const virtual = this.#virtual;
    return translatable(virtual) && this.translations.physical(virtual.ip) >= 0;
  }

  protected enter(): void {
    const env = this.#env;
    const virtual = this.#virtual;
    const { r32, flags } = virtual;
    this.host.cpu.flags.eflags |= IF;
    for (let i = 0; i < REGISTERS; i++) env.words[i] = r32[2 * i] as number;
    const eflags = flags.value;
    env.write(FLAGS_KIND, SAVED);
    env.write(FLAGS_SOURCE, saved(eflags));
    env.write(DIRECTION, (eflags & DF) === 0 ? 1 : -1);
    env.write(ATTEND, 0);
    const key = keyOf(virtual);
    env.write(KEY, key);
    this.#entered = true;
    const here = this.#here;
    if (
      here?.block.valid &&
      here.site.next === virtual.ip &&
      here.block.key === key &&
      this.#flushes === this.translations.tlb.flushes
    )
      return;
    if (!this.translations.goTo(virtual.ip, null))
      throw new Error("invariant: code that could be fetched cannot be any more");
  }

  /** The guest's state at a way out. */
  protected leave(visit: Visit): void {
    const { cpu } = this.host;
    this.#here = null;
    const lookup = visit.kind === "software" && visit.vector === CALL.lookup;
    const leave = lookup ? undefined : this.translations.leaveAt(cpu.ip);
    this.#leaving = leave ?? null;
    this.#toVirtual(leave?.site.ip ?? this.#env.read(IP), leave?.site.kind ?? DYNAMIC);
    if (visit.kind === "software" && visit.vector === CALL.emulate) this.#here = leave ?? null;
    this.#flushes = this.translations.tlb.flushes;
  }

  #toVirtual(ip: number, kind: number): void {
    const env = this.#env;
    const virtual = this.#virtual;
    const { r32, flags } = virtual;
    for (let i = 0; i < REGISTERS; i++) r32[2 * i] = env.words[i] as number;
    const how = kind === DYNAMIC ? env.read(FLAGS_KIND) : kind;
    const arithmetic = settle(how, env.read(FLAGS_SOURCE), env.read(FLAGS_RESULT));
    const direction = env.read(DIRECTION) < 0 ? DF : 0;
    flags.value = (flags.eflags & ~(ARITHMETIC | DF)) | arithmetic | direction;
    virtual.ip = ip;
    virtual.shadow = isShadowed(env.read(KEY));
    virtual.debugShadow &&= virtual.shadow;
  }

  protected handle(visit: Visit): string {
    if (visit.kind !== "software") throw new Error(`invariant: translated code met "${visit.kind}"`);
    const { vector } = visit;
    const { work = "callout" } = this.#leaving?.site ?? {};
    if (work === "callout") this.host.ledger.pay("callout");
    if (vector === CALL.attend || vector === CALL.chain || vector === CALL.lookup)
      return NAMES[vector] as string;
    this.#carryOut(vector !== CALL.step, work);
    return this.#cause(vector);
  }

  #carryOut(decoded: boolean, work: Work): void {
    const { interpreter } = this.host.machine;
    const { steps } = interpreter;
    this.host.emulate({ decoded, work: PRICES[work] });
    if (work !== "callout") this.host.ledger.instruction(this.#leaving?.site.mnemonic ?? "");
    this.#carriedOut += interpreter.steps - steps;
  }

  /** The instruction that V carried out, or what kind of access failed. */
  #cause(vector: number): string {
    const { mnemonic = "" } = this.#leaving?.site ?? {};
    return mnemonic === "" ? `${NAMES[vector]} (V)` : mnemonic;
  }

  protected afterInterpretation(): void {
    this.#here = null;
  }

  /** sync() has done it. */
  protected save(): void {}
}

export const emulation = (host: Host): Emulation => new Emulation(host);
