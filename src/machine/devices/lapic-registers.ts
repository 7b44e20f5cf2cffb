/**
 * The local APIC's registers, by number: in xAPIC mode at FEE00000 + 16 · number (SDM Vol. 3, table 10-1), in x2APIC mode MSR
 * 800h + number (table 10-6).
 */
import type { MmioDevice } from "../bus.ts";
import type { Lapic } from "./lapic.ts";

export const REGISTER = {
  ...{ id: 0x02, version: 0x03, tpr: 0x08, apr: 0x09, ppr: 0x0a, eoi: 0x0b, ldr: 0x0d, dfr: 0x0e },
  ...{ svr: 0x0f, isr: 0x10, esr: 0x28, icrLow: 0x30, icrHigh: 0x31, lvtTimer: 0x32, lvtError: 0x37 },
  ...{ initial: 0x38, current: 0x39, divide: 0x3e, selfIpi: 0x3f },
} as const;

/** Version 14h, six LVT entries, as in QEMU. */
const VERSION = 0x00050014;
/** Error status: no such register (10.5.3). */
const ILLEGAL_REGISTER = 0x80;
const READ_ONLY = new Set<number>([REGISTER.version, REGISTER.apr, REGISTER.ppr, REGISTER.current]);

export class LapicRegisters implements MmioDevice {
  readonly #lapic: Lapic;

  constructor(lapic: Lapic) {
    this.#lapic = lapic;
  }

  /** Accesses other than 32 bits wide at a register's first byte are undefined (10.4.1): they read 0 and write nothing. */
  read(offset: number, size: number): number {
    return size === 4 && (offset & 15) === 0 ? this.readRegister((offset & 0xfff) >> 4) : 0;
  }

  write(offset: number, value: number, size: number): void {
    if (size === 4 && (offset & 15) === 0) this.writeRegister((offset & 0xfff) >> 4, value);
  }

  readRegister(register: number): number {
    const lapic = this.#lapic;
    if (register >= REGISTER.isr && register < REGISTER.esr) return lapic.vectors(register - REGISTER.isr);
    if (register >= REGISTER.lvtTimer && register <= REGISTER.lvtError)
      return lapic.lvt(register - REGISTER.lvtTimer);
    switch (register) {
      case REGISTER.id:
        return lapic.x2 ? lapic.id : lapic.id * 2 ** 24;
      case REGISTER.version:
        return VERSION;
      case REGISTER.tpr:
        return lapic.tpr;
      case REGISTER.apr:
        return lapic.priority & 0xf0;
      case REGISTER.ppr:
        return lapic.priority;
      case REGISTER.ldr:
        return lapic.x2 ? 1 << (lapic.id & 15) : lapic.ldr;
      case REGISTER.dfr:
        return lapic.dfr;
      case REGISTER.svr:
        return lapic.svr;
      case REGISTER.esr:
        return lapic.esr;
      case REGISTER.icrLow:
        return lapic.icrLow;
      case REGISTER.icrHigh:
        return lapic.icrHigh;
      case REGISTER.initial:
        return lapic.timer.initial;
      case REGISTER.current:
        return lapic.timer.current;
      case REGISTER.divide:
        return lapic.timer.divide;
      default:
        lapic.error(ILLEGAL_REGISTER);
        return 0;
    }
  }

  writeRegister(register: number, value: number): void {
    const lapic = this.#lapic;
    if (register >= REGISTER.lvtTimer && register <= REGISTER.lvtError) {
      lapic.setLvt(register - REGISTER.lvtTimer, value);
      return;
    }
    switch (register) {
      case REGISTER.id:
        lapic.id = value >>> 24;
        return;
      case REGISTER.tpr:
        lapic.setTaskPriority(value);
        return;
      case REGISTER.eoi:
        lapic.endOfInterrupt();
        return;
      case REGISTER.ldr:
        lapic.ldr = (value & 0xff000000) >>> 0;
        return;
      case REGISTER.dfr:
        lapic.dfr = (value | 0x0fffffff) >>> 0;
        return;
      case REGISTER.svr:
        lapic.setSpurious(value);
        return;
      case REGISTER.esr:
        // What was noted becomes readable, and notes start afresh.
        lapic.esr = lapic.errors;
        lapic.errors = 0;
        return;
      case REGISTER.icrLow:
        lapic.icrLow = value & 0xccfff;
        lapic.send();
        return;
      case REGISTER.icrHigh:
        lapic.icrHigh = lapic.x2 ? value : (value & 0xff000000) >>> 0;
        return;
      case REGISTER.initial:
        lapic.timer.setInitial(value);
        return;
      case REGISTER.divide:
        lapic.timer.setDivide(value);
        return;
      default:
        if (!READ_ONLY.has(register)) lapic.error(ILLEGAL_REGISTER);
    }
  }
}
