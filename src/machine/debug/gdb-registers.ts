/**
 * The registers as GDB numbers them (GDB manual, G.5.7 "i386 Features": org.gnu.gdb.i386.core), and the description of the target
 * that says so. GDB asks once for it, so a connection keeps the width that it began with: of wider code it sees the low halves.
 */
import type { Cpu } from "../cpu/cpu.ts";
import { PARTS } from "../cpu/fpu/extended.ts";
import { readRegisters } from "./registers.ts";

const GENERAL_32 = "eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs".split(" ");
const GENERAL_64 =
  "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags cs ss ds es fs gs".split(" ");
const FPU_CONTROL = "fctrl fstat ftag fiseg fioff foseg fooff fop".split(" ");
const FPU_STACK = 8;

export interface GdbRegister {
  readonly name: string;
  readonly bits: 32 | 64 | 80;
}

const stack = Array.from({ length: FPU_STACK }, (_, n): GdbRegister => ({ name: `st${n}`, bits: 80 }));
const control = FPU_CONTROL.map((name): GdbRegister => ({ name, bits: 32 }));

/** In the order of their numbers. */
export function gdbRegisters(wide: boolean): readonly GdbRegister[] {
  const general = (wide ? GENERAL_64 : GENERAL_32).map(
    (name): GdbRegister => ({ name, bits: wide && name.startsWith("r") ? 64 : 32 }),
  );
  return [...general, ...stack, ...control];
}

const TYPES: Record<string, string> = {
  ...{ eip: "code_ptr", rip: "code_ptr", esp: "data_ptr", rsp: "data_ptr", ebp: "data_ptr", rbp: "data_ptr" },
};

/**
 * target.xml. Of 16- and 32-bit code it leaves the architecture open, which is i386 then, and "set architecture i8086" has GDB
 * disassemble 16-bit code.
 */
export function gdbDescription(wide: boolean): string {
  const registers = gdbRegisters(wide).map(({ name, bits }) => {
    const type = bits === 80 ? "i387_ext" : (TYPES[name] ?? (bits === 64 ? "int64" : "int32"));
    return `<reg name="${name}" bitsize="${bits}" type="${type}"/>`;
  });
  const architecture = wide ? "<architecture>i386:x86-64</architecture>" : "";
  const feature = `<feature name="org.gnu.gdb.i386.core">${registers.join("")}</feature>`;
  return `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0">${architecture}${feature}</target>`;
}

/** Values by GDB's names, unsigned; all of the general ones in both widths. */
export function gdbValues(cpu: Cpu): Map<string, bigint> {
  const values = readRegisters(cpu);
  for (const [n, name] of "rax rcx rdx rbx rsp rbp rsi rdi".split(" ").entries()) {
    const value = cpu.registers.r64[n] as bigint;
    values.set(name, value);
    values.set(name.replace("r", "e"), value & 0xffffffffn);
  }
  for (let n = 8; n < 16; n++) values.set(`r${n}`, cpu.registers.r64[n] as bigint);
  const ip = values.get("rip") ?? (values.get("eip") as bigint);
  values.set("rip", ip);
  values.set("eip", ip & 0xffffffffn);
  const { fpu } = cpu;
  for (let n = 0; n < FPU_STACK; n++) {
    fpu.partsOf(fpu.physical(n));
    const significand = (BigInt(PARTS.high >>> 0) << 32n) | BigInt(PARTS.low >>> 0);
    values.set(`st${n}`, (BigInt(PARTS.exponent) << 64n) | significand);
  }
  const control = [fpu.control, fpu.status, fpu.tags, fpu.cs, fpu.ip, fpu.ds, fpu.dp, fpu.opcode];
  for (const [n, name] of FPU_CONTROL.entries()) values.set(name, BigInt((control[n] as number) >>> 0));
  return values;
}
