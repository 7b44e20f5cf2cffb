/**
 * A Xen-like monitor for a guest that knows it: the guest's kernel runs on ring 1 with its own page tables, and asks by hypercall for what it
 * may not do.
 *
 *     INT 80h ───────────────────────────────────────▶ the kernel's handler, by the processor alone
 *     INT 82h ──▶ hypercall                            registers in, result in EAX
 *     exception ──▶ bounce frame ────────────────────▶ the kernel's handler (set_trap_table)
 *     #GP of IN, OUT on ring 1 ──▶ device models
 *     interrupt ──▶ event ──▶ bounce frame, unless masked ──▶ the upcall
 *
 * There is no firmware: V's devices are models of the monitor's, V itself a copy of P for who looks. Its CR3 is P's, of machine frames.
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Cpu, Stop } from "../../../machine/cpu/cpu.ts";
import { CR0, CR4 } from "../../../machine/cpu/cpu.ts";
import { Descriptor, readDescriptor } from "../../../machine/cpu/descriptor.ts";
import { GP, PF, UD } from "../../../machine/cpu/fault.ts";
import { IF } from "../../../machine/cpu/flags.ts";
import { EAX, EBX, ECX, EDI, EDX, ESI } from "../../../machine/cpu/registers.ts";
import { enterCode, setFromDescriptor } from "../../../machine/cpu/segments.ts";
import { CS, DS, ES, FS, GS, SS } from "../../../machine/isa/instruction.ts";
import type { TypedFrames } from "../../../machine/mmu/typed-frames.ts";
import type { Monitor, Verdict, Visit } from "../../../machine/monitor.ts";
import type { Engine } from "../engine.ts";
import type { Host } from "../host.ts";
import { Area } from "./area.ts";
import { bounce, type Target } from "./bounce.ts";
import { buildDomain, type Domain } from "./builder.ts";
import { Calls, INT_LENGTH, isHypercall } from "./calls.ts";
import { PortEmulator } from "./emulate.ts";
import { EventCalls } from "./event-calls.ts";
import { guestFrames } from "./frames.ts";
import { GrantCalls } from "./grant-calls.ts";
import { GuestMemory } from "./guest-memory.ts";
import { answerCpuid } from "./identity.ts";
import { EFAULT, SELECTOR, START_INFO } from "./interface.ts";
import { type Arguments, MemoryCalls } from "./memory-calls.ts";
import type { Channels, Neighbours } from "./neighbours.ts";
import { OwnLines } from "./own-lines.ts";
import { ProcessorCalls } from "./processor-calls.ts";
import { IRET, returnFromHandler } from "./return.ts";
import { SharedVcpu } from "./vcpu.ts";

const YIELD = "yield";
const PAGE = 4096;
const KERNEL_RING = 1;
/** An error code that names an IDT entry (SDM Vol. 3, 6.13). */
const ERROR_IDT = 2;
const FIRST_LINE_VECTOR = 0x20;
const LINES = 16;
const PIC = { first: 0x20, second: 0xa0, endOfInterrupt: 0x20 } as const;
/** Vectors with an error code: 8, 10 … 14, 17. */
const WITH_ERROR = 0x00027d00;

export class Paravirt implements Engine, Monitor<Cpu> {
  readonly name = "paravirt";
  readonly #host: Host;
  readonly #crossings = new Map<string, number>();
  /** What the builder made, and where. */
  readonly domain: Domain;
  readonly #neighbours: Neighbours | undefined;
  readonly #channels: Channels;
  readonly #area: Area;
  readonly frames: TypedFrames;
  readonly calls: Calls;
  readonly #vcpu: SharedVcpu;
  readonly #memory: GuestMemory;
  readonly #processor: ProcessorCalls;
  readonly #ports: PortEmulator;
  /** The monitor runs, not the guest. */
  #inside = false;
  /** The guest has nothing to do until an event is pending. */
  #blocked = false;
  /** Why the guest is at its end. */
  #crash: string | undefined;

