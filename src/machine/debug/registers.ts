/** Registers by name, for people and for debuggers: one list, read by the tracer, the debugger and the GDB stub. */
import { type Cpu, LDTR, TR } from "../cpu/cpu.ts";
import { REGISTER_NAMES } from "../cpu/registers.ts";

const SEGMENTS = ["es", "cs", "ss", "ds", "fs", "gs"];

const join = (low: number, high: number) => BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));

/** "eax" outside of 64-bit mode, "rax" in it. R8 … R15 exist in 64-bit mode only. */
export function generalNames(cpu: Cpu): string[] {
  if (cpu.bits === 64) return REGISTER_NAMES;
  return REGISTER_NAMES.slice(0, 8).map((name) => name.replace("r", "e"));
}

/** Every register that a program can see or that decides what it sees; unsigned. */
export function readRegisters(cpu: Cpu): Map<string, bigint> {
  const { segments } = cpu;
  const all = new Map<string, bigint>();
  for (const [n, name] of generalNames(cpu).entries()) {
    const value = cpu.registers.r64[n] as bigint;
    all.set(name, cpu.bits === 64 ? value : value & 0xffffffffn);
  }
  all.set(cpu.bits === 64 ? "rip" : "eip", join(cpu.ip, cpu.bits === 64 ? cpu.ipHigh : 0));
  all.set("eflags", BigInt(cpu.flags.value >>> 0));
  for (const [n, name] of SEGMENTS.entries()) all.set(name, BigInt(segments.selector[n] as number));
  all.set("cr0", BigInt(cpu.cr0 >>> 0));
  all.set("cr2", join(cpu.cr2, cpu.wide ? Math.floor(cpu.cr2 / 2 ** 32) : 0));
  all.set("cr3", join(cpu.cr3, cpu.cr3High));
  all.set("cr4", BigInt(cpu.cr4 >>> 0));
  all.set("efer", BigInt(cpu.efer >>> 0));
  all.set("cpl", BigInt(cpu.cpl));
  all.set("gdtr", join(cpu.gdtr.base, cpu.gdtr.baseHigh));
  all.set("idtr", join(cpu.idtr.base, cpu.idtr.baseHigh));
  all.set("ldtr", BigInt(segments.selector[LDTR] as number));
  all.set("tr", BigInt(segments.selector[TR] as number));
  return all;
}

/** Writes a general register, the instruction pointer or EFLAGS. Returns false when the name is none of them. */
export function writeRegister(cpu: Cpu, name: string, value: bigint): boolean {
  const n = REGISTER_NAMES.indexOf(
    name.replace(/^e(?=[a-ds])/, "r").replace(/^ebp$|^esp$/, (it) => it.replace("e", "r")),
  );
  if (n >= 0) {
    cpu.registers.r64[n] = name.startsWith("e") ? value & 0xffffffffn : BigInt.asUintN(64, value);
    return true;
  }
  if (name === "eip" || name === "rip") {
    cpu.ip = Number(BigInt.asIntN(32, value));
    cpu.ipHigh = name === "rip" ? Number(BigInt.asIntN(32, value >> 32n)) : 0;
    cpu.window.size = 0;
    return true;
  }
  if (name === "eflags") {
    cpu.flags.value = Number(BigInt.asIntN(32, value));
    return true;
  }
  return false;
}

/** What differs, by name. */
export function changed(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
): { name: string; before: bigint; after: bigint }[] {
  const changes = [];
  for (const [name, value] of after) {
    const was = before.get(name);
    if (was !== undefined && was !== value) changes.push({ name, before: was, after: value });
  }
  return changes;
}
