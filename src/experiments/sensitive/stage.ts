/**
 * A machine on which one instruction after the other is run from a state of choice. The state is that of a kernel in the midst
 * of its work, on a machine of its own (ring 0) or in ring 1 or 3 below a monitor that compresses rings.
 */
import type { Gpa } from "../../machine/address.ts";
import { CR0, CR4, LDTR, TR } from "../../machine/cpu/cpu.ts";
import { Descriptor, readDescriptor } from "../../machine/cpu/descriptor.ts";
import { SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP } from "../../machine/cpu/msr-slots.ts";
import { EBP, EBX, EDI, EDX, ESI, ESP } from "../../machine/cpu/registers.ts";
import { resetCpu } from "../../machine/cpu/reset.ts";
import { setFromDescriptor, updateMode } from "../../machine/cpu/segments.ts";
import { CS, DS, ES, FS, GS, SS } from "../../machine/isa/index.ts";
import { Machine } from "../../machine/machine.ts";
import { PENTIUM_4 } from "../../machine/profiles/pentium4.ts";
import { allForms, type Form } from "./forms.ts";
import * as map from "./memory-map.ts";
import * as tables from "./tables.ts";
import type { Difference, Outcome } from "./trial.ts";
import { outcome, Snapshot } from "./view.ts";

/** How the monitor has set the processor up. */
export interface Monitor {
  /** I/O privilege level that the guest runs with, and believes to run with. */
  readonly iopl: 0 | 1 | 2 | 3;
  /** CR4.UMIP: SGDT, SIDT, SLDT, SMSW and STR are #GP outside of ring 0 (SDM Vol. 3, 2.5; processors since 2017). */
  readonly umip: boolean;
  /** CR4.TSD: RDTSC is #GP outside of ring 0. */
  readonly tsd: boolean;
}

/** Whatever a processor of 2000 could make trap, traps. */
export const CAREFUL: Monitor = { iopl: 0, umip: false, tsd: true };

export interface Situation {
  readonly ring: tables.Ring;
  /** What the outcome is to be compared with: in ring 0 everything is renamed to how it looks from there. */
  readonly as: 1 | 3;
  /** The register that holds the monitor's own value. */
  readonly monitors?: Exclude<Difference, "ring">;
}

/** What the operands hold: `value` in ECX and EAX, in memory and on the stack; `interrupts` is the kernel's IF. */
export interface Given {
  readonly value: number;
  readonly interrupts: boolean;
}

const MEMORY = 1 << 20;
/** Page walks cost nothing: otherwise RDTSC would tell that the monitor has turned paging on, besides the time. */
const TIMELESS = { ...PENTIUM_4, walkReference: 0 };
const IF = 1 << 9;
const IOPL_SHIFT = 12;
const PORT_VALUE = 0x5a;
const MONITORS_PORT_VALUE = 0xa5;
const MONITORS_TIME = 1000;
/** A stack pointer whose low word is the user's stack selector: RETF finds SS where IRET finds ESP. */
const USER_STACK = 0x50000 | map.USER_DATA | 3;

/** What a ring needs in memory. */
function contents(ring: tables.Ring): readonly (readonly [at: number, bytes: Uint8Array])[] {
  const [gdt, idt, tss] = [tables.gdt(ring), tables.idt(ring), tables.tss(ring)];
  return [
    [map.GDT, gdt],
    [map.MOVED_GDT, gdt],
    [map.IDT, idt],
    [map.MOVED_IDT, idt],
    [map.LDT, tables.ldt(ring)],
    [map.TSS, tss],
    [map.OTHER_TSS, tss],
  ];
}

const TABLES = { 0: contents(0), 1: contents(1), 3: contents(3) };

export class Stage {
  readonly machine = new Machine({ memory: MEMORY, firmware: false, profile: TIMELESS });
  readonly forms: readonly Form[];
  readonly #monitor: Monitor;
  readonly #descriptor = new Descriptor();
  /** What data and stack held before the instruction. */
  readonly #words = new Int32Array(map.DATA_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  /** What the device behind the port holds. */
  port = PORT_VALUE;
  readonly #before = new Snapshot();
  readonly #after = new Snapshot();

  /** `features` are of the processor whose instructions are tried; all that our processor has unless said. */
  constructor({ monitor = CAREFUL, features }: { monitor?: Monitor; features?: ReadonlySet<string> } = {}) {
    const { bus, cpu } = this.machine;
    this.#monitor = monitor;
    this.forms = allForms(features ?? cpu.model.features);
    for (const { address, bytes } of this.forms) bus.dmaWrite(address as Gpa, bytes);
    bus.dmaWrite(map.PAGE_DIRECTORY as Gpa, tables.pageTables());
    bus.mapPorts(map.PORT, map.PORT + 3, {
      in: () => this.port,
      out: (_port, value) => {
        this.port = value;
      },
    });
    cpu.irq = { pending: () => false, acknowledge: () => 0, taskPriority: 0 };
  }

