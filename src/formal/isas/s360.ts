/**
 * In the manner of the IBM System/360 and /370: whatever touches the machine itself is privileged. CP-67 and VM/370
 * rest on that. (IBM System/370 Principles of Operation, GA22-7000: "Control Instructions", "Load Real Address".)
 */
import { defineIsa, instruction, loadPsw, privileged } from "../isa.ts";
import { common, loadRelocation, MASK } from "./common.ts";

export const s360 = defineIsa("S/360-like", "every sensitive instruction is privileged, as on System/370", [
  ...common({
    copy: "MVC",
    immediate: "LA",
    add: "A",
    count: "BCT",
    jump: "B",
    jumpIfZero: "BZ",
    call: "SVC",
  }),
  instruction(
    "LPSW x",
    "load PSW: (M, P, R) := E[x]",
    ["privileged", "control-sensitive"],
    privileged((cpu, x) => loadPsw(cpu, cpu.words.decodePsw(cpu.load(x)))),
  ),
  instruction(
    "LCTL x",
    "load control: R := the R in the PSW at E[x]",
    ["privileged", "control-sensitive"],
    privileged(loadRelocation),
  ),
  instruction(
    "LRA x,y",
    "load real address: E[x] := l + y",
    ["privileged", "location-sensitive"],
    privileged((cpu, x, y) => cpu.store(x, cpu.R.l + y)),
  ),
  instruction(
    "SSM x",
    `set system mask: absolute word ${MASK} := E[x]`,
    ["privileged", "location-sensitive"],
    privileged((cpu, x) => cpu.storeAbsolute(MASK, cpu.load(x))),
  ),
  instruction(
    "SIO x,y",
    "start I/O: the channel writes E[y] to absolute word x",
    ["privileged", "location-sensitive"],
    privileged((cpu, x, y) => cpu.storeAbsolute(x, cpu.load(y))),
  ),
]);