  /** `neighbours`: the other domains; none unless given. */
  constructor(host: Host, neighbours?: Neighbours) {
    this.#host = host;
    const { cpu, bus, ledger, base, machine } = host;
    const pages = machine.bus.ram.length / PAGE;
    const domain = buildDomain(host);
    this.domain = domain;
    this.#neighbours = neighbours;
    const area = new Area(host, pages);
    this.#area = area;
    const memory = new GuestMemory(cpu);
    this.#memory = memory;
    let flush = () => {};
    const parts = { bus, ledger, base, count: pages, monitorEntries: area.entries, flush: () => flush() };
    const frames = guestFrames(parts);
    this.frames = frames;
    const memoryCalls = new MemoryCalls({ host, area, frames, memory });
    flush = () => memoryCalls.flush();
    const vcpu = new SharedVcpu(bus, domain.sharedInfo * PAGE);
    this.#vcpu = vcpu;
    const channels = neighbours?.channels ?? new OwnLines(vcpu);
    this.#channels = channels;
    const scheduler = {
      block: () => {
        this.#blocked = true;
      },
      shutdown: (reason: number) => {
        machine.cpu.stop = reason === 1 ? { reason: "reset" } : { reason: "off" };
      },
    };
    const processorCalls = new ProcessorCalls({ area, frames, memory, vcpu, scheduler, channels });
    this.#processor = processorCalls;
    const eventCalls = new EventCalls(memory, channels);
    const grants = neighbours?.grants;
    const grantCalls =
      grants && new GrantCalls({ host, frames, memory, grants, flush: () => memoryCalls.flush() });
    this.calls = new Calls({ memory, memoryCalls, processorCalls, eventCalls, ledger, grantCalls });
    this.#ports = new PortEmulator(host, memory);
    this.#enterFirst(memoryCalls);
    host.interpreter.patience = machine.interpreter.patience;
    cpu.monitor = this;
  }

  get crossings(): ReadonlyMap<string, number> {
    return this.#crossings;
  }

  get steps(): number {
    return this.#host.interpreter.steps;
  }

  get retired(): number {
    return this.#host.cpu.retired;
  }

  get untouched(): number {
    return this.#host.cpu.retired;
  }

