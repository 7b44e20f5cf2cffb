/**
 * In the manner of the DEC PDP-10. Its JRST 1 returns to user mode, in supervisor mode and, as a plain jump, in user
 * mode; it never traps. The paper's own example (section 5) of a machine that only a hybrid monitor can virtualize.
 * (DECsystem-10 System Reference Manual: JRST, and the conditions of the arithmetic processor, CONO/CONI/DATAO APR.)
 */
import { defineIsa, instruction, loadPsw, privileged } from "../isa.ts";
import { common, halt, loadRelocation, MASK } from "./common.ts";

export const pdp10 = defineIsa("PDP-10-like", "JRST 1 leaves supervisor mode without a trap", [
  ...common({
    copy: "MOVE",
    immediate: "MOVEI",
    add: "ADD",
    count: "SOJN",
    jump: "JRST",
    jumpIfZero: "JUMPE",
    call: "UUO",
  }),
  instruction("JRST1 x", "return to user mode: M := u, P := x", ["control-sensitive"], (cpu, x) => {
    cpu.M = "u";
    cpu.P = x;
  }),
  instruction(
    "JEN x",
    "jump and restore: (M, P, R) := E[x]",
    ["privileged", "control-sensitive"],
    privileged((cpu, x) => loadPsw(cpu, cpu.words.decodePsw(cpu.load(x)))),
  ),
  instruction(
    "DATAO x",
    "set protection and relocation: R := the R in the PSW at E[x]",
    ["privileged", "control-sensitive"],
    privileged(loadRelocation),
  ),
  instruction(
    "CONO x",
    `conditions out: absolute word ${MASK} := x`,
    ["privileged", "location-sensitive"],
    privileged((cpu, x) => cpu.storeAbsolute(MASK, x)),
  ),
  instruction(
    "CONI x",
    `conditions in: E[x] := absolute word ${MASK}`,
    ["privileged", "location-sensitive"],
    privileged((cpu, x) => cpu.store(x, cpu.loadAbsolute(MASK))),
  ),
  halt,
]);
