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
import type { Gva } from "../../../machine/address.ts";
import { PAGE_MMIO, PAGE_WATCHED } from "../../../machine/bus.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { FAULT } from "../../../machine/cpu/fault.ts";
import { ARITHMETIC, DF, IF } from "../../../machine/cpu/flags.ts";
import { exists } from "../../../machine/cpu/guard.ts";
import type { Op } from "../../../machine/cpu/op.ts";
import { EAX, EBP } from "../../../machine/cpu/registers.ts";
import type { Mmu } from "../../../machine/mmu/mmu.ts";
import type { Verdict, Visit } from "../../../machine/monitor.ts";
import type { Engine } from "../engine.ts";
import type { Host } from "../host.ts";
import { Vmm } from "../vmm.ts";
import { Block, Blocks, type Leave, sourceIn } from "./blocks.ts";
import { ATTEND, DIRECTION, Env, FLAGS_KIND, FLAGS_RESULT, FLAGS_SOURCE, IP, KEY } from "./env.ts";
import { DYNAMIC, SAVED, saved, settle } from "./flags.ts";
import { keyOf, tableIn, translatable } from "./mode.ts";
import { CALL, type Site } from "./site.ts";
import { SoftTlb } from "./soft-tlb.ts";
import { makeSpace } from "./space.ts";
import { makeStubs } from "./stubs.ts";
import { translate } from "./translate.ts";
import type { Stubs } from "./writer.ts";

const PAGE = 4096;
const REGISTERS = 8;
/** Of Memory.direct. */
const NOT_DIRECT = -1;
const LONGEST_INSTRUCTION = 15;
const NO_BYTES = new Uint8Array();
/** A block's host code at most: 64 instructions, the longest of them PUSHAD. */
const ROOM = 64 * 1024;
const NAMES = Object.fromEntries(Object.entries(CALL).map(([name, vector]) => [vector, name]));

/** Thrown out of a write that would change code: the instruction is V's to carry out, and the block may be gone after it. */
const MODIFIES_CODE = new Error("a write to translated code");

export class Emulation extends Vmm implements Engine {
  readonly name = "emulation";
  /** Translated so far. */
  blocks = 0;
  readonly #env: Env;
  readonly #tlb: SoftTlb;
  readonly #blocks: Blocks;
  readonly #stubs: Stubs & { readonly code: Uint8Array };
  readonly #code: number;
  /** Where P comes back to if V goes on with the next instruction, unchanged in mode. */
  #here: Leave | null = null;
  /** The way out that was taken last. */
  #leaving: Leave | null = null;
  #flushes = 0;
  /** A write goes on that must not change code. */
  #writing = false;
  /** Stops at the next block: somebody wants to look at V. */
  #draining = false;
  #entered = false;

  constructor(host: Host) {
    super(host);
    const { bus, cpu } = host;
    const space = makeSpace(host);
    this.#env = new Env(bus, space.env);
    this.#tlb = new SoftTlb(this.#env, host.base);
    this.#stubs = makeStubs(space.code);
    this.#code = space.code;
    this.#blocks = new Blocks(bus, space.code + this.#stubs.code.length, space.code + space.codeBytes);
    this.#blocks.write(space.code, this.#stubs.code);
    cpu.r32[EBP] = space.env;
    this.#watchCode();
    this.#watchTranslation();
  }

  /** What P executes is translated, programs too. */
  override get untouched(): number {
    return 0;
  }

