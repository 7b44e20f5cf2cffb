/** The processor in a snapshot. What follows from its registers is computed again. */
import { loadFields, saveFields } from "../fields.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Cpu } from "./cpu.ts";
import { refreshWatch } from "./debug.ts";
import { updateMode } from "./segments.ts";

const NUMBERS =
  "ip ipHigh cr0 cr2 cr2High cr3 cr3High cr4 efer cpl stackMask halted shadow debugShadow skipsStep debugHits nmiBlocked nmiPending retired tscOffset";
const FLAGS = "fr fc lazy high eflags";
const FPU = "empty control status opcode ip ipHigh cs dp dpHigh ds";
const SSE = "mxcsr";
const TABLE = "base baseHigh limit";

export function saveCpu(cpu: Cpu, out: StateWriter): void {
  out.section("cpu");
  saveFields(out, cpu, NUMBERS);
  saveFields(out, cpu.flags, FLAGS);
  saveFields(out, cpu.fpu, FPU);
  saveFields(out, cpu.sse, SSE);
  for (const table of [cpu.gdtr, cpu.idtr]) saveFields(out, table, TABLE);
  for (const registers of arrays(cpu)) out.array(registers);
}

/** The memory has been loaded already. */
export function loadCpu(cpu: Cpu, from: StateReader): void {
  from.section("cpu");
  loadFields(from, cpu, NUMBERS);
  loadFields(from, cpu.flags, FLAGS);
  loadFields(from, cpu.fpu, FPU);
  loadFields(from, cpu.sse, SSE);
  for (const table of [cpu.gdtr, cpu.idtr]) loadFields(from, table, TABLE);
  for (const registers of arrays(cpu)) from.array(registers);
  updateMode(cpu);
  refreshWatch(cpu);
  cpu.stop = null;
}

function arrays(cpu: Cpu): ArrayBufferView[] {
  const { selector, base, baseHigh, limit, access } = cpu.segments;
  const { values, significands, exponents, exact } = cpu.fpu;
  return [
    ...[cpu.r32, selector, base, baseHigh, limit, access, cpu.dr, cpu.drHigh, cpu.msr],
    ...[values, significands, exponents, exact, cpu.sse.xmm.i32],
  ];
}
