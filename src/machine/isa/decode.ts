/**
 * Bytes to one Instruction (SDM Vol. 2, chapter 2 and Appendix A). Decoding never fails: what is not an instruction has the row
 * UNDEFINED or TOO_LONG. Whether the CPU's mode and privilege allow the instruction is for the CPU to say, from the row.
 */

import * as form from "./form.ts";
import { DS, FS, GS, type Instruction, NONE, RIP, SS } from "./instruction.ts";
import { cell, MAPS } from "./map.ts";
import { TOO_LONG, UNDEFINED } from "./table/index.ts";

const LONGEST = 15;
const OVERFLOW = new Error("more than 15 bytes");

let source: () => number;
let count = 0;

/**
 * Decodes the instruction whose bytes `next` gives (0 … 255 each, called once a byte, at most 15 times). What `next` throws (a page fault on fetch) passes
 * through, and `into` is then worth nothing.
 */
export function decode(next: () => number, bits: 16 | 32 | 64, into: Instruction): void {
  source = next;
  count = 0;
  try {
    read(bits, into);
  } catch (error) {
    if (error !== OVERFLOW) throw error;
    into.row = TOO_LONG;
  }
  into.length = count;
}

function byte(): number {
  if (count === LONGEST) throw OVERFLOW;
  const value = source();
  count++;
  return value;
}

const word = () => byte() | (byte() << 8);
const dword = () => byte() | (byte() << 8) | (byte() << 16) | (byte() << 24);
const signedByte = () => (byte() << 24) >> 24;
const signedWord = () => (word() << 16) >> 16;

function read(bits: 16 | 32 | 64, into: Instruction): void {
  const wide = bits === 64;
  let opcode = 0;
  let rex = 0;
  let rep = 0;
  let segment = -1;
  let operand66 = false;
  let address67 = false;
  let lock = false;
  prefixes: for (;;) {
    opcode = byte();
    switch (opcode) {
      case 0x26:
      case 0x2e:
      case 0x36:
      case 0x3e:
        if (!wide) segment = (opcode >> 3) & 3;
        break;
      case 0x64:
      case 0x65:
        segment = opcode === 0x64 ? FS : GS;
        break;
      case 0x66:
        operand66 = true;
        break;
      case 0x67:
        address67 = true;
        break;
      case 0xf0:
        lock = true;
        break;
      case 0xf2:
      case 0xf3:
        rep = opcode;
        break;
      default:
        if (!wide || (opcode & 0xf0) !== 0x40) break prefixes;
        rex = opcode;
        continue;
    }
    // REX counts only immediately before the opcode.
    rex = 0;
  }

  into.bits = bits;
  into.rex = rex;
  into.lock = lock;
  into.rep = rep;
  into.addressSize = wide ? (address67 ? 4 : 8) : (bits === 32) !== address67 ? 4 : 2;
  into.modrm = -1;
  into.reg = 0;
  into.rm = -1;
  into.base = NONE;
  into.index = NONE;
  into.scale = 0;
  into.disp = 0;
  into.dispHigh = 0;
  into.imm = 0;
  into.immHigh = 0;
  into.imm2 = 0;
  into.seg = DS;

  let table = 0;
  if (opcode === 0x0f) {
    opcode = byte();
    table = opcode === 0x38 ? 2 : opcode === 0x3a ? 3 : 1;
    if (table > 1) opcode = byte();
  }
  const chosen = choose(table, opcode, rep === 0 ? (operand66 ? 1 : 0) : rep === 0xf3 ? 2 : 3, wide, into);
  if (chosen === undefined) {
    into.row = UNDEFINED;
    into.size = 4;
    return;
  }
  into.row = chosen.row;
  into.size = operandSize(chosen, bits, rex, operand66);
  if (chosen.plusR) into.rm = (opcode & 7) | ((rex & 1) << 3);
  else if (into.modrm >= 0) modrm(chosen, into);
  into.dispHigh = into.disp >> 31;
  if (segment >= 0) into.seg = segment;
  immediate(chosen.immediate, into);
  if ((lock && (chosen.row.lock === undefined || into.rm >= 0)) || !isSpecial(chosen.special, into))
    into.row = UNDEFINED;
}

