/**
 * Does the instruction at which a case stopped violate a segment? A second, slow model of the checks that TCG does not make: it
 * looks the selectors up in the tables and computes with BigInt (SDM Vol. 3, 5.3, 5.5).
 */
import type { Instruction } from "../../src/machine/isa/index.ts";
import { type Case, ENTRY } from "./case.ts";
import { gdt, ldt } from "./descriptors.ts";
import { interruptedSp, interruptedSs, type Stop, stopOf } from "./frame.ts";
import type { Outcome } from "./outcome.ts";

const ES = 0;
const SS = 2;
const NO_REGISTER = 32;
const STACK_POINTER = 8;
const V86 = 0x20000;

interface Segment {
  readonly base: number;
  readonly limit: bigint;
  readonly big: boolean;
  readonly down: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly long: boolean;
}

const REAL: Segment = {
  base: 0,
  limit: 0xffffn,
  big: false,
  down: false,
  readable: true,
  writable: true,
  long: false,
};

function segment(selector: number): Segment | undefined {
  if ((selector & ~3) === 0) return undefined;
  const words = ((selector & 4) !== 0 ? ldt() : gdt(false)).flatMap(({ words: of }) => of);
  const index = (selector >> 3) * 2;
  const [low, high] = [words[index], words[index + 1]];
  if (low === undefined || high === undefined) return undefined;
  const raw = BigInt((low & 0xffff) | (high & 0xf0000));
  const code = (high & 0x800) !== 0;
  return {
    base: ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0,
    limit: (high & 0x800000) !== 0 ? (raw << 12n) | 0xfffn : raw,
    big: (high & 0x400000) !== 0,
    down: !code && (high & 0x400) !== 0,
    readable: !code || (high & 0x200) !== 0,
    writable: !code && (high & 0x200) !== 0,
    long: code && (high & 0x200000) !== 0,
  };
}

/** Execution stands past the limit of its code segment. */
export function isPastLimit({ entry }: Case, { ip, cs, flags }: Stop): boolean {
  const found = entry === ENTRY.real || (flags & V86) !== 0 ? REAL : segment(cs);
  return found !== undefined && BigInt(ip >>> 0) > found.limit;
}

/** A segment of 64 KiB at most. */
export const isSmall = (selector: number) => (segment(selector)?.limit ?? 0x10000n) <= 0xffffn;

/** Code with both L and D. */
export const isReserved = (selector: number) => {
  const found = segment(selector);
  return found?.long === true && found.big;
};

/** 0 when there is no such segment. */
export const baseOf = (selector: number) => segment(selector)?.base ?? 0;

/** A code segment that is not one of 64-bit mode. */
export const isCompatibility = (selector: number) => segment(selector)?.long === false;

/** Why the access is a violation, or undefined when none is found. */
export function violates(of: Case, outcome: Outcome, at: Instruction | undefined): string | undefined {
  if (of.bits === 64) return undefined;

  if (!at) return undefined;
  const { cs, flags } = stopOf(of, outcome);
  const real = of.entry === ENTRY.real || (flags & V86) !== 0;
  const ss = interruptedSs(of, outcome);
  const dataFromFrame = (flags & V86) !== 0;
  const selectors = dataFromFrame
    ? [of.es, of.cs, of.ss, of.ds, of.fs, of.gs]
    : [outcome.es, cs, ss, outcome.ds, outcome.fs, outcome.gs];
  for (const { index, offset, size } of accesses(at, outcome, interruptedSp(of, outcome))) {
    const found = real ? REAL : segment(selectors[index]!);
    if (!found) return "null selector";
    if (!found.readable || (!found.writable && mayWrite(at, index))) return "type";
    if (exceeds(found, offset, offset + BigInt(size) - 1n)) return "limit";
  }
  const stack = real ? REAL : segment(selectors[SS]!);
  for (const pointer of stackPointers(at, outcome, interruptedSp(of, outcome))) {
    if (!stack) return "null selector";
    const around = BigInt.asUintN(stack.big ? 32 : 16, pointer);
    if (exceeds(stack, around - REACH, around + REACH)) return "limit";
  }
  return undefined;
}

function exceeds({ limit, big, down }: Segment, first: bigint, last: bigint): boolean {
  const top = big ? 0xffffffffn : 0xffffn;
  return down ? first <= limit || last > top : (first < 0n && !big) || last > limit;
}

/** Which bytes a stack instruction touches is not computed: any so near to its pointers may be the violation. */
const REACH = 64n;

function stackPointers({ row }: Instruction, { registers }: Outcome, sp: number): bigint[] {
  if (!STACK.test(row.mnemonic)) return [];
  return /^(enter|leave)$/.test(row.mnemonic) ? [BigInt(sp), registers[5]!] : [BigInt(sp)];
}

/** Whether it writes is not asked precisely: a type violation needs a segment that is not writable in the first place. */
const mayWrite = ({ row }: Instruction, index: number) =>
  !/^(cmp|test|bt|mul|imul|div|idiv|push|jmp|call|lar|lsl|verr|verw|lods|outs|scas|cmps)$/.test(
    row.mnemonic,
  ) &&
  (index === ES || !/^(movs)$/.test(row.mnemonic));

interface Access {
  readonly index: number;
  readonly offset: bigint;
  readonly size: number;
}

const STRINGS = /^(movs|cmps|stos|lods|scas|ins|outs)$/;
const STACK = /^(push|pop|pusha|popa|pushf|popf|call|ret|retf|iret|enter|leave|int|into|int3|call far)$/;

function accesses(at: Instruction, { registers }: Outcome, sp: number): Access[] {
  const bits = BigInt(8 * at.addressSize);
  const cut = (value: bigint) => BigInt.asUintN(Number(bits), value);
  const found: Access[] = [];
  const name = at.row.mnemonic;
  const size =
    at.row.operands[0] === "Ms"
      ? 6
      : far(at)
        ? at.size + 2
        : name === "bound"
          ? 2 * at.size
          : Math.max(1, at.size);
  if (STRINGS.test(name)) {
    if (/^(movs|cmps|lods|outs)$/.test(name)) found.push({ index: at.seg, offset: cut(registers[6]!), size });
    if (!/^(lods|outs)$/.test(name)) found.push({ index: ES, offset: cut(registers[7]!), size });
    return found;
  }
  if (at.modrm >= 0 && at.rm < 0) {
    const value = (register: number) =>
      register === NO_REGISTER ? 0n : register === STACK_POINTER ? BigInt(sp) : registers[register >> 1]!;
    let offset = value(at.base) + (value(at.index) << BigInt(at.scale)) + BigInt(at.disp);
    if (/^bt[src]?$/.test(name) && at.row.operands[1] === "Gv")
      offset +=
        (BigInt.asIntN(8 * at.size, registers[at.reg]!) >> BigInt(at.size === 2 ? 4 : 5)) * BigInt(at.size);
    found.push({ index: at.seg, offset: cut(offset), size });
  } else if (at.row.operands.some((operand) => operand.startsWith("O")))
    found.push({ index: at.seg, offset: cut(BigInt(at.disp)), size });
  if (name === "xlatb")
    found.push({ index: at.seg, offset: cut(registers[3]! + (registers[0]! & 0xffn)), size: 1 });
  return found;
}

const far = ({ row }: Instruction) => row.operands.some((operand) => operand === "Mp");
