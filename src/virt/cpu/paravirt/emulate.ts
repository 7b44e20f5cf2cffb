/**
 * Port instructions of the guest's kernel, which trap on ring 1: the monitor carries them out at ring 0, with the guest's registers, through
 * the guest's page tables and segments, at the monitor's device models. Nothing else is done for a guest: it has hypercalls.
 */
import { Cpu } from "../../../machine/cpu/cpu.ts";
import { EDX } from "../../../machine/cpu/registers.ts";
import { Interpreter } from "../../../machine/cpu/run.ts";
import { updateMode } from "../../../machine/cpu/segments.ts";
import { CS } from "../../../machine/isa/instruction.ts";
import { Mmu } from "../../../machine/mmu/mmu.ts";
import type { Visit } from "../../../machine/monitor.ts";
import { free } from "../../../machine/profiles/free.ts";
import { DeviceTrace } from "../devices.ts";
import type { Host } from "../host.ts";
import { BadPointer, type GuestMemory } from "./guest-memory.ts";

const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3]);
const LONGEST = 15;
const PORT_CHECKS = 3 << 12;

/**
 * The ports that a guest is granted, first and last: interrupt controllers, timer, keyboard, clock, POST code, the laboratory's own (E1, E9,
 * F4), disks without DMA, screen, serial port. No device behind them reads or writes memory by itself: nothing else would stop one
 * from writing the guest's page tables.
 */
const GRANTED: readonly (readonly [number, number])[] = [
  [0x20, 0x21],
  [0x40, 0x43],
  [0x60, 0x64],
  [0x70, 0x71],
  [0x80, 0x80],
  [0xa0, 0xa1],
  [0xe1, 0xe1],
  [0xe9, 0xe9],
  [0xf4, 0xf7],
  [0x170, 0x177],
  [0x1f0, 0x1f7],
  [0x376, 0x376],
  [0x3b0, 0x3df],
  [0x3f6, 0x3f6],
  [0x3f8, 0x3ff],
];

const isGranted = (port: number, size: number): boolean =>
  GRANTED.some(([first, last]) => port >= first && port + size - 1 <= last);

/** OUT and IN with an immediate port, with DX, INS and OUTS. */
const usesImmediate = (opcode: number): boolean => opcode >= 0xe4 && opcode <= 0xe7;
const usesDx = (opcode: number): boolean =>
  (opcode >= 0x6c && opcode <= 0x6f) || (opcode >= 0xec && opcode <= 0xef);

export class PortEmulator {
  readonly #host: Host;
  readonly #memory: GuestMemory;
  /** Stands for P at ring 0: P's state, costs nothing by itself. */
  readonly #cpu: Cpu;
  readonly #interpreter: Interpreter;
  readonly #accesses: DeviceTrace;
  #fault: Visit | undefined;

  constructor(host: Host, memory: GuestMemory) {
    this.#host = host;
    this.#memory = memory;
    const { clock, machine } = host;
    const bus = host.bus.part(0, host.bus.ram.length);
    bus.sharePorts(machine.bus);
    this.#accesses = new DeviceTrace(clock);
    const parts = { bus, clock, trace: this.#accesses, profile: free(machine.profile) };
    const memoryUnit = new Mmu(parts);
    this.#cpu = new Cpu({ ...parts, memory: memoryUnit, prices: parts.profile, shares: host.cpu });
    this.#cpu.monitor = {
      visit: (visit) => {
        this.#fault = visit;
        return "resume";
      },
    };
    this.#interpreter = new Interpreter(this.#cpu);
  }

  /** The instruction at P's CS:EIP, which raised #GP(0) on ring 1. "none": not one of these; a fault is the guest's to see. */
  run(): "done" | "none" | Visit {
    if (!this.#applies()) return "none";
    const host = this.#host;
    const { cpu } = host;
    this.#load(cpu);
    this.#fault = undefined;
    this.#interpreter.step();
    host.ledger.pay("decode");
    host.ledger.pay("emulate");
    this.#accesses.settle(host.devices, host.ledger);
    if (this.#fault !== undefined) {
      cpu.cr2 = this.#cpu.cr2;
      return this.#fault;
    }
    cpu.ip = this.#cpu.ip;
    return "done";
  }

  /** A port instruction, and for a port that is granted. */
  #applies(): boolean {
    const { cpu } = this.#host;
    const linear = ((cpu.segments.base[CS] as number) + cpu.ip) >>> 0;
    try {
      for (let n = 0; n < LONGEST; n++) {
        const byte = this.#memory.read8(linear + n);
        if (PREFIXES.has(byte)) continue;
        const size = (byte & 1) === 0 ? 1 : 4;
        if (usesImmediate(byte)) return isGranted(this.#memory.read8(linear + n + 1), size);
        return usesDx(byte) && isGranted(cpu.r16[2 * EDX] as number, size);
      }
    } catch (error) {
      if (!(error instanceof BadPointer)) throw error;
    }
    return false;
  }

  #load(from: Cpu): void {
    const to = this.#cpu;
    for (const part of ["selector", "base", "baseHigh", "limit", "access"] as const)
      to.segments[part].set(from.segments[part]);
    Object.assign(to.gdtr, from.gdtr);
    Object.assign(to.idtr, from.idtr);
    to.cr0 = from.cr0;
    to.cr4 = 0;
    to.cr3 = from.cr3;
    to.flags.value = from.flags.value & ~PORT_CHECKS;
    to.ip = from.ip;
    to.cpl = 0;
    to.memory.setControl(to.cr0, to.cr4, 0);
    to.memory.loadCr3(to.cr3, 0);
    updateMode(to);
  }
}
