/**
 * A machine to play with. It is virtualizable as it stands. Add an instruction, classify again, see what it does to the
 * verdict:
 *
 *     const mine = extend(custom, "mine",
 *       instruction("GETM x", "E[x] := 1 in user mode, else 0", [], (cpu, x) =>
 *         cpu.store(x, cpu.M === "u" ? 1 : 0)));
 *     verdict(mine);      // GETM breaks it: mode-sensitive, not privileged
 */
import { defineIsa, instruction, loadPsw, privileged } from "../isa.ts";
import { common } from "./common.ts";

export const custom = defineIsa("custom", "the least that makes a virtualizable machine; edit it", [
  ...common({
    copy: "COPY",
    immediate: "SET",
    add: "ADD",
    count: "LOOP",
    jump: "GO",
    jumpIfZero: "IFZERO",
    call: "CALL",
  }),
  instruction(
    "RESUME x",
    "(M, P, R) := E[x]",
    ["privileged", "control-sensitive"],
    privileged((cpu, x) => loadPsw(cpu, cpu.words.decodePsw(cpu.load(x)))),
  ),
  instruction(
    "WHERE x",
    "E[x] := l",
    ["privileged", "location-sensitive"],
    privileged((cpu, x) => cpu.store(x, cpu.R.l)),
  ),
]);
