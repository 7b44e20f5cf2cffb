/**
 * What an engine stands on: a physical processor P, the host's memory, and the virtual machine with its processor V.
 *
 *     host-physical   0 ──────────── reserve ──────────────────────── reserve + memory
 *                     │ the monitor's │ the guest's: guest-physical 0 … memory
 *
 * The guest's bus reaches the second part only, and so do V, the devices and their DMA. The devices are the monitor's models: on a
 * bare machine they would be hardware, and cost what hardware costs.
 */
import type { Hpa } from "../../machine/address.ts";
import { Bus } from "../../machine/bus.ts";
import { Clock } from "../../machine/clock.ts";
import type { MonitorPrices } from "../../machine/cost.ts";
import { Cpu } from "../../machine/cpu/cpu.ts";
import { deliverFault, deliverInterrupt, deliverNmi } from "../../machine/cpu/deliver/deliver.ts";
import { fault } from "../../machine/cpu/fault.ts";
import { IF } from "../../machine/cpu/flags.ts";
import type { CpuModel } from "../../machine/cpu/model.ts";
import { resetCpu } from "../../machine/cpu/reset.ts";
import { Interpreter } from "../../machine/cpu/run.ts";
import type { Card } from "../../machine/devices/pci/slot.ts";
import { directDma } from "../../machine/dma.ts";
import { Frames } from "../../machine/frames.ts";
import { Ledger } from "../../machine/ledger.ts";
import { Machine, type MachineOptions } from "../../machine/machine.ts";
import { Mmu } from "../../machine/mmu/mmu.ts";
import { PENTIUM_4 } from "../../machine/profiles/pentium4.ts";
import { Trace } from "../../machine/trace.ts";
import type { AreaPage, PagerParts } from "../mmu/pager.ts";
import { AssignedPages, type Attach } from "./assigned.ts";
import { type DeviceOwner, DeviceTrace, IN_MONITOR } from "./devices.ts";
import { HostInterrupts } from "./interrupts.ts";

const MIB = 1 << 20;
const PAGE = 4096;
/** Frame 0 stays free: a table at 0 would be hard to tell from none. */
const FIRST_FRAME = PAGE;

export interface VmOptions extends Omit<MachineOptions, "virtual"> {
  /** Prices of the monitor's own work. */
  readonly monitor: MonitorPrices;
  /** P's model, where it is not the one that the guest is told (`model`). */
  readonly physical?: CpuModel;
  /** Who answers when the guest touches a device. The monitor itself unless said. */
  readonly devices?: DeviceOwner;
  /** Bytes of the host's memory that the monitor keeps for itself: a multiple of 4096, 1 MiB at least. 8 MiB unless said. */
  readonly reserve?: number;
  /**
   * A host with several guests, each with a processor of its own: the host's memory, where in it this one's part begins, `reserve` first (a
   * multiple of 4096), and the ID of P's local APIC.
   */
  readonly within?: { readonly bus: Bus; readonly at: number; readonly apic: number };
  /** Devices of the host's that are the guest's own, plugged in after `cards`: it reaches their memory windows without an exit. */
  readonly assigned?: readonly Card[];
  /** What is between an assigned device and the host (assigned.ts). */
  readonly attach?: Attach;
  /** V and P are kept apart down to the general registers: for engines that keep the guest's in memory. */
  readonly apart?: boolean;
}

export class Host {
  readonly machine: Machine;
  readonly bus: Bus;
  readonly clock = new Clock();
  readonly trace = new Trace(this.clock);
  /** Host-physical address of guest-physical 0. */
  readonly base: number;
  /** P: executes. */
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly interpreter: Interpreter;
  readonly interrupts: HostInterrupts;
  readonly frames: Frames;
  readonly ledger: Ledger;
  readonly devices: DeviceOwner;
  readonly assigned: AssignedPages;
  readonly #accesses: DeviceTrace;

