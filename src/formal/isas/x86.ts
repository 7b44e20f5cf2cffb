/**
 * With the flavour of the x86 before VT-x: some instructions do less in user mode without a word, some show what the
 * supervisor set. (J. S. Robin and C. E. Irvine, "Analysis of the Intel Pentium's Ability to Support a Secure Virtual
 * Machine Monitor", USENIX Security 2000, lists seventeen; these stand for their kinds. Real segments and rings: the
 * room src/machine.)
 */
import { defineIsa, instruction, privileged } from "../isa.ts";
import { common, loadRelocation, MASK, returnQuietly } from "./common.ts";

export const x86 = defineIsa("x86-flavoured", "POPF drops IF silently, SGDT shows R, PUSHCS shows M", [
  ...common({
    copy: "MOV",
    immediate: "MOVI",
    add: "ADD",
    count: "LOOP",
    jump: "JMP",
    jumpIfZero: "JZ",
    call: "INT",
  }),
  instruction(
    "POPF x",
    `IF, absolute word ${MASK}, := E[x]; in user mode silently not`,
    ["location-sensitive", "mode-sensitive"],
    (cpu, x) => {
      const flags = cpu.load(x);
      if (cpu.M === "s") cpu.storeAbsolute(MASK, flags);
    },
  ),
  instruction("PUSHF x", `E[x] := IF, absolute word ${MASK}`, ["location-sensitive"], (cpu, x) =>
    cpu.store(x, cpu.loadAbsolute(MASK)),
  ),
  instruction("SGDT x", "store descriptor table register: E[x] := R", ["location-sensitive"], (cpu, x) =>
    cpu.store(x, cpu.words.encodePsw({ M: "s", P: 0, R: cpu.R })),
  ),
  instruction("PUSHCS x", "E[x] := the privilege level, 0 or 3", ["mode-sensitive"], (cpu, x) =>
    cpu.store(x, cpu.M === "s" ? 0 : 3),
  ),
  instruction(
    "LAR x,y",
    "load access rights: E[x] := E[y] if this mode may see descriptor E[y], else 0",
    ["mode-sensitive"],
    (cpu, x, y) => {
      const descriptor = cpu.load(y);
      const visible = cpu.M === "s" || cpu.words.decodePsw(descriptor).M === "u";
      cpu.store(x, visible ? descriptor : 0);
    },
  ),
  instruction("IRET x", "(M, P, R) := E[x]; in user mode only P", ["control-sensitive"], returnQuietly),
  instruction(
    "LGDT x",
    "load descriptor table register: R := the R in the PSW at E[x]",
    ["privileged", "control-sensitive"],
    privileged(loadRelocation),
  ),
  instruction(
    "CLI",
    `IF, absolute word ${MASK}, := 0`,
    ["privileged", "location-sensitive"],
    privileged((cpu) => cpu.storeAbsolute(MASK, 0)),
  ),
]);
