/** The descriptors that cases meet: every type that means something, and some that mean nothing (SDM Vol. 3, 3.4.5 and 3.5). */
import {
  DATA0,
  DOUBLE_TSS,
  LANDING,
  LDT,
  LDT_LIMIT,
  OTHER_TSS,
  SMALL,
  SMALL_TSS,
  STUBS32,
  TSS,
  TSS_LIMIT,
} from "./layout.ts";

/** Flags of bits 52 … 55. */
const G = 8;
const B = 4;
const L = 2;

const PRESENT = 0x80;
const dpl = (ring: number) => ring << 5;
const DATA = 0x12;
const READ_ONLY = 0x10;
const DOWN = 0x16;
// Code is accessed from the start: QEMU does not set the bit when a gate or IRET loads CS.
const CODE = 0x1b;
const EXECUTE_ONLY = 0x19;
const CONFORMING = 0x1f;

export type Descriptor = { readonly name: string; readonly words: readonly number[] };

/** A segment or system descriptor as two dwords; four in 64-bit mode, where system descriptors have 16 bytes. */
function segment(name: string, base: number, limit: number, access: number, flags = 0): Descriptor {
  return {
    name,
    words: [
      ((base << 16) | (limit & 0xffff)) >>> 0,
      ((base & 0xff000000) |
        (flags << 20) |
        (limit & 0xf0000) |
        ((access | 0) << 8) |
        ((base >>> 16) & 0xff)) >>>
        0,
    ],
  };
}

const flat = (name: string, access: number, flags = 0) =>
  segment(name, 0, 0xfffff, PRESENT | access, G | (flags || B));

function system(name: string, base: number, limit: number, access: number, long: boolean): Descriptor {
  const words = segment(name, base, limit, access).words;
  return { name, words: long ? [...words, 0, 0] : [...words, 0x77665544, 0x00005544] };
}

/** Type: 5 task, 4/6/7 16-bit and 0xc/0xe/0xf 32- or 64-bit call, interrupt, trap gate. */
export function gate(
  name: string,
  type: number,
  selector: number,
  offset: number,
  ring: number,
  long: boolean,
  detail = 0,
): Descriptor {
  const words = [
    ((selector << 16) | (offset & 0xffff)) >>> 0,
    ((offset & 0xffff0000) | PRESENT_SHIFTED | (ring << 13) | (type << 8) | detail) >>> 0,
  ];
  return { name, words: long ? [...words, 0, 0] : words };
}
const PRESENT_SHIFTED = 0x8000;

const empty = (name: string): Descriptor => ({ name, words: [0, 0] });

