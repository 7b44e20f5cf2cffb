/**
 * Checks on guest segment registers at VM entry (SDM Vol. 3, 26.3.1.2). Access rights:
 *
 *     16 unusable   15 G   14 D/B   13 L   12 AVL   7 P   6:5 DPL   4 S   3:0 type
 */
import { CR0, LDTR, TR } from "../cpu/cpu.ts";
import { VM } from "../cpu/flags.ts";
import { canonical } from "../cpu/long-stack.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/instruction.ts";
import { ENTRY_CONTROL, isUnrestricted, UNUSABLE } from "./controls.ts";
import { FIELDS } from "./fields.ts";
import { GUEST_SEGMENTS, type SegmentFields } from "./segment-fields.ts";
import type { Vmcs } from "./vmcs.ts";

const TYPE = 0x0f;
const S = 0x10;
const P = 0x80;
const RESERVED = 0xfffe0f00 | 0;
const L = 1 << 13;
const BIG = 1 << 14;
const G = 1 << 15;
const READABLE = 2;
const CODE = 8;
const DPL = 0x60;
/** Writable data, accessed. */
const DATA = 3;
const V86_RIGHTS = 0xf3;
const LDT = 2;
const BUSY_TSS16 = 3;
const BUSY_TSS = 11;
const RPL = 3;
const TI = 4;

/** The rule that is broken, in words; null when all hold. */
export function checkSegments(vmcs: Vmcs): string | null {
  const v86 = (vmcs.get(FIELDS.guestRflags) & VM) !== 0;
  for (const fields of GUEST_SEGMENTS) {
    const { register, name } = fields;
    const broken =
      register === TR
        ? checkTask(vmcs, fields)
        : register === LDTR
          ? checkLdt(vmcs, fields)
          : v86
            ? checkV86(vmcs, fields)
            : checkOrdinary(vmcs, fields);
    if (broken !== null) return `guest ${name}: ${broken}`;
  }
  return null;
}

function checkTask(vmcs: Vmcs, fields: SegmentFields): string | null {
  const rights = vmcs.low[fields.access] as number;
  const long = (vmcs.get(FIELDS.entryControls) & ENTRY_CONTROL.guest64) !== 0;
  const type = rights & TYPE;
  if (((vmcs.low[fields.selector] as number) & TI) !== 0) return "TI";
  if (!canonical(vmcs.high[fields.base] as number)) return "base is not canonical";
  if (type !== BUSY_TSS && (long || type !== BUSY_TSS16)) return "type";
  return checkSystem(vmcs, fields, rights) ?? ((rights & UNUSABLE) !== 0 ? "unusable" : null);
}

function checkLdt(vmcs: Vmcs, fields: SegmentFields): string | null {
  const rights = vmcs.low[fields.access] as number;
  if ((rights & UNUSABLE) !== 0) return null;
  if (((vmcs.low[fields.selector] as number) & TI) !== 0) return "TI";
  if (!canonical(vmcs.high[fields.base] as number)) return "base is not canonical";
  if ((rights & TYPE) !== LDT) return "type";
  return checkSystem(vmcs, fields, rights);
}

function checkSystem(vmcs: Vmcs, fields: SegmentFields, rights: number): string | null {
  if ((rights & S) !== 0) return "S";
  if ((rights & P) === 0) return "not present";
  if ((rights & RESERVED) !== 0) return "access rights: a reserved bit";
  return checkGranularity(vmcs.low[fields.limit] as number, rights);
}

function checkGranularity(limit: number, rights: number): string | null {
  const granular = (rights & G) !== 0;
  if ((limit & 0xfff) !== 0xfff && granular) return "G, and the limit's low bits are not all 1";
  return (limit & 0xfff00000) !== 0 && !granular ? "a limit beyond 1 MiB without G" : null;
}

function checkV86(vmcs: Vmcs, { selector, base, limit, access }: SegmentFields): string | null {
  if (vmcs.low[base] !== (vmcs.low[selector] as number) << 4 || vmcs.high[base] !== 0)
    return "base is not the selector's in virtual-8086 mode";
  if (vmcs.low[limit] !== 0xffff) return "limit in virtual-8086 mode";
  return vmcs.low[access] === V86_RIGHTS ? null : "access rights in virtual-8086 mode";
}

