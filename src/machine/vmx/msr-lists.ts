/**
 * Lists of MSRs that a world switch stores and loads (SDM Vol. 3, 24.7.2, 24.8.2): 16 bytes each.
 *
 *     0  index     4  reserved     8  value
 */
import type { Gpa } from "../address.ts";
import type { Cpu } from "../cpu/cpu.ts";
import { FAULT } from "../cpu/fault.ts";
import { readMsr, writeMsr } from "../cpu/msr.ts";
import { FIELDS, type FieldName } from "./fields.ts";
import type { Vmcs } from "./vmcs.ts";

const TWO32 = 4294967296;
/** MSRs that a VM entry loads by fields of their own: FS and GS base; and those of the x2APIC (26.4). */
const FORBIDDEN = new Set([0xc0000100, 0xc0000101]);

const addressOf = (vmcs: Vmcs, name: FieldName) =>
  (vmcs.getHigh(FIELDS[name]) >>> 0) * TWO32 + (vmcs.get(FIELDS[name]) >>> 0);

/** False at the first one that cannot be loaded. */
export function loadMsrs(cpu: Cpu, vmcs: Vmcs, name: FieldName, countName: FieldName): boolean {
  return firstBadMsr(cpu, vmcs, name, countName) === 0;
}

/** Loads until one cannot be: its number from 1; 0 when all were. */
export function firstBadMsr(cpu: Cpu, vmcs: Vmcs, name: FieldName, countName: FieldName): number {
  const count = vmcs.get(FIELDS[countName]) >>> 0;
  const address = addressOf(vmcs, name);
  for (let n = 0; n < count; n++) {
    const at = address + 16 * n;
    const msr = read(cpu, at) >>> 0;
    if (FORBIDDEN.has(msr) || msr >>> 8 === 8 || read(cpu, at + 4) !== 0) return n + 1;
    try {
      writeMsr(cpu, msr, read(cpu, at + 8), read(cpu, at + 12));
    } catch (error) {
      if (error !== FAULT) throw error;
      return n + 1;
    }
  }
  return 0;
}

export function storeMsrs(cpu: Cpu, vmcs: Vmcs): void {
  const count = vmcs.get(FIELDS.exitMsrStoreCount) >>> 0;
  const address = addressOf(vmcs, "exitMsrStore");
  for (let n = 0; n < count; n++) {
    const at = address + 16 * n;
    const low = readOrAbort(cpu, read(cpu, at) >>> 0);
    const { high } = cpu;
    cpu.bus.write((at + 8) as Gpa, low, 4);
    cpu.bus.write((at + 12) as Gpa, high, 4);
  }
}

function readOrAbort(cpu: Cpu, msr: number): number {
  try {
    return readMsr(cpu, msr);
  } catch (error) {
    if (error !== FAULT) throw error;
    throw new Error(
      `VMX abort: the VM-exit MSR-store list names an MSR ${msr.toString(16)}h, which there is not`,
    );
  }
}

const read = (cpu: Cpu, at: number) => cpu.bus.read(at as Gpa, 4) | 0;