function choose(
  table: number,
  opcode: number,
  prefix: number,
  wide: boolean,
  into: Instruction,
): form.Form | undefined {
  // With REX.B, 90 names R8 and is the exchange it looks like; 91 stands for it. F3 90 is PAUSE all the same.
  const byteInMap =
    opcode === 0x90 && table === 0 && (into.rex & 1) !== 0 && into.rep !== 0xf3 ? 0x91 : opcode;
  const slot = MAPS[wide ? 1 : 0]![table]![byteInMap];
  if (slot === undefined) return undefined;
  if (slot.modrm) into.modrm = byte();
  const narrow = slot.forms[cell(slot, prefix, into.modrm)];
  return narrow?.wide !== undefined && (into.rex & 8) !== 0 ? narrow.wide : narrow;
}

function operandSize(chosen: form.Form, bits: number, rex: number, operand66: boolean): number {
  if (chosen.size > 0) return chosen.size;
  if (bits === 64) {
    if (chosen.default64 === 2) return 8;
    if ((rex & 8) !== 0) return chosen.size === form.SIZE_Z ? 4 : 8;
    if (chosen.size === form.SIZE_Y) return 4;
    if (operand66) return 2;
    return chosen.default64 === 1 ? 8 : 4;
  }
  if (chosen.size === form.SIZE_Y) return 4;
  return (bits === 32) !== operand66 ? 4 : 2;
}

function modrm(chosen: form.Form, into: Instruction): void {
  const value = into.modrm;
  into.reg = ((value >> 3) & 7) | ((into.rex & 4) << 1);
  if (value >= 0xc0 || chosen.special >= form.CONTROL) into.rm = (value & 7) | ((into.rex & 1) << 3);
  else if (into.addressSize === 2) memory16(value, into);
  else memory32(value, into);
}

/** BX+SI, BX+DI, BP+SI, BP+DI, SI, DI, BP, BX as r32 indices. */
const BASE16 = [6, 6, 10, 10, 12, 14, 10, 6];
const INDEX16 = [12, 14, 12, 14, NONE, NONE, NONE, NONE];

function memory16(value: number, into: Instruction): void {
  const mod = value >> 6;
  const rm = value & 7;
  if (mod === 0 && rm === 6) {
    into.disp = word();
    return;
  }
  into.base = BASE16[rm]!;
  into.index = INDEX16[rm]!;
  if (into.base === 10) into.seg = SS;
  if (mod === 1) into.disp = signedByte();
  else if (mod === 2) into.disp = signedWord();
}

const ESP = 4;
const EBP = 5;

function memory32(value: number, into: Instruction): void {
  const mod = value >> 6;
  let base = value & 7;
  if (base === ESP) {
    const sib = byte();
    const index = ((sib >> 3) & 7) | ((into.rex & 2) << 2);
    base = sib & 7;
    into.scale = sib >> 6;
    if (index !== ESP) into.index = 2 * index;
    else into.scale = 0;
    if (mod === 0 && base === EBP) {
      into.disp = dword();
      return;
    }
  } else if (mod === 0 && base === EBP) {
    if (into.bits === 64) into.base = RIP;
    into.disp = dword();
    return;
  }
  base |= (into.rex & 1) << 3;
  if (base === ESP || base === EBP) into.seg = SS;
  into.base = 2 * base;
  if (mod === 1) into.disp = signedByte();
  else if (mod === 2) into.disp = dword();
}

function immediate(kind: number, into: Instruction): void {
  switch (kind) {
    case form.NO_IMMEDIATE:
      return;
    case form.BYTE:
      into.imm = signedByte();
      break;
    case form.WORD:
      into.imm = word();
      return;
    case form.WORD_OR_DWORD:
      into.imm = into.size === 2 ? signedWord() : dword();
      break;
    case form.FULL:
      into.imm = into.size === 2 ? signedWord() : dword();
      if (into.size === 8) {
        into.immHigh = dword();
        return;
      }
      break;
    case form.WORD_AND_BYTE:
      into.imm = word();
      into.imm2 = byte();
      return;
    case form.FAR_POINTER:
      into.imm = into.size === 2 ? word() : dword();
      into.imm2 = word();
      return;
    case form.OFFSET:
      into.disp = into.addressSize === 2 ? word() : dword();
      if (into.addressSize === 8) into.dispHigh = dword();
      return;
  }
  into.immHigh = into.imm >> 31;
}

/** Segment, control and debug registers that exist; REX.R does not count for segment registers. */
function isSpecial(special: number, into: Instruction): boolean {
  switch (special) {
    case 0:
      return true;
    case form.SEGMENT:
    case form.SEGMENT_TARGET:
      into.reg &= 7;
      return into.reg < 6 && !(special === form.SEGMENT_TARGET && into.reg === 1);
    case form.CONTROL:
      return into.reg === 0 || (into.reg >= 2 && into.reg <= 4) || into.reg === 8;
    default:
      return into.reg < 8;
  }
}
