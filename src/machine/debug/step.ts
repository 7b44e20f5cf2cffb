/** One step of the machine, told: what ran, what it changed, what interrupted it. */
import type { Gva } from "../address.ts";
import type { Cpu, Stop } from "../cpu/cpu.ts";
import { faultName } from "../cpu/fault.ts";
import { disassemble } from "../isa/disassemble.ts";
import type { Machine } from "../machine.ts";
import type { Monitor, Verdict, Visit } from "../monitor.ts";
import { EVENTS } from "../trace.ts";
import { instructionAddress, peek } from "./look.ts";
import { changed, readRegisters } from "./registers.ts";

export const LONGEST_INSTRUCTION = 15;
/** The widest that an address, its bytes and the usual instruction are together. */
const COLUMN = 64;

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
  /** Exceptions and interrupts in the course of it, as people write them: "#PF(2) at 1000", "INT 80h", "interrupt 20h". */
  deliveries: string[];
  /** An interrupt was delivered before the instruction, which did not run. */
  interrupted: boolean;
  /** Trace events in the course of it: "exception", "interrupt", "cr3Write"… */
  events: string[];
  /** Set when the machine stopped for another reason than the end of the step. */
  stop?: Stop;
}

/** What an address is called, for operands of jumps and calls. */
export type Namer = (address: number) => string | undefined;

/** The next `count` instructions from an address on, CS:ip unless said. */
export function listing(machine: Machine, count: number, from?: Gva, symbol?: Namer): Line[] {
  const at = from ?? instructionAddress(machine);
  const bytes = peek(machine, at, count * LONGEST_INSTRUCTION);
  if (bytes.length === 0) return [{ at, bytes, text: "(not mapped)" }];
  return disassemble(bytes, { bits: machine.cpu.bits, origin: at, ...(symbol && { symbol }) })
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
  const watch = new Watch(cpu.monitor);
  cpu.monitor = watch;
  let stop: Stop;
  try {
    stop = machine.run({ limit: 1 });
  } finally {
    cpu.monitor = watch.behind;
  }
  const { deliveries, interrupted } = watch;
  const changes = changed(before, readRegisters(cpu)).filter(({ name }) => !/^[er]ip$/.test(name));
  const events = EVENTS.filter((_, n) => trace.counts[n] !== counts[n]);
  return {
    ...line,
    ...{ changes, deliveries, interrupted, events },
    ...(stop.reason !== "limit" && { stop }),
  };
}

/** Sees what is delivered, and lets it pass as if it were not there. */
class Watch implements Monitor<Cpu> {
  readonly behind: Monitor<Cpu> | null;
  readonly deliveries: string[] = [];
  interrupted = false;

  constructor(behind: Monitor<Cpu> | null) {
    this.behind = behind;
  }

  visit(visit: Visit, cpu: Cpu): Verdict {
    if (visit.kind === "exception") this.deliveries.push(faultName(visit.vector, visit.error, cpu.cr2));
    else if (visit.kind === "software") this.deliveries.push(`INT ${visit.vector.toString(16)}h`);
    else if (visit.kind === "interrupt") {
      this.interrupted = true;
      this.deliveries.push(visit.vector === 2 ? "NMI" : `interrupt ${visit.vector.toString(16)}h`);
    } else if (visit.kind === "shutdown") this.deliveries.push("shutdown");
    return this.behind?.visit(visit, cpu) ?? "deliver";
  }
}

/** "00007c05  b80100           mov ax, 0x1             eax 0→1"; an exception is said behind it: "#UD  [exception]". */
export function formatStep(step: Step): string {
  const { at, bytes, text, changes, deliveries, interrupted, events } = step;
  const line = interrupted
    ? `${formatAddress(at)}  (${deliveries.join(", ")})`
    : formatLine({ at, bytes, text });
  const differences = changes.map(
    ({ name, before, after }) => `${name} ${before.toString(16)}→${after.toString(16)}`,
  );
  if (!interrupted) differences.push(...deliveries);
  const notes = events.length > 0 ? `  [${events.join(", ")}]` : "";
  return `${line.padEnd(COLUMN)} ${differences.join("  ")}${notes}`.trimEnd();
}

export function formatLine({ at, bytes, text }: Line): string {
  const code = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${formatAddress(at)}  ${code.padEnd(16)} ${text}`;
}

/** Hex digits, as many as the address has in its mode, but at least eight. */
export function formatAddress(at: number): string {
  const unsigned = at >= 0 ? at : at >= -0x80000000 ? at >>> 0 : BigInt.asUintN(64, BigInt(at));
  return unsigned.toString(16).padStart(8, "0");
}