function checkOrdinary(vmcs: Vmcs, fields: SegmentFields): string | null {
  const { register } = fields;
  const rights = vmcs.low[fields.access] as number;
  const usable = (rights & UNUSABLE) === 0;
  const baseHigh = vmcs.high[fields.base] as number;
  const unrestricted = isUnrestricted(vmcs);
  if (register === SS && !unrestricted && ((selectorOf(vmcs, SS) ^ selectorOf(vmcs, CS)) & RPL) !== 0)
    return "RPL is not that of CS";
  if (register === FS || register === GS) {
    if (!canonical(baseHigh)) return "base is not canonical";
  } else if ((register === CS || usable) && baseHigh !== 0) return "base above 4 GiB";
  if (register !== CS && !usable) return register === SS ? checkStackDpl(vmcs, rights) : null;
  const rule = checkType(register, rights, unrestricted) ?? checkDpl(vmcs, register, rights, unrestricted);
  if (rule !== null) return rule;
  if ((rights & P) === 0) return "not present";
  if ((rights & RESERVED) !== 0) return "access rights: a reserved bit";
  const long = (vmcs.get(FIELDS.entryControls) & ENTRY_CONTROL.guest64) !== 0;
  if (register === CS && long && (rights & (L | BIG)) === (L | BIG)) return "L and D";
  return checkGranularity(vmcs.low[fields.limit] as number, rights);
}

/** `unrestricted`: CS may hold data, as real mode's does (26.3.1.2). */
function checkType(register: number, rights: number, unrestricted: boolean): string | null {
  const type = rights & TYPE;
  if ((rights & S) === 0) return "S";
  if (register === CS && unrestricted && type === DATA) return null;
  if (register === CS) return (type & (CODE | 1)) === (CODE | 1) ? null : "type";
  if (register === SS) return type === 3 || type === 7 ? null : "type";
  return (type & 1) !== 0 && ((type & CODE) === 0 || (type & READABLE) !== 0) ? null : "type";
}

function checkDpl(vmcs: Vmcs, register: number, rights: number, unrestricted: boolean): string | null {
  const dpl = (rights >> 5) & 3;
  const stackDpl = (rightsOf(vmcs, SS) >> 5) & 3;
  if (register === CS) {
    if ((rights & TYPE) === DATA) return dpl === 0 ? null : "DPL";
    const conforming = (rights & 4) !== 0;
    return (conforming ? dpl <= stackDpl : dpl === stackDpl) ? null : "DPL";
  }
  if (register === SS) return checkStackDpl(vmcs, rights);
  if (unrestricted) return null;
  const nonconforming = (rights & TYPE) < 12;
  return nonconforming && dpl < (selectorOf(vmcs, register) & RPL) ? "DPL" : null;
}

/** SS.DPL is the CPL, usable or not; where there are no rings, 0. */
function checkStackDpl(vmcs: Vmcs, rights: number): string | null {
  const ringless = (rightsOf(vmcs, CS) & TYPE) === DATA || (vmcs.get(FIELDS.guestCr0) & CR0.PE) === 0;
  if (ringless && (rights & DPL) !== 0) return "DPL";
  if (isUnrestricted(vmcs)) return null;
  return ((rights >> 5) & 3) === (selectorOf(vmcs, SS) & RPL) ? null : "DPL";
}

const selectorOf = (vmcs: Vmcs, register: number) => vmcs.low[fieldsOf(register).selector] as number;
const rightsOf = (vmcs: Vmcs, register: number) => vmcs.low[fieldsOf(register).access] as number;
const fieldsOf = (register: number) => GUEST_SEGMENTS[register] as SegmentFields;

// The list is in the order of the registers' numbers.
if (
  [ES, CS, SS, DS, FS, GS, LDTR, TR].some((register, at) => register !== at || fieldsOf(at).register !== at)
)
  throw new Error("invariant: segment registers are numbered otherwise");