  run(limit: number): Stop {
    const { interpreter, machine, clock } = this.#host;
    const end = interpreter.steps + limit;
    for (;;) {
      const { stop } = machine.cpu;
      if (stop !== null) {
        machine.cpu.stop = null;
        return stop;
      }
      if (this.#crash !== undefined) return { reason: "shutdown", detail: this.#crash };
      if (clock.left <= 0) clock.advance();
      const ended = interpreter.run(Math.max(0, end - interpreter.steps));
      if (ended.reason !== "monitor" || ended.detail !== YIELD) return ended;
    }
  }

  visit(visit: Visit, cpu: Cpu): Verdict {
    const { ledger, machine, clock } = this.#host;
    if (visit.kind === "software" && !this.#isOurs(visit.vector)) return "deliver";
    ledger.pay(visit.kind === "interrupt" ? "interruptTrap" : "trap", visitDetail(visit));
    ledger.pay("dispatch");
    this.#inside = true;
    this.#cross(this.#handle(visit, cpu));
    if (clock.left <= 0) clock.advance();
    this.#neighbours?.run();
    this.#inside = false;
    this.#settle();
    if (machine.cpu.stop !== null || this.#crash !== undefined) return { stop: YIELD };
    ledger.pay("resume");
    return "resume";
  }

  /**
   * Something is to be done that the guest does not ask for: an event has been made pending for it, or others have work. At the end of what
   * goes on in the hypervisor, else by an interrupt of the processor, which may sleep.
   */
  alert(): void {
    if (this.#inside) return;
    const { interrupts, clock } = this.#host;
    interrupts.called = true;
    clock.attend();
  }

  /** What the guest finds in its start info: the ports by which it reaches XenStore and the console. Before it runs. */
  connect(ports: { readonly store: number; readonly console: number }): void {
    const { bus, base } = this.#host;
    const at = base + this.domain.startInfo - this.domain.virtBase;
    bus.write((at + START_INFO.storePort) as Gpa, ports.store, 4);
    bus.write((at + START_INFO.consolePort) as Gpa, ports.console, 4);
  }

  /** CR3 was another domain's: the processor has forgotten the guest's translations. */
  reload(): void {
    this.#host.cpu.memory.flush(false);
    this.frames.flushed();
  }

  sync(): void {
    const { cpu, machine } = this.#host;
    const to = machine.cpu;
    for (const part of ["selector", "base", "baseHigh", "limit", "access"] as const)
      to.segments[part].set(cpu.segments[part]);
    to.ip = cpu.ip;
    to.flags.value = cpu.flags.value;
    to.cpl = cpu.cpl;
    to.cr2 = cpu.cr2;
    to.cr3 = cpu.cr3;
    to.bits = cpu.bits;
    to.halted = cpu.halted;
  }

  adopt(): void {
    throw new Error(
      "a paravirtual domain cannot be reset or loaded from a snapshot: its monitor knows what its frames are. Make a new one",
    );
  }

  /** Every directory and table that the builder made is pinned and in use. */
  #enterFirst(memoryCalls: MemoryCalls): void {
    const { cpu, clock } = this.#host;
    const { directory, entry, startInfo, sharedInfo } = this.domain;
    if (!this.frames.take(sharedInfo, "writable") || !this.frames.pin(directory, "l2"))
      throw new Error("invariant: the domain builder's own tables are refused");
    cpu.cr0 = CR0.PE | CR0.PG | CR0.WP | CR0.NE | CR0.ET | CR0.MP | 0;
    cpu.cr4 = CR4.PGE | CR4.OSFXSR | CR4.OSXMMEXCPT;
    cpu.memory.setControl(cpu.cr0, cpu.cr4, 0);
    memoryCalls.loadDirectory(directory);
    this.#area.load();
    const descriptor = new Descriptor();
    readDescriptor(cpu, SELECTOR.ring1Code, descriptor);
    enterCode(cpu, SELECTOR.ring1Code, descriptor, KERNEL_RING);
    readDescriptor(cpu, SELECTOR.ring1Data, descriptor);
    for (const segment of [SS, DS, ES, FS, GS])
      setFromDescriptor(cpu, segment, SELECTOR.ring1Data, descriptor);
    cpu.flags.value = IF | 2;
    cpu.registers.r32.fill(0);
    cpu.r32[ESI] = startInfo | 0;
    cpu.ip = entry | 0;
    clock.attend();
  }

  #isOurs(vector: number): boolean {
    // INT3 and INTO may come from any ring; INT 82h from the kernel's. Everything else meets the gate's DPL and comes back as #GP.
    return vector === 3 || vector === 4 || (isHypercall(vector) && this.#host.cpu.cpl === KERNEL_RING);
  }

  #handle(visit: Visit, cpu: Cpu): string {
    switch (visit.kind) {
      case "software":
        return isHypercall(visit.vector) ? this.#hypercall(cpu) : this.#trap(visit.vector);
      case "interrupt":
        return this.#interrupt();
      case "exception":
        return this.#exception(visit.vector, visit.error, cpu);
      case "shutdown":
        this.#crash = visit.detail;
        return "shutdown";
      default:
        throw new Error(`invariant: "${visit.kind}" by a guest that is never on ring 0`);
    }
  }

  #hypercall(cpu: Cpu): string {
    const { r32 } = cpu;
    const number = (r32[EAX] as number) >>> 0;
    if (number === IRET) {
      this.#host.ledger.pay("hypercall", number);
      if (!returnFromHandler(cpu, this.#memory, this.#vcpu)) r32[EAX] = EFAULT;
      return "iret";
    }
    const given = [EBX, ECX, EDX, ESI, EDI].map((n) => (r32[n] as number) >>> 0);
    const { name, result, rest } = this.calls.make(number, [...given, 0] as unknown as Arguments);
    if (rest === undefined) r32[EAX] = result;
    else {
      r32[EBX] = rest.at | 0;
      r32[ECX] = rest.count | 0;
      cpu.ip = (cpu.ip - INT_LENGTH) | 0;
    }
    return name;
  }

  #exception(vector: number, error: number, cpu: Cpu): string {
    if (vector === GP && cpu.cpl === KERNEL_RING && error === 0) {
      const done = this.#ports.run();
      if (done === "done") return "port";
      if (done !== "none" && done.kind === "exception") return this.#reflect(done.vector, done.error);
    }
    if (vector === GP && (error & ERROR_IDT) !== 0) {
      const wanted = this.#processor.traps.get(error >>> 3);
      if (wanted !== undefined && wanted.dpl >= (cpu.cpl === 3 ? 3 : KERNEL_RING)) {
        cpu.ip = (cpu.ip + INT_LENGTH) | 0;
        return this.#trap(error >>> 3);
      }
    }
    if (vector === UD && answerCpuid(cpu, this.#memory)) {
      this.#host.ledger.pay("emulate");
      return "cpuid";
    }
    return this.#reflect(vector, error);
  }

  #reflect(vector: number, error: number): string {
    const name = `exception ${vector}`;
    if (vector === PF) this.#vcpu.cr2 = this.#host.cpu.cr2;
    return this.#trap(vector, ((WITH_ERROR >>> vector) & 1) !== 0 ? error : undefined, name);
  }

  /** Into the guest's handler. */
  #trap(vector: number, error?: number, name = `INT ${vector}`): string {
    this.#host.ledger.pay("inject", vector);
    this.#enter(this.#processor.traps.get(vector), error, name);
    return name;
  }

  #enter(target: Target | undefined, error: number | undefined, why: string): void {
    const { cpu } = this.#host;
    const parts = { cpu, area: this.#area, memory: this.#memory, vcpu: this.#vcpu };
    if (target !== undefined && bounce(parts, target, error)) return;
    const at = `${(cpu.segments.selector[CS] as number).toString(16)}:${(cpu.ip >>> 0).toString(16)}`;
    const trouble = target === undefined ? "has no handler" : "cannot enter its handler";
    this.#crash = `the guest ${trouble} for ${why} at ${at}`;
  }

  /** The controllers are the monitor's: it quiets them at once, and what the guest gets is an event. */
  #interrupt(): string {
    const { machine, interrupts, devices, ledger } = this.#host;
    const { cpu, bus } = machine;
    if (!interrupts.called || cpu.irq.pending()) devices.interrupt(ledger);
    interrupts.noted = interrupts.called = false;
    while (cpu.irq.pending()) {
      const line = cpu.irq.acknowledge() - FIRST_LINE_VECTOR;
      if (line >= LINES / 2) bus.out(PIC.second, PIC.endOfInterrupt, 1);
      bus.out(PIC.first, PIC.endOfInterrupt, 1);
      this.#channels.interrupt(line);
    }
    return "interrupt";
  }

  /** On the way back to the guest, or to sleep. */
  #settle(): void {
    this.#announce();
    if (this.#blocked && !this.#vcpu.pending) {
      this.#host.cpu.halted = true;
      return;
    }
    this.#blocked = false;
    this.#neighbours?.resume();
  }

  /** An event that waits, and may come. */
  #announce(): void {
    const { upcall } = this.#processor;
    if (this.#crash !== undefined || upcall === undefined || this.#vcpu.mask || !this.#vcpu.pending) return;
    this.#host.ledger.pay("upcall");
    this.#enter(upcall, undefined, "an event");
  }

  #cross(cause: string): void {
    this.#crossings.set(cause, (this.#crossings.get(cause) ?? 0) + 1);
  }
}

const visitDetail = (visit: Visit): number => ("vector" in visit ? visit.vector : 0);

export const paravirt = (host: Host): Paravirt => new Paravirt(host);

/** With other domains beside it. */
export const paravirtWith =
  (neighbours: Neighbours) =>
  (host: Host): Paravirt =>
    new Paravirt(host, neighbours);
