/**
 * Which mode arrived when: the machine runs step by step, and every change of mode is noted with the instruction that brought it.
 *
 *     real ──CR0.PE──▶ protected, 16-bit ──far jump──▶ protected, 32-bit ──CR0.PG, EFER.LME──▶ compatibility ──far jump──▶ 64-bit
 */
import type { Gva } from "../address.ts";
import type { Cpu, Stop } from "../cpu/cpu.ts";
import type { Machine } from "../machine.ts";
import { instructionAddress, peek } from "./look.ts";
import { firstLine, type Line, LONGEST_INSTRUCTION } from "./step.ts";

/** As people say it, with the size of the code: "protected, 16-bit". (SDM Vol. 3, 2.2.) */
export function modeName(cpu: Cpu): string {
  if (!cpu.protectedMode) return "real";
  if (cpu.v86) return "virtual-8086";
  if (cpu.wide) return "64-bit";
  return `${cpu.compatibility ? "compatibility" : "protected"}, ${cpu.bits}-bit`;
}

/** A stretch of one mode. */
export interface ModeVisit {
  mode: string;
  /** The instruction that brought it; undefined for the first. */
  by: Line | undefined;
  /** What ran in it: instructions and deliveries. */
  steps: number;
  cycles: number;
}

export interface ModeTrace {
  visits: ModeVisit[];
  /** Why it ended; "breakpoint" when it came to `until`. */
  stop: Stop;
  /** What was about to run, or had just run, at the end. */
  last: Line;
}

/** Runs for at most `limit` steps, or until the next instruction is the one at the linear address `until`. */
export function traceModes(machine: Machine, { limit, until }: { limit: number; until?: Gva }): ModeTrace {
  const { cpu, clock } = machine;
  const visit = (by: Line | undefined): ModeVisit => ({ mode: modeName(cpu), by, steps: 0, cycles: 0 });
  const visits = [visit(undefined)];
  let line: () => Line = () => firstLine(instructionAddress(machine), new Uint8Array(), cpu.bits);
  for (let left = limit; ; left--) {
    const now = visits.at(-1) as ModeVisit;
    const at = instructionAddress(machine);
    if (!cpu.halted) {
      // Read before it runs, as its page may be gone afterwards, but decoded only when somebody asks.
      const [bytes, bits] = [peek(machine, at, LONGEST_INSTRUCTION), cpu.bits];
      line = () => firstLine(at, bytes, bits);
      if (at === until) return { visits, stop: { reason: "breakpoint", address: at }, last: line() };
    }
    if (left <= 0) return { visits, stop: { reason: "limit" }, last: line() };
    const { now: before } = clock;
    const stop = machine.run({ limit: 1 });
    now.steps++;
    now.cycles += clock.now - before;
    if (stop.reason !== "limit") return { visits, stop, last: line() };
    if (modeName(cpu) !== now.mode) visits.push(visit(line()));
  }
}
