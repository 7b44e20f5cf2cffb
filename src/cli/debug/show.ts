/** What the debugger prints of a machine: registers, memory, segments and tables, counters. */
import type { Gva } from "../../machine/address.ts";
import { CR0, CR4, EFER } from "../../machine/cpu/cpu.ts";
import { type DescriptorView, gdt, idt, REAL_VECTOR, segments } from "../../machine/debug/descriptors.ts";
import { peek } from "../../machine/debug/look.ts";
import { modeName } from "../../machine/debug/modes.ts";
import { generalNames, readRegisters } from "../../machine/debug/registers.ts";
import { formatAddress } from "../../machine/debug/step.ts";
import type { Machine } from "../../machine/machine.ts";
import { EVENTS } from "../../machine/trace.ts";

const ROW = 16;
const COLUMNS = 4;
const RESET_LIMIT = 0xffff;

const FLAGS: [string, number][] =
  "CF:0 PF:2 AF:4 ZF:6 SF:7 TF:8 IF:9 DF:10 OF:11 NT:14 RF:16 VM:17 AC:18 ID:21"
    .split(" ")
    .map((flag) => flag.split(":") as [string, string])
    .map(([name, bit]) => [name, 1 << Number(bit)]);

const hex = (value: bigint | number, digits: number) => value.toString(16).padStart(digits, "0");

function names(value: number, bits: Readonly<Record<string, number>> | [string, number][]): string {
  const entries = Array.isArray(bits) ? bits : Object.entries(bits);
  return `[${entries
    .filter(([, bit]) => (value & bit) !== 0)
    .map(([name]) => name)
    .join(" ")}]`;
}

function columns(cells: readonly string[], per: number): string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += per)
    rows.push(
      cells
        .slice(i, i + per)
        .map((cell) => cell.padEnd(width))
        .join("  ")
        .trimEnd(),
    );
  return rows;
}

export function registers({ cpu }: Machine): string {
  const all = readRegisters(cpu);
  const digits = cpu.bits === 64 ? 16 : 8;
  const general = generalNames(cpu).map(
    (name) => `${name.padEnd(3)} ${hex(all.get(name) as bigint, digits)}`,
  );
  const flags = Number(all.get("eflags"));
  const ip = cpu.bits === 64 ? "rip" : "eip";
  return [
    ...columns(general, COLUMNS),
    `${ip} ${hex(all.get(ip) as bigint, digits)}  eflags ${hex(flags, 8)} ${names(flags, FLAGS)} IOPL ${(flags >> 12) & 3}  CPL ${cpu.cpl}`,
    "cs ds es ss fs gs"
      .split(" ")
      .map((name) => `${name} ${hex(all.get(name) as bigint, 4)}`)
      .join("  "),
    modes({ cpu }),
  ].join("\n");
}

export function modes({ cpu }: Pick<Machine, "cpu">): string {
  const all = readRegisters(cpu);
  const value = (name: string) => `${name} ${hex(all.get(name) as bigint, 8)}`;
  return [
    `${value("cr0")} ${names(cpu.cr0, CR0)}  ${value("cr4")} ${names(cpu.cr4, CR4)}  ${value("efer")} ${names(cpu.efer, EFER)}`,
    `${value("cr2")}  ${value("cr3")}  mode: ${modeName(cpu)}, CPL ${cpu.cpl}${cpu.halted ? ", halted" : ""}`,
  ].join("\n");
}

/** A hexadecimal dump; shorter than asked where memory ends. */
export function dump(at: number, bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let i = 0; i < bytes.length; i += ROW) {
    const row = bytes.subarray(i, i + ROW);
    const digits = Array.from(row, (byte) => hex(byte, 2)).join(" ");
    const text = Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join(
      "",
    );
    rows.push(`${formatAddress(at + i)}  ${digits.padEnd(3 * ROW)} ${text}`);
  }
  return rows.join("\n");
}

export function segmentTable(machine: Machine): string {
  return segments(machine.cpu)
    .map(
      ({ name, selector, base, limit, type }) =>
        `${name.padEnd(4)}  selector ${hex(selector, 4)}  base ${hex(base, 8)}  limit ${hex(limit, 8)}  ${type}`,
    )
    .join("\n");
}

export function globalTable(machine: Machine): string {
  const { base, limit } = machine.cpu.gdtr;
  if (base === 0 && limit === RESET_LIMIT) return "GDT: none was loaded, GDTR is as after reset";
  if (peek(machine, base as Gva, 1).length === 0) return `GDT at ${hex(base >>> 0, 8)}: not mapped to memory`;
  return table(`GDT at ${hex(base >>> 0, 8)}, limit ${hex(limit, 4)}`, gdt(machine), 4);
}

export function interruptTable(machine: Machine): string {
  const { cpu } = machine;
  const { base, limit } = cpu.idtr;
  const name = cpu.protectedMode ? "IDT" : "interrupt vectors";
  if (peek(machine, base as Gva, 1).length === 0)
    return `${name} at ${hex(base >>> 0, 8)}: not mapped to memory`;
  return table(`${name} at ${hex(base >>> 0, 8)}, limit ${hex(limit, 4)}`, idt(machine), 2);
}

/** Neighbours that say the same stand in one line. */
function table(title: string, rows: readonly DescriptorView[], digits: number): string {
  if (rows.length === 0) return `${title}: nothing in it`;
  const lines: { first: number; last: number; text: string }[] = [];
  for (const row of rows) {
    const text = describe(row);
    const before = lines.at(-1);
    if (before?.text === text) before.last = row.index;
    else lines.push({ first: row.index, last: row.index, text });
  }
  const range = (first: number, last: number) =>
    first === last ? hex(first, digits) : `${hex(first, digits)} … ${hex(last, digits)}`;
  const width = Math.max(...lines.map(({ first, last }) => range(first, last).length));
  return [
    title,
    ...lines.map(({ first, last, text }) => `  ${range(first, last).padEnd(width)}  ${text}`),
  ].join("\n");
}

function describe({ type, dpl, present, base, limit, target }: DescriptorView): string {
  if (type === REAL_VECTOR) return `→ ${hex(target?.selector ?? 0, 4)}:${hex(target?.offset ?? 0, 4)}`;
  const where = target
    ? `→ ${hex(target.selector, 4)}:${hex(target.offset, 8)}`
    : `base ${hex(base as bigint, 8)}  limit ${hex(limit as number, 8)}`;
  return `${where}  ${type}, DPL ${dpl}${present ? "" : ", not present"}`;
}

export function counters({ trace, clock, cpu }: Machine): string {
  const counts = EVENTS.map((name) => [name, trace.count(name)] as const).filter(([, count]) => count > 0);
  const rows = [["instructions", cpu.retired], ["cycles", clock.now], ...counts] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, count]) => `${name.padEnd(width)}  ${count.toLocaleString("en-US")}`),
    `trace hash ${trace.hash}`,
  ].join("\n");
}
