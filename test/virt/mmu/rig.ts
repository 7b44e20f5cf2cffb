/** A guest's memory and processor, P and a pager between them, without an engine: accesses are made one by one. */
import type { Gpa, Gva, Hpa } from "../../../src/machine/address.ts";
import { CR0, CR4, EFER } from "../../../src/machine/cpu/cpu.ts";
import { FAULT, Fault } from "../../../src/machine/cpu/fault.ts";
import { AC } from "../../../src/machine/cpu/flags.ts";
import type { Mmu } from "../../../src/machine/mmu/mmu.ts";
import { USER_FETCH, USER_WRITE } from "../../../src/machine/mmu/rights.ts";
import { UNIT_MONITOR } from "../../../src/machine/profiles/monitors/unit.ts";
import type { EventName } from "../../../src/machine/trace.ts";
import { Host } from "../../../src/virt/cpu/host.ts";
import type { AreaPage, Pager, PagerFactory, Violation } from "../../../src/virt/mmu/pager.ts";
import { PROFILE } from "../../machine/mmu/board.ts";

export const MIB = 1 << 20;
/** One page that the monitor may write, and one that it may not, at the top of every address space. */
export const AREA = [-4096, -8192] as Gva[];
const AREA_WORDS = [0x11112222, 0x33334444];

export interface Registers {
  readonly format: "none" | "ia32" | "pae" | "ia32e";
  readonly writeProtect?: boolean;
  readonly pse?: boolean;
  readonly nxe?: boolean;
  readonly smep?: boolean;
  readonly smap?: boolean;
}

export interface Access {
  readonly kind: "read" | "write" | "fetch";
  readonly implicit?: boolean;
  readonly user?: boolean;
  readonly ac?: boolean;
  /** What a write writes. */
  readonly value?: number;
}

/** How an access ended. */
export interface Result {
  /** Error code of the #PF that the guest sees. */
  readonly error?: number;
  /** Where it went, guest-physical; by P (`fills` faults were the pager's), or by V, which the pager asked to carry it out. */
  readonly physical?: number;
  readonly by: "P" | "V" | "guest";
  readonly traced: boolean;
  readonly faults: number;
}

/** P's second dimension refused. */
class Refused extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`a violation at ${violation.gpa.toString(16)}`);
    this.violation = violation;
  }
}

/** A walk in two dimensions may meet a hole under every table, and one under the page. */
const MOST_FAULTS = 12;

export class Rig {
  readonly host: Host;
  readonly pager: Pager;
  readonly area: readonly AreaPage[];
  #registers: Registers = { format: "none" };

  constructor(factory: PagerFactory, { memory = MIB, reserve = MIB, area = true } = {}) {
    this.host = new Host({
      ...{ memory, reserve, monitor: UNIT_MONITOR, profile: PROFILE, firmware: false },
    });
    const { bus } = this.host;
    this.area = area
      ? AREA.map((at, i) => {
          const frame = this.host.frame();
          bus.view.setInt32(frame, AREA_WORDS[i] as number, true);
          return { at, frame, writable: i === 0 };
        })
      : [];
    this.pager = factory(this.host.pagerParts(this.area));
    const { nested } = this.pager;
    if (nested === undefined) return;
    this.host.mmu.setSecondDimension({
      ...nested,
      refuse: ({ low, high, access }) => {
        const gpa = (high * 2 ** 32 + (low >>> 0)) as Gpa;
        throw new Refused({ gpa, write: access === USER_WRITE, fetch: access === USER_FETCH });
      },
    });
  }