/** The GDT in order of its selectors; the first nine belong to the supervisor. */
export function gdt(long: boolean): readonly Descriptor[] {
  const pair = (name: string, base: number, limit: number, access: number) =>
    system(name, base, limit, access, long);
  const long16 = (d: Descriptor): Descriptor =>
    d.words.length === 4 ? d : { name: d.name, words: [...d.words, 0x12345678, 0x00009abc] };
  return [
    empty("null"),
    flat("kernel code", CODE),
    flat("kernel data", DATA),
    flat("kernel code64", CODE, L),
    segment("to real code", SMALL, 0xffff, PRESENT | CODE),
    segment("to real data", 0, 0xffff, PRESENT | DATA),
    long
      ? pair("task", TSS, TSS_LIMIT, PRESENT | 9)
      : {
          name: "task",
          words: [...segment("", TSS, TSS_LIMIT, PRESENT | 9).words, 0, 0],
        },
    segment("#DF task", DOUBLE_TSS, 0x67, PRESENT | 9),
    flat("user code", CODE | dpl(3)),
    flat("user data", DATA | dpl(3)),
    flat("user code64", CODE | dpl(3), L),
    segment("code16", DATA0, 0xffff, PRESENT | CODE),
    segment("user code16", DATA0, 0xffff, PRESENT | CODE | dpl(3)),
    segment("data16", DATA0, 0xffff, PRESENT | DATA),
    segment("user data16", DATA0, 0xffff, PRESENT | DATA | dpl(3)),
    flat("conforming", CONFORMING),
    flat("user conforming", CONFORMING | dpl(3)),
    flat("execute-only", EXECUTE_ONLY),
    flat("user read-only", READ_ONLY | dpl(3)),
    segment("user expand-down", 0, 0x1f, PRESENT | DOWN | dpl(3), G | B),
    segment("expand-down16", DATA0, 0x0fff, PRESENT | DOWN),
    segment("user data absent", 0, 0xfffff, DATA | dpl(3), G | B),
    segment("user code absent", 0, 0xfffff, CODE | dpl(3), G | B),
    segment("user data at the window", DATA0, 0xfffff, PRESENT | DATA | dpl(3), G | B),
    segment("user data that wraps", 0xffff0000, 0xfffff, PRESENT | DATA | dpl(3), G | B),
    segment("user data of a page", DATA0, 0xfff, PRESENT | DATA | dpl(3), B),
    flat("data ring 1", DATA | dpl(1)),
    flat("code ring 1", CODE | dpl(1)),
    flat("data ring 2", DATA | dpl(2)),
    flat("code ring 2", CODE | dpl(2)),
    flat("user execute-only", EXECUTE_ONLY | dpl(3)),
    segment("user code absent 64", 0, 0xfffff, CODE | dpl(3), G | L),
    pair("LDT", LDT, LDT_LIMIT, PRESENT | 2),
    pair("LDT absent", LDT, LDT_LIMIT, 2),
    pair("other task", OTHER_TSS, 0x67, PRESENT | 9 | dpl(3)),
    pair("busy task", OTHER_TSS, 0x67, PRESENT | 0xb | dpl(3)),
    pair("task16", SMALL_TSS, 0x2b, PRESENT | (long ? 9 : 1)),
    pair("task too short", OTHER_TSS, 0x20, PRESENT | 9),
    pair("task absent", OTHER_TSS, 0x67, 9),
    long16(gate("call inner", 0xc, long ? KERNEL64 : KERNEL, LANDING, 3, long)),
    long16(gate("call inner, 3 parameters", 0xc, long ? KERNEL64 : KERNEL, LANDING, 3, long, 3)),
    long16(gate("call same", 0xc, long ? USER64 : USER, LANDING, 3, long)),
    long16(gate("call conforming", 0xc, long ? KERNEL64 : CONFORMING_CODE, LANDING, 3, long)),
    long16(gate("call ring 0", 0xc, long ? KERNEL64 : KERNEL, LANDING, 0, long)),
    long16(gate("call16", 4, long ? KERNEL64 : CODE16, LANDING & 0xffff, 3, long)),
    long16(gate("call null", 0xc, 0, LANDING, 3, long)),
    long16(gate("call data", 0xc, 0x10, LANDING, 3, long)),
    long16(absent(gate("call absent", 0xc, long ? KERNEL64 : KERNEL, LANDING, 3, long))),
    long16(gate("task gate", 5, OTHER_TASK, 0, 3, long)),
    long16(gate("interrupt gate", 0xe, KERNEL, LANDING, 3, long)),
    pair("type 0", DATA0, 0xffff, PRESENT | dpl(3)),
    pair("type 8", DATA0, 0xffff, PRESENT | 8 | dpl(3)),
    pair("type 13", DATA0, 0xffff, PRESENT | 13 | dpl(3)),
    flat("code64 with D", CODE, L | B),
    flat("code64 conforming", CONFORMING, L),
    flat("code64 user conforming", CONFORMING | dpl(3), L),
    segment("stubs", STUBS32, 0xffff, PRESENT | CODE, B),
  ];
}

const KERNEL = 0x08;
const KERNEL64 = 0x18;
const USER = 0x4b;
const USER64 = 0x5b;
const CODE16 = 0x60;
const CONFORMING_CODE = 0x80;
/** Of "other task". */
export const OTHER_TASK = 0x128;

function absent(of: Descriptor): Descriptor {
  return {
    name: of.name,
    words: of.words.map((word, i) => (i === 1 ? (word & ~PRESENT_SHIFTED) >>> 0 : word)),
  };
}

/** The LDT: a smaller choice of the same. */
export function ldt(): readonly Descriptor[] {
  return [
    flat("local user data", DATA | dpl(3)),
    flat("local user code", CODE | dpl(3)),
    flat("local user code64", CODE | dpl(3), L),
    flat("local data", DATA),
    flat("local code", CODE),
    segment("local code16", DATA0, 0xffff, PRESENT | CODE | dpl(3)),
    segment("local data16", DATA0, 0xffff, PRESENT | DATA | dpl(3)),
    flat("local conforming", CONFORMING),
    segment("local absent", 0, 0xfffff, DATA | dpl(3), G | B),
    flat("local data ring 1", DATA | dpl(1)),
    flat("local read-only", READ_ONLY | dpl(3)),
    segment("local LDT", LDT, LDT_LIMIT, PRESENT | 2),
  ];
}

/** Selector (RPL 0, TI as given) → name, as laid out by `place`. */
export function selectors(descriptors: readonly Descriptor[], table = 0): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let at = 0;
  for (const { name, words } of descriptors) {
    found.set(name, at | table);
    at += words.length * 4;
  }
  return found;
}

/** Selector without RPL → base of the segment. */
export function bases(descriptors: readonly Descriptor[], table = 0): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let at = 0;
  for (const { words } of descriptors) {
    const [low, high] = words as [number, number];
    found.set(at | table, ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0);
    at += words.length * 4;
  }
  return found;
}