  constructor(options: VmOptions) {
    const {
      memory = 64 * MIB,
      reserve = 8 * MIB,
      profile = PENTIUM_4,
      monitor,
      apart = false,
      physical = options.model,
    } = options;
    const { clock, trace } = this;
    if (reserve % PAGE !== 0 || reserve < MIB)
      throw new RangeError(
        `a monitor's memory of ${reserve} bytes: it must be a multiple of 4096, 1 MiB at least`,
      );
    const { bus, at, apic } = options.within ?? { bus: new Bus(reserve + memory), at: 0, apic: 0 };
    if (at % PAGE !== 0 || at + reserve + memory > bus.ram.length)
      throw new RangeError(
        `a guest of ${reserve + memory} bytes at ${at} of a host's memory of ${bus.ram.length}: it must begin at a multiple of 4096 and end within`,
      );
    this.base = at + reserve;
    this.bus = bus;
    const guest = bus.part(this.base, memory);
    this.#accesses = new DeviceTrace(clock);
    this.devices = options.devices ?? IN_MONITOR;
    this.assigned = new AssignedPages(bus, this.base);
    this.machine = new Machine({
      ...options,
      cards: [
        ...(options.cards ?? []),
        ...(options.assigned ?? []).map((card) => this.#assign(card, guest, options)),
      ],
      virtual: { bus: guest, clock, trace, scratch: this.#accesses },
    });
    const virtual = this.machine.cpu;
    virtual.virtual = true;
    this.mmu = new Mmu({ bus: this.bus, clock, trace, profile });
    this.cpu = new Cpu({
      ...{ bus: this.bus, clock, trace, memory: this.mmu, prices: profile },
      ...(physical && { model: physical }),
      ...(apart ? {} : { shares: virtual }),
    });
    // The same as V's, which stays as it came out of its own reset.
    const registers = virtual.registers.r32.slice();
    resetCpu(this.cpu);
    virtual.registers.r32.set(registers);
    this.interpreter = new Interpreter(this.cpu);
    this.interrupts = new HostInterrupts({
      ...{ virtual, apic },
      inGuest: () => this.cpu.guest !== null,
      onInterrupt: () => this.devices.interrupt(this.ledger),
    });
    this.cpu.irq = this.interrupts;
    this.frames = new Frames(bus, at + FIRST_FRAME, this.base);
    this.ledger = new Ledger({ clock, trace, profile, monitor });
  }

  /** A card whose windows are in the guest's reach, and whose DMA is the host's. */
  #assign(card: Card, guest: Bus, { attach = () => ({}) }: VmOptions): Card {
    const { bus, base } = this;
    return (slot) => {
      const { dma = directDma(bus), message, program } = attach({ bus, base, requester: slot.requester });
      return card({
        ...slot,
        ...(message && { message }),
        bus: this.assigned.windows(guest, program),
        dma,
      });
    };
  }

  /** What a pager is made of. `area`: pages of the monitor's in every address space. */
  pagerParts(area: readonly AreaPage[] = []): PagerParts {
    const { machine, cpu: processor, mmu, bus, base, frames, ledger, assigned } = this;
    return { machine, processor, mmu, bus, base, frames, ledger, assigned, area };
  }

  /** A frame for the monitor. */
  frame(): Hpa {
    const frame = this.frames.take();
    if (frame === undefined) throw new Error("invariant: the monitor's memory is used up");
    return frame;
  }

  /**
   * V carries out the instruction at its CS:RIP, with everything that it means on a bare machine; a fault goes to the guest's handler.
   * True when it retired. Pays for doing (`work`; null: nothing), the devices that it touched, and decoding unless that has been done.
   */
  emulate({
    decoded = false,
    work = "emulate",
  }: {
    decoded?: boolean;
    work?: "emulate" | "helper" | null;
  } = {}): boolean {
    const { machine, ledger, clock } = this;
    if (clock.left <= 0) clock.advance();
    const retired = machine.interpreter.step();
    if (!decoded) ledger.pay("decode");
    if (work !== null) ledger.pay(work);
    this.payDevices();
    return retired;
  }

  /** Pays for the devices that V has touched by other ways. */
  payDevices(): void {
    this.#accesses.settle(this.devices, this.ledger);
  }

  /**
   * V interprets up to `most` steps of its guest while `wanted` says so: modes that the engine has no other way for. A processor that
   * sleeps is woken, interrupts are delivered. Returns why it ended, undefined when `wanted` was no more.
   */
  interpret(most: number, wanted: () => boolean) {
    const { machine, ledger } = this;
    const { interpreter, cpu } = machine;
    const end = interpreter.steps + most;
    // Decoded long ago: the guest has changed by other ways since.
    interpreter.code.clear();
    for (;;) {
      if (cpu.stop === null && !wanted()) return undefined;
      if (interpreter.steps >= end) return { reason: "limit" } as const;
      const { steps } = interpreter;
      const stop = interpreter.run(1);
      const taken = interpreter.steps - steps;
      if (taken > 0) ledger.pay("interpret", 0, taken);
      this.#accesses.settle(this.devices, ledger);
      if (stop.reason !== "limit") return stop;
    }
  }

  /** An exception of the guest's own: V enters its handler. For #PF V's CR2 has been set. */
  reflect(vector: number, error: number): void {
    fault(vector, error);
    deliverFault(this.machine.cpu);
    this.ledger.pay("inject", vector);
  }

  /** Delivers what V would take now: NMI, then an external interrupt, by `interrupt`. True when there was one. */
  injectPending(interrupt: (cpu: Cpu, vector: number) => void = deliverInterrupt): boolean {
    const { cpu } = this.machine;
    if (cpu.shadow) return false;
    if (cpu.nmiPending && !cpu.nmiBlocked) {
      cpu.nmiPending = false;
      deliverNmi(cpu);
    } else if ((cpu.flags.eflags & IF) !== 0 && cpu.irq.pending()) {
      interrupt(cpu, cpu.irq.acknowledge());
    } else return false;
    cpu.halted = false;
    this.ledger.pay("inject");
    return true;
  }
}
