/** One step of the machine, told: what ran, what it changed, what interrupted it. */
import type { Gva } from "../address.ts";
import type { Stop } from "../cpu/cpu.ts";
import { disassemble } from "../isa/disassemble.ts";
import type { Machine } from "../machine.ts";
import { EVENTS } from "../trace.ts";
import { instructionAddress, peek } from "./look.ts";
import { changed, readRegisters } from "./registers.ts";

export const LONGEST_INSTRUCTION = 15;

export interface Line {
  /** Linear. */
  at: Gva;
  bytes: Uint8Array;
  /** Assembly; "(not mapped)" where there is no RAM. */
  text: string;
}

export interface Step extends Line {
  /** Registers that differ afterwards, without the instruction pointer. */
  changes: { name: string; before: bigint; after: bigint }[];
  /** Trace events in the course of it: "exception", "interrupt", "cr3Write"… */
  events: string[];
  /** Set when the machine stopped for another reason than the end of the step. */
  stop?: Stop;
}

/** The next `count` instructions from an address on, CS:ip unless said. */
export function listing(machine: Machine, count: number, from?: Gva): Line[] {
  const at = from ?? instructionAddress(machine);
  const bytes = peek(machine, at, count * LONGEST_INSTRUCTION);
  if (bytes.length === 0) return [{ at, bytes, text: "(not mapped)" }];
  return disassemble(bytes, { bits: machine.cpu.bits, origin: at })
    .slice(0, count)
    .map(({ address, bytes: code, text }) => ({ at: address as Gva, bytes: code, text }));
}

/** The instruction that bytes begin with. */
export function firstLine(at: Gva, bytes: Uint8Array, bits: 16 | 32 | 64): Line {
  const [line] = disassemble(bytes, { bits, origin: at });
  return line ? { at, bytes: line.bytes, text: line.text } : { at, bytes, text: "(not mapped)" };
}

/** Runs one instruction, or delivers one interrupt. */
export function step(machine: Machine): Step {
  const { cpu, trace } = machine;
  const [line] = listing(machine, 1) as [Line];
  const before = readRegisters(cpu);
  const counts = trace.counts.slice();
  const stop = machine.run({ limit: 1 });
  const changes = changed(before, readRegisters(cpu)).filter(({ name }) => !/^[er]ip$/.test(name));
  const events = EVENTS.filter((_, n) => trace.counts[n] !== counts[n]);
  return { ...line, changes, events, ...(stop.reason !== "limit" && { stop }) };
}

/** "0x00007c05  b80000      mov eax, 0x0             eax 1→0  [exception]" */
export function formatStep({ at, bytes, text, changes, events }: Step): string {
  const address = formatLine({ at, bytes, text });
  const differences = changes.map(
    ({ name, before, after }) => `${name} ${before.toString(16)}→${after.toString(16)}`,
  );
  const notes = events.length > 0 ? `  [${events.join(", ")}]` : "";
  return `${address.padEnd(64)} ${differences.join("  ")}${notes}`.trimEnd();
}

export function formatLine({ at, bytes, text }: Line): string {
  const address = (at < 0 ? (at >= -0x80000000 ? at >>> 0 : BigInt.asUintN(64, BigInt(at))) : at).toString(
    16,
  );
  const code = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${address.padStart(8, "0")}  ${code.padEnd(16)} ${text}`;
}
