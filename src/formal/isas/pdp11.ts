/**
 * In the manner of the DEC PDP-11/45. MFPI and MTPI reach the space of the previous mode, in every mode; RTI, SPL and
 * RESET do less in user mode, and do not say so. (PDP-11/45 Processor Handbook, 1973: chapter 6, memory management;
 * G. Popek and C. Kline, "The PDP-11 virtual machine architecture: a case study", SOSP 1975, on why UCLA changed the
 * hardware.)
 *
 * Here the previous mode is the one in E[0], where the last trap left it:
 *
 *      current  previous  the space that MFPI and MTPI mean
 *      s        u         the one of the program that trapped, by the R in E[0]
 *      u        s         the kernel's, which lies unrelocated
 *      equal              the current one
 */
import { type Cpu, defineIsa, instruction } from "../isa.ts";
import { common, halt, MASK, returnQuietly } from "./common.ts";

/** The absolute address of word `a` in the previous space, or an address that traps. */
function previous(cpu: Cpu, a: number): number {
  const { M, R } = cpu.words.decodePsw(cpu.loadAbsolute(0));
  if (M === cpu.M) return a < cpu.R.b ? cpu.R.l + a : -1;
  if (M === "s") return a;
  return a < R.b ? R.l + a : -1;
}

/** Does `run` in supervisor mode, and nothing in user mode: neither an effect nor a trap. */
function silent(run: (cpu: Cpu, x: number) => void): (cpu: Cpu, x: number) => void {
  return (cpu, x) => {
    if (cpu.M === "s") run(cpu, x);
  };
}

export const pdp11 = defineIsa(
  "PDP-11/45-like",
  "MFPI and MTPI reach the previous mode's space from any mode",
  [
    ...common({
      copy: "MOV",
      immediate: "MOVI",
      add: "ADD",
      count: "SOB",
      jump: "BR",
      jumpIfZero: "BEQ",
      call: "EMT",
    }),
    instruction(
      "MFPI x,y",
      "move from previous space: E[x] := its word y",
      ["location-sensitive", "mode-sensitive"],
      (cpu, x, y) => cpu.store(x, cpu.loadAbsolute(previous(cpu, y))),
    ),
    instruction(
      "MTPI x,y",
      "move to previous space: its word y := E[x]",
      ["location-sensitive", "mode-sensitive"],
      (cpu, x, y) => cpu.storeAbsolute(previous(cpu, y), cpu.load(x)),
    ),
    instruction(
      "RTI x",
      "return from interrupt: (M, P, R) := E[x]; in user mode only P",
      ["control-sensitive"],
      returnQuietly,
    ),
    instruction(
      "SPL x",
      `set priority level: absolute word ${MASK} := x; nothing in user mode`,
      ["location-sensitive", "mode-sensitive"],
      silent((cpu, x) => cpu.storeAbsolute(MASK, x)),
    ),
    instruction(
      "RESET",
      `reset the devices: absolute word ${MASK} := 0; nothing in user mode`,
      ["location-sensitive", "mode-sensitive"],
      silent((cpu) => cpu.storeAbsolute(MASK, 0)),
    ),
    halt,
  ],
);
