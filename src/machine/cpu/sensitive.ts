/**
 * "Virtualizable x86": what no real processor before VT-x did, so that a laboratory can show what it would have taken (Popek and
 * Goldberg 1974, Theorem 1). With CpuModel.trapsSensitive the sensitive instructions that are not privileged raise #GP(0) below
 * ring 0. Which those are is the ISA table's word (Row.sensitive); Robin and Irvine 2000 find the same ones.
 */
import type { Mode, Row } from "../isa/row.ts";
import type { Cpu } from "./cpu.ts";
import { GP, raise } from "./fault.ts";
import type { Handler, Op } from "./op.ts";

/** They tell or lose something in every ring: SGDT SIDT SLDT STR SMSW, PUSHF POPF, LAR LSL VERR VERW. */
const OUTSIDE_RING_0 = new Set(["GDTR", "IDTR", "LDTR", "TR", "CR0", "IF, IOPL", "CPL, descriptors"]);

/**
 * They show CPL or depend on it, in selectors and gates: only where a ring is not what it believes to be, a kernel moved to ring 1
 * or 2. A program in ring 3 is in ring 3.
 */
const IN_MOVED_RINGS = new Set(["RPL and CPL in selectors", "segment registers", "CPL, CS", "IDT, CPL, IF"]);

/** What stands in front of an instruction on such a processor; null where it is as on any other. */
export function sensitiveCheck({ sensitive, cpl0 }: Row, mode: Mode): Handler | null {
  if (sensitive === undefined || cpl0 || mode === "real") return null;
  if (OUTSIDE_RING_0.has(sensitive)) return trapOutside;
  // In virtual-8086 mode selectors are no selectors, and INT n and IRET obey IOPL.
  return mode !== "v86" && IN_MOVED_RINGS.has(sensitive) ? trapInMovedRings : null;
}

function trapOutside(cpu: Cpu, op: Op): void {
  if (cpu.cpl !== 0) raise(GP);
  op.guarded(cpu, op);
}

function trapInMovedRings(cpu: Cpu, op: Op): void {
  if (cpu.cpl === 1 || cpu.cpl === 2) raise(GP);
  op.guarded(cpu, op);
}