  /** Runs one instruction. */
  run(form: Form, given: Given, situation: Situation): Outcome {
    this.#prepare(form, given, situation);
    this.#before.take(this, situation);
    this.machine.run({ limit: 1 });
    this.#after.take(this, situation);
    return outcome(this.machine, situation, { before: this.#before, after: this.#after, words: this.#words });
  }

  #prepare(form: Form, given: Given, situation: Situation): void {
    const { machine } = this;
    const { cpu, bus } = machine;
    const { ring } = situation;
    for (const [at, bytes] of TABLES[ring]) bus.dmaWrite(at as Gpa, bytes);
    fill(this.#words, given);
    bus.ram.set(this.#bytes, map.DATA);
    resetCpu(cpu);
    this.port = situation.monitors === "port" ? MONITORS_PORT_VALUE : PORT_VALUE;
    cpu.tscOffset = (situation.monitors === "TSC" ? MONITORS_TIME : 0) - machine.clock.now;
    this.#systemRegisters(situation);
    this.#segments(ring, situation.monitors);
    cpu.r32.fill(given.value, 0, 16);
    for (const [register, value] of REGISTERS) cpu.r32[register] = value;
    const interrupts = given.interrupts !== (situation.monitors === "EFLAGS");
    cpu.flags.value = (interrupts ? IF : 0) | (this.#monitor.iopl << IOPL_SHIFT);
    cpu.ip = form.address;
  }

  #systemRegisters({ ring, monitors }: Situation): void {
    const { cpu } = this.machine;
    const { umip, tsd } = this.#monitor;
    const gdt = monitors === "GDTR" ? map.MOVED_GDT : map.GDT;
    const idt = monitors === "IDTR" ? map.MOVED_IDT : map.IDT;
    Object.assign(cpu.gdtr, { base: gdt, limit: tables.GDT_BYTES - 1 });
    Object.assign(cpu.idtr, { base: idt, limit: tables.IDT_BYTES - 1 });
    cpu.cr0 = CR0.PE | CR0.ET;
    cpu.cr3 = map.PAGE_DIRECTORY;
    if (monitors === "CR0") {
      // A kernel that believes itself alone has not turned paging on; the monitor needs it.
      cpu.cr0 |= CR0.PG | CR0.WP | CR0.NE;
      cpu.memory.loadCr3(cpu.cr3, 0);
    }
    if (ring !== 0) cpu.cr4 = (umip ? CR4.UMIP : 0) | (tsd ? CR4.TSD : 0);
    const [code, entry] = ring === 0 ? [map.KERNEL_CODE, map.ENTRY] : [map.MONITOR_CODE, map.MONITOR_ENTRY];
    cpu.msr[SYSENTER_CS] = code;
    cpu.msr[SYSENTER_ESP] = map.MONITOR_STACK;
    cpu.msr[SYSENTER_EIP] = entry + map.ENTRY_SIZE * map.SYSENTER_VECTOR;
    cpu.memory.setControl(cpu.cr0, cpu.cr4, 0);
  }

  #segments(ring: tables.Ring, monitors: Situation["monitors"]): void {
    const { cpu } = this.machine;
    cpu.cpl = ring;
    this.#load(CS, map.KERNEL_CODE | ring);
    this.#load(SS, map.KERNEL_DATA | ring);
    for (const segment of [DS, ES, FS, GS]) this.#load(segment, map.KERNEL_DATA);
    this.#load(LDTR, monitors === "LDTR" ? map.MONITOR_LDT : map.LDT_SELECTOR);
    this.#load(TR, monitors === "TR" ? map.MONITOR_TSS : map.TSS_SELECTOR);
    updateMode(cpu);
  }

  #load(segment: number, selector: number): void {
    const { cpu } = this.machine;
    readDescriptor(cpu, selector, this.#descriptor);
    setFromDescriptor(cpu, segment, selector, this.#descriptor);
  }
}

/** Where everything points; what is not here holds the given value. */
const REGISTERS: readonly (readonly [register: number, value: number])[] = [
  [EDX, map.PORT],
  [EBX, map.DATA],
  [ESI, map.DATA + 0x100],
  [EDI, map.DATA + 0x200],
  [EBP, map.STACK + 0x80],
  [ESP, map.STACK],
];

/** Data and stack hold the value in every word; on top of the stack is a frame that every kind of return can use. */
function fill(words: Int32Array, { value, interrupts }: Given): void {
  // The other IF than now, and an IOPL of 3: what a kernel may ask for.
  const flags = 2 | (interrupts ? 0 : IF) | (3 << IOPL_SHIFT);
  words.fill(value);
  words.set([value, value, flags, USER_STACK, map.USER_DATA | 3], (map.STACK - map.DATA) / 4);
}
