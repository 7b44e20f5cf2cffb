/**
 * What the ISA table says of an instruction's mode, privilege and features, checked around its handler. What can be known when
 * it is bound (mode, feature) costs nothing later; CPL, IOPL, CR0.TS and CR4.OSFXSR are looked at each time.
 */
import type { Mode, Row } from "../isa/row.ts";
import { type Cpu, CR0, CR4, EFER } from "./cpu.ts";
import { GP, NM, raise, UD } from "./fault.ts";
import type { Handler, Op } from "./op.ts";
import { sensitiveCheck } from "./sensitive.ts";

/** Whether the mode and the processor's model have this instruction; if not it is #UD. */
export function exists(op: Op, cpu: Cpu): boolean {
  const { modes, feature } = op.row;
  if (modes !== undefined && !modes.includes(currentMode(cpu))) return false;
  return feature === undefined || cpu.model.features.has(feature);
}

/** The handler with its checks in front; `op.guarded` keeps the handler behind them. */
export function guarded(op: Op, cpu: Cpu, handler: Handler): Handler {
  const check = checkFor(op.row, currentMode(cpu), cpu);
  if (check === null) return handler;
  op.guarded = handler;
  return check;
}

function currentMode(cpu: Cpu): Mode {
  if (!cpu.protectedMode) return "real";
  if (cpu.v86) return "v86";
  if (cpu.wide) return "long";
  return cpu.longMode ? "compatibility" : "protected";
}

/** The row TOO_LONG (SDM Vol. 2, 2.3.11). */
export function tooLong(): void {
  raise(GP);
}

function checkFor(row: Row, mode: Mode, { model }: Cpu): Handler | null {
  const sensitive = model.trapsSensitive === true ? sensitiveCheck(row, mode) : null;
  if (sensitive !== null) return sensitive;
  if (row.mnemonic === "sysret") return checkSysret;
  if (row.cpl0) return mode === "real" ? null : checkCpl0;
  if (row.iopl === "iopl") return mode === "real" ? null : checkIopl;
  if (row.iopl === "vm") return mode === "v86" ? checkVmIopl : null;
  return FLOATING[row.faults?.find((fault) => fault in FLOATING) ?? ""] ?? null;
}

/** What does not exist, and the row UNDEFINED. */
export function undefinedOpcode(): void {
  raise(UD);
}

function checkCpl0(cpu: Cpu, op: Op): void {
  if (cpu.cpl !== 0) raise(GP);
  op.guarded(cpu, op);
}

/** #UD without EFER.SCE comes before privilege (SDM Vol. 2, SYSRET, Operation). */
function checkSysret(cpu: Cpu, op: Op): void {
  if ((cpu.efer & EFER.SCE) === 0) raise(UD);
  checkCpl0(cpu, op);
}

function iopl(cpu: Cpu): number {
  return (cpu.flags.eflags >> 12) & 3;
}

function checkIopl(cpu: Cpu, op: Op): void {
  if (cpu.cpl > iopl(cpu)) raise(GP);
  op.guarded(cpu, op);
}

function checkVmIopl(cpu: Cpu, op: Op): void {
  if (iopl(cpu) < 3) raise(GP);
  op.guarded(cpu, op);
}

function checkX87(cpu: Cpu, op: Op): void {
  if ((cpu.cr0 & (CR0.EM | CR0.TS)) !== 0) raise(NM);
  op.guarded(cpu, op);
}

function checkWait(cpu: Cpu, op: Op): void {
  if ((cpu.cr0 & (CR0.MP | CR0.TS)) === (CR0.MP | CR0.TS)) raise(NM);
  op.guarded(cpu, op);
}

function checkMmx(cpu: Cpu, op: Op): void {
  if ((cpu.cr0 & CR0.EM) !== 0) raise(UD);
  if ((cpu.cr0 & CR0.TS) !== 0) raise(NM);
  op.guarded(cpu, op);
}

function checkSse(cpu: Cpu, op: Op): void {
  if ((cpu.cr0 & CR0.EM) !== 0 || (cpu.cr4 & CR4.OSFXSR) === 0) raise(UD);
  if ((cpu.cr0 & CR0.TS) !== 0) raise(NM);
  op.guarded(cpu, op);
}

/** The ISA table's words for when a floating-point instruction is not available. */
const FLOATING: Readonly<Record<string, Handler>> = {
  "#NM if CR0.EM=1 or CR0.TS=1": checkX87,
  "#NM if CR0.MP=1 and CR0.TS=1": checkWait,
  "#UD if CR0.EM=1": checkMmx,
  "#UD if CR0.EM=1 or CR4.OSFXSR=0": checkSse,
};
