/** How a run ended, in words. */
import type { Stop } from "../../machine/cpu/cpu.ts";
import { readRegisters } from "../../machine/debug/registers.ts";
import { formatLine, listing } from "../../machine/debug/step.ts";
import type { Machine } from "../../machine/machine.ts";

export type End = Stop | { readonly reason: "interrupted" };

const PER_LINE = 4;

export function describeEnd(end: End, machine: Machine): string {
  const { cpu, clock, profile } = machine;
  const count = (value: number) => value.toLocaleString("en-US");
  const seconds = (clock.now / profile.hertz).toPrecision(3);
  const spent = `${count(cpu.retired)} instructions, ${count(clock.now)} cycles (${seconds} s of the machine's time)`;
  return `ringlab: ${why(end)} after ${spent}`;
}

/** Why it stopped, as a clause. */
export function why(end: End): string {
  switch (end.reason) {
    case "exit":
      return `the guest ended with code ${end.code}`;
    case "halt":
      return "the processor halted and nothing wakes it";
    case "shutdown":
      return `the processor shut down: ${end.detail}`;
    case "reset":
      return "the guest reset the machine";
    case "off":
      return "the guest switched the machine off";
    case "limit":
      return "the limit was reached";
    case "breakpoint":
      return `a breakpoint at ${end.address.toString(16)}h was reached`;
    case "monitor":
      return `the monitor stopped the machine: ${end.detail}`;
    case "interrupted":
      return "interrupted";
  }
}

/** The status of the process: the guest's own, or one that says who ended the run. */
export function exitStatus(end: End): number {
  switch (end.reason) {
    case "exit":
      return end.code;
    case "shutdown":
      return 2;
    case "limit":
      return 124;
    case "interrupted":
      return 130;
    default:
      return 0;
  }
}

/** Registers, and the instruction that would have come next. */
export function describeState(machine: Machine): string {
  const registers = [...readRegisters(machine.cpu)].map(([name, value]) => `${name}=${value.toString(16)}`);
  const lines: string[] = [];
  for (let i = 0; i < registers.length; i += PER_LINE)
    lines.push(registers.slice(i, i + PER_LINE).join("  "));
  return [...lines, ...listing(machine, 1).map(formatLine)].map((line) => `  ${line}`).join("\n");
}
