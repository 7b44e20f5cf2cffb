/** The processor after power-up or RESET (SDM Vol. 3, 9.1.1 and table 9-1). */
import { CS } from "../isa/instruction.ts";
import { type Cpu, LDTR, TR } from "./cpu.ts";
import { cpuid } from "./cpuid.ts";
import { refreshWatch } from "./debug.ts";
import { MISC_ENABLE, PAT } from "./msr-slots.ts";
import { EDX } from "./registers.ts";
import { setSegment, updateMode } from "./segments.ts";
import { MXCSR_INITIAL } from "./simd/registers.ts";

/** Present, writable data and readable code, both accessed. */
const DATA = 0x9300;
const CODE = 0x9b00;
const LDT = 0x8200;
const BUSY_TSS = 0x8b00;
/** WB, WT, UC−, UC, twice (SDM Vol. 3, 11.12.4). */
const PAT_RESET = 0x00070406;
const FAST_STRINGS = 1;

export function resetCpu(cpu: Cpu): void {
  cpu.registers.r32.fill(0);
  // Family, model and stepping.
  cpu.r32[EDX] = cpuid(cpu, 1, 0)[0];
  cpu.cpl = 0;
  cpu.ip = 0xfff0;
  cpu.ipHigh = 0;
  cpu.flags.value = 2;
  cpu.cr0 = 0x60000010;
  cpu.cr2 = 0 as Cpu["cr2"];
  cpu.cr2High = cpu.cr3 = cpu.cr3High = cpu.cr4 = cpu.efer = 0;
  cpu.msr.fill(0);
  cpu.msr[PAT] = PAT_RESET;
  cpu.msr[PAT + 1] = PAT_RESET;
  cpu.msr[MISC_ENABLE] = FAST_STRINGS;
  cpu.tscOffset = 0;
  cpu.dr.fill(0);
  cpu.drHigh.fill(0);
  cpu.dr[6] = 0xffff0ff0;
  cpu.dr[7] = 0x400;
  refreshWatch(cpu);
  for (const table of [cpu.gdtr, cpu.idtr]) Object.assign(table, { base: 0, baseHigh: 0, limit: 0xffff });
  for (let segment = 0; segment < 6; segment++)
    setSegment(cpu, segment, 0, 0, 0xffff, segment === CS ? CODE : DATA);
  // The hidden base of CS is not its selector's: the first instruction is at FFFFFFF0.
  setSegment(cpu, CS, 0xf000, 0xffff0000 | 0, 0xffff, CODE);
  setSegment(cpu, LDTR, 0, 0, 0xffff, LDT);
  setSegment(cpu, TR, 0, 0, 0xffff, BUSY_TSS);
  cpu.fpu.init();
  cpu.sse.xmm.i32.fill(0);
  cpu.sse.mxcsr = MXCSR_INITIAL;
  cpu.stackMask = 0xffff;
  cpu.halted = cpu.shadow = cpu.debugShadow = cpu.skipsStep = cpu.nmiBlocked = cpu.nmiPending = false;
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  updateMode(cpu);
  cpu.window.size = 0;
}