  get #virtual(): Cpu {
    return this.host.machine.cpu;
  }

  /** The host's bus hears of writes to pages of the guest that are watched: here, those with translations. */
  #watchCode(): void {
    const { bus, base, machine } = this.host;
    const own = bus.onCodeWrite;
    bus.onCodeWrite = (at, length) => {
      if (at < base) own(at, length);
      else this.#written(at - base, length);
    };
    const { onPageChange } = machine.bus;
    machine.bus.onPageChange = (page, changed) => {
      onPageChange(page, changed);
      this.#tlb.pageChanged(page);
    };
  }

  /** V tells its memory of every change to what translates; so it is told here. */
  #watchTranslation(): void {
    const { memory } = this.#virtual;
    const mmu = memory as Mmu;
    const after = <A extends unknown[]>(
      name: string,
      call: (...args: A) => void,
      then: (...args: A) => void,
    ) =>
      Object.defineProperty(mmu, name, {
        value: (...args: A) => {
          call.apply(mmu, args);
          then(...args);
        },
      });
    const flush = () => this.#tlb.flush();
    after("setControl", mmu.setControl, flush);
    after("loadCr3", mmu.loadCr3, flush);
    after("flush", mmu.flush, flush);
    after("invpcid", mmu.invpcid, flush);
    after("invalidate", mmu.invalidate, (at) => this.#tlb.invalidate(at | 0));
  }

  override adopt(): void {
    super.adopt();
    this.#entered = false;
    this.#here = null;
    this.#forget(this.#blocks.recheck(this.host.machine.bus.ram));
    this.#tlb.flush();
  }

  /** P runs on to the end of its block: in the middle of an instruction V cannot be told. */
  override sync(): void {
    if (this.#entered) {
      this.#draining = true;
      this.#env.write(ATTEND, 1);
      this.host.interpreter.run();
      this.#draining = false;
    }
    super.sync();
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
        const { site } = this.#leaveAt(cpu.ip);
        if (!this.#access(site, vector, cpu)) return false;
        ledger.pay("callout");
        break;
      }
      case CALL.chain: {
        const leave = this.#leaveAt(cpu.ip);
        if (!this.#goTo(leave.site.ip, leave)) return false;
        ledger.pay("callout");
        break;
      }
      case CALL.lookup:
        if (!this.#goTo(this.#env.read(IP), null)) return false;
        ledger.pay("callout");
        break;
      default:
        return false;
    }
    this.cross(NAMES[vector] as string);
    return true;
  }

  #leaveAt(host: number): Leave {
    const leave = this.#blocks.leave(host);
    if (leave === undefined)
      throw new Error(
        `invariant: translated code was left at ${host.toString(16)}h, where no way out is known`,
      );
    return leave;
  }

  /** An access that the software TLB could not answer; false when it faults, or changes code. */
  #access({ size, register }: Site, vector: number, { r32 }: Cpu): boolean {
    const virtual = this.#virtual;
    const { memory, cr2 } = virtual;
    const at = r32[EAX] as Gva;
    const index = 2 * register;
    const write = vector !== CALL.read;
    try {
      this.#writing = write;
      if (vector === CALL.write) store(memory, at, size, r32[index] as number);
      else r32[index] = load(memory, at, size, write);
    } catch (error) {
      if (error !== FAULT && error !== MODIFIES_CODE) throw error;
      // V will meet it when it carries the instruction out.
      virtual.cr2 = cr2;
      return false;
    } finally {
      this.#writing = false;
    }
    this.#fill(at, write);
    return true;
  }

  /** The software TLB answers the next access to the page, if it may be direct. */
  #fill(at: Gva, write: boolean): void {
    const { memory } = this.#virtual;
    const { ledger } = this.host;
    const table = tableIn(this.#env.read(KEY));
    const forWrite = write ? memory.direct(at, true) : NOT_DIRECT;
    const offset = forWrite === NOT_DIRECT ? memory.direct(at, false) : forWrite;
    if (offset !== NOT_DIRECT) this.#tlb.fill(table, at, false, offset);
    if (forWrite !== NOT_DIRECT) this.#tlb.fill(table, at, true, forWrite);
    const direct = (write ? forWrite : offset) !== NOT_DIRECT;
    if (!direct) this.host.payDevices();
    if (!direct && this.#tlb.know(table, at)) return;
    const { paging } = this.host.machine.mmu.translation;
    if (paging.enabled) ledger.pay("guestWalk", 0, paging.format.depth);
    ledger.pay("shadowFill");
  }

  protected executable(): boolean {
    const virtual = this.#virtual;
    return !this.#draining && translatable(virtual) && this.#physical(virtual.ip) >= 0;
  }

  /** Guest-physical address of code, or −1 where it cannot be fetched from RAM. */
  #physical(ip: number): number {
    const virtual = this.#virtual;
    const { memory, bus, cr2 } = virtual;
    try {
      const physical = memory.fetch(ip as Gva);
      return (bus.flags(physical) & PAGE_MMIO) === 0 ? physical : -1;
    } catch (error) {
      if (error !== FAULT) throw error;
      // The fault has not happened yet.
      virtual.cr2 = cr2;
      return -1;
    }
  }

  /** P goes on at a guest address; false when it has no code in reach. A jump from a block of the same page is patched. */
  #goTo(ip: number, from: Leave | null): boolean {
    const physical = this.#physical(ip);
    if (physical < 0) return false;
    const block = this.#block(ip, physical);
    // What the second page is must be asked each time.
    const chains = from?.block.valid && from.block.key === block.key && block.second < 0;
    if (chains && samePage(from.block.physical, physical)) this.#blocks.chain(from.site.slot, block);
    this.host.cpu.ip = block.host;
    return true;
  }

  #block(ip: number, physical: number): Block {
    const key = this.#env.read(KEY);
    this.host.ledger.pay("lookup");
    const block =
      this.#blocks.find(ip, key, physical, () => this.#nextPage(ip)) ?? this.#translate(ip, key, physical);
    this.#tlb.target(ip, key, block.host);
    return block;
  }

  /** Guest-physical address of the page after that of an address, or −1. */
  #nextPage(ip: number): number {
    return this.#physical(((ip | (PAGE - 1)) + 1) | 0);
  }

  #translate(ip: number, key: number, physical: number): Block {
    const { bus } = this.host.machine;
    const virtual = this.#virtual;
    if (!this.#blocks.fits(ROOM)) this.#forgetBlocks();
    const host = this.#blocks.next;
    const rest = PAGE - (physical % PAGE);
    let second = -1;
    const { code, sites, bytes, instructions } = translate({
      ...{ ip, key, origin: host, stubs: this.#stubs },
      bytes: bus.ram.subarray(physical, physical + rest),
      beyond: () => {
        second = this.#nextPage(ip);
        return second < 0 ? NO_BYTES : bus.ram.subarray(second, second + LONGEST_INSTRUCTION);
      },
      exists: (op) => exists(op as Op, virtual),
    });
    const source = sourceIn(bus.ram, physical, bytes, second);
    const block = new Block({ ip, key, physical, bytes, host, second, source });
    this.#blocks.add(block, code, sites);
    this.blocks++;
    for (const page of block.pages) bus.setFlag(page, PAGE_WATCHED);
    this.host.ledger.pay("translate", ip, instructions);
    return block;
  }

  #forgetBlocks(): void {
    const { bus } = this.host.machine;
    for (const page of [...this.#blocks.pages]) bus.clearFlag(page, PAGE_WATCHED);
    this.#blocks.clear();
    this.#tlb.forgetTargets();
    this.#here = null;
  }

  /** The guest's memory is about to change where there is translated code. */
  #written(physical: number, length: number): void {
    if (this.#writing) {
      if (this.#blocks.overlaps(physical, length)) throw MODIFIES_CODE;
      return;
    }
    this.#forget(this.#blocks.invalidate(physical, length));
  }

  /** Blocks that have been taken away are not gone to any more, and their pages may be written as before. */
  #forget(gone: readonly Block[]): void {
    for (const { ip, pages } of gone) {
      this.#tlb.forgetTarget(ip);
      for (const page of pages)
        if (!this.#blocks.holds(page)) this.host.machine.bus.clearFlag(page, PAGE_WATCHED);
    }
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
      this.#flushes === this.#tlb.flushes
    )
      return;
    if (!this.#goTo(virtual.ip, null))
      throw new Error("invariant: code that could be fetched cannot be any more");
  }

  /** The guest's state at a way out. */
  protected leave(visit: Visit): void {
    const { cpu } = this.host;
    this.#here = null;
    const lookup = visit.kind === "software" && visit.vector === CALL.lookup;
    const leave = lookup ? undefined : this.#leaveAt(cpu.ip);
    this.#leaving = leave ?? null;
    this.#toVirtual(leave?.site.ip ?? this.#env.read(IP), leave?.site.kind ?? DYNAMIC);
    if (visit.kind === "software" && visit.vector === CALL.emulate) this.#here = leave ?? null;
    this.#flushes = this.#tlb.flushes;
  }

  #toVirtual(ip: number, kind: number): void {
    const env = this.#env;
    const { r32, flags } = this.#virtual;
    for (let i = 0; i < REGISTERS; i++) r32[2 * i] = env.words[i] as number;
    const how = kind === DYNAMIC ? env.read(FLAGS_KIND) : kind;
    const arithmetic = settle(how, env.read(FLAGS_SOURCE), env.read(FLAGS_RESULT));
    const direction = env.read(DIRECTION) < 0 ? DF : 0;
    flags.value = (flags.eflags & ~(ARITHMETIC | DF)) | arithmetic | direction;
    this.#virtual.ip = ip;
  }

  protected handle(visit: Visit): string {
    const { host } = this;
    host.ledger.pay("callout");
    switch (visit.kind) {
      case "exception":
        host.emulate({ decoded: true });
        return "trap";
      case "software":
        if (visit.vector === CALL.attend || visit.vector === CALL.chain || visit.vector === CALL.lookup)
          return NAMES[visit.vector] as string;
        host.emulate({ decoded: visit.vector !== CALL.step });
        return this.#cause(visit.vector);
      default:
        throw new Error(`invariant: translated code met "${visit.kind}"`);
    }
  }

  /** The instruction that V carried out, or what kind of access failed. */
  #cause(vector: number): string {
    const { mnemonic = "" } = this.#leaving?.site ?? {};
    return mnemonic === "" ? `${NAMES[vector]} (V)` : mnemonic;
  }

  protected afterInterpretation(): void {
    this.#here = null;
  }

  /** V is up to date: sync() has run P to a way out. */
  protected save(): void {}
}

const samePage = (a: number, b: number): boolean => Math.floor(a / PAGE) === Math.floor(b / PAGE);

function load(memory: Cpu["memory"], at: Gva, size: number, forWrite: boolean): number {
  if (size === 1) return forWrite ? memory.readForWrite8(at) : memory.read8(at);
  if (size === 2) return forWrite ? memory.readForWrite16(at) : memory.read16(at);
  return forWrite ? memory.readForWrite32(at) : memory.read32(at);
}

function store(memory: Cpu["memory"], at: Gva, size: number, value: number): void {
  if (size === 1) memory.write8(at, value & 0xff);
  else if (size === 2) memory.write16(at, value & 0xffff);
  else memory.write32(at, value);
}

export const emulation = (host: Host): Engine => new Emulation(host);