  /** Under a nested pager P has the guest's registers themselves. */
  #nested(action: (mmu: Mmu) => void): void {
    const { nested } = this.pager;
    if (nested === undefined) return;
    for (let tries = 0; tries < 8; tries++)
      try {
        action(this.host.mmu);
        return;
      } catch (refused) {
        if (!(refused instanceof Refused)) throw refused;
        nested.violation(refused.violation);
      }
    throw new Error("no progress while P's control registers are loaded");
  }

  get view(): DataView {
    return this.host.machine.bus.view;
  }

  get v(): Mmu {
    return this.host.machine.mmu;
  }

  /** Entries of a guest's table: 4 bytes each, or 8 with the high half given. */
  set(at: number, low: number, high?: number): void {
    this.view.setInt32(at, low, true);
    if (high !== undefined) this.view.setInt32(at + 4, high, true);
  }

  get(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** V's control registers, and the pager told. */
  control(registers: Registers): void {
    this.#registers = registers;
    const { machine, cpu: processor, mmu } = this.host;
    const { cpu } = machine;
    const { format } = registers;
    cpu.cr0 = CR0.PE | (format === "none" ? 0 : CR0.PG) | (registers.writeProtect ? CR0.WP : 0);
    cpu.cr4 =
      (format === "pae" || format === "ia32e" ? CR4.PAE : 0) |
      (registers.pse ? CR4.PSE : 0) |
      (registers.smep ? CR4.SMEP : 0) |
      (registers.smap ? CR4.SMAP : 0);
    cpu.efer = (format === "ia32e" ? EFER.LMA | EFER.LME : 0) | (registers.nxe ? EFER.NXE : 0);
    machine.mmu.setControl(cpu.cr0, cpu.cr4, cpu.efer);
    cpu.wide = machine.mmu.wide = processor.wide = mmu.wide = format === "ia32e";
    this.pager.control();
    this.#nested((memory) => memory.setControl(cpu.cr0, cpu.cr4, cpu.efer));
  }

  get registers(): Registers {
    return this.#registers;
  }

  /** MOV CR3. */
  load(cr3: number): void {
    const { cpu, mmu } = this.host.machine;
    mmu.loadCr3(cr3, 0);
    cpu.cr3 = cr3;
    this.pager.loadCr3();
    this.#nested((memory) => memory.loadCr3(cr3, 0));
  }

  /** INVLPG. */
  invalidate(at: Gva): void {
    this.v.invalidate(at);
    this.pager.invalidate(at);
    this.#nested((memory) => memory.invalidate(at));
  }

  /** What P and the pager, or V in their place, make of an access to four bytes. */
  access(at: Gva, access: Access): Result {
    const { mmu, machine, base } = this.host;
    for (const memory of [mmu, machine.mmu]) {
      memory.user = access.user ?? false;
      memory.ac = access.ac ?? false;
    }
    machine.cpu.cpl = access.user ? 3 : 0;
    machine.cpu.flags.eflags = access.ac ? machine.cpu.flags.eflags | AC : machine.cpu.flags.eflags & ~AC;
    for (let faults = 0; faults < MOST_FAULTS; faults++) {
      let error: number | undefined;
      try {
        error = perform(mmu, at, access);
      } catch (refused) {
        if (!(refused instanceof Refused)) throw refused;
        if (this.pager.nested?.violation(refused.violation) === "emulate")
          return this.#byV(at, access, faults);
        continue;
      }
      if (error !== undefined && this.pager.nested !== undefined)
        return { error, by: "guest", traced: false, faults };
      if (error === undefined) {
        const offset = locate(mmu, at, access);
        return { physical: offset - base, by: "P", traced: false, faults };
      }
      const verdict = this.pager.fault(at, error);
      if (verdict.kind === "retry") continue;
      if (verdict.kind === "reflect") return { error: verdict.error, by: "guest", traced: false, faults };
      const { gpa, traced } = verdict;
      machine.mmu.flush(true);
      const own = perform(machine.mmu, at, access);
      return own === undefined
        ? { physical: gpa, by: "V", traced, faults }
        : { error: own, by: "V", traced, faults };
    }
    throw new Error(`no progress at ${at.toString(16)}: ${JSON.stringify(access)}`);
  }

  #byV(at: Gva, access: Access, faults: number): Result {
    const { mmu } = this.host.machine;
    mmu.flush(true);
    const error = perform(mmu, at, access);
    const physical = mmu.explain(at).physical;
    const end = error === undefined && physical !== undefined ? { physical } : { error: error as number };
    return { ...end, by: "V", traced: false, faults };
  }

  /** What P's tables, which are the pager's, say of an address: "→ 5000 RWX user", host-physical addresses within the guest as its own. */
  shadow(at: Gva): string {
    const { physical, rights } = this.host.mmu.explain(at);
    if (physical === undefined) return "hole";
    const inGuest = physical >= this.host.base;
    const letters = [
      ["read", "R"],
      ["write", "W"],
      ["execute", "X"],
    ] as const;
    const granted = letters.map(([right, letter]) => (rights.includes(right) ? letter : "-")).join("");
    const who = rights.includes("user") ? "user" : "supervisor";
    const where = inGuest ? (physical - this.host.base).toString(16) : `monitor's ${physical.toString(16)}`;
    return `${where} ${granted} ${who}`;
  }

  /** Writes as a device does. */
  dma(at: number, low: number, high?: number): void {
    const words = Int32Array.of(low, ...(high === undefined ? [] : [high]));
    this.host.machine.bus.dmaWrite(at as Gpa, new Uint8Array(words.buffer));
  }

  count(name: EventName): number {
    return this.host.trace.count(name);
  }

  /** The monitor's own pages are as they were. */
  get areaIntact(): boolean {
    return this.area.every(
      ({ frame }, i) => this.host.bus.view.getInt32(frame as Hpa, true) === AREA_WORDS[i],
    );
  }
}

/** Error code of the #PF, or undefined. */
function perform(memory: Mmu, at: Gva, { kind, implicit, value = 0 }: Access): number | undefined {
  try {
    if (kind === "fetch") memory.fetch(at);
    else if (kind === "read") implicit ? memory.systemRead32(at) : memory.read32(at);
    else if (implicit) memory.systemWrite32(at, value);
    else memory.write32(at, value);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return FAULT.error;
  }
  return undefined;
}

/** Host-physical address of an access that succeeded. */
function locate(memory: Mmu, at: Gva, { kind, implicit }: Access): number {
  if (kind === "fetch") return memory.fetch(at);
  return implicit ? memory.systemDirect(at, kind === "write") : memory.direct(at, kind === "write");
}
