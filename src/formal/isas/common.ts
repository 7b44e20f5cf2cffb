/** What every tradition has under a name of its own: six innocuous instructions, and a call of the supervisor. */
import { type Definition, instruction, loadPsw, privileged, type Semantics } from "../isa.ts";

/** Assembler names, in the tradition of the machine. */
export interface CommonNames {
  copy: string;
  immediate: string;
  add: string;
  count: string;
  jump: string;
  jumpIfZero: string;
  call: string;
}

export function common(names: CommonNames): Definition[] {
  return [
    instruction(`${names.copy} x,y`, "E[x] := E[y]", [], (cpu, x, y) => cpu.store(x, cpu.load(y))),
    instruction(`${names.immediate} x,y`, "E[x] := y", [], (cpu, x, y) => cpu.store(x, y)),
    instruction(`${names.add} x,y`, "E[x] := E[x] + E[y]", [], (cpu, x, y) =>
      cpu.store(x, cpu.load(x) + cpu.load(y)),
    ),
    instruction(`${names.count} x,y`, "E[x] := E[x] - 1; jump to y unless that is 0", [], (cpu, x, y) => {
      const left = cpu.words.wrap(cpu.load(x) - 1);
      cpu.store(x, left);
      if (left !== 0) cpu.P = y;
    }),
    instruction(`${names.jump} x`, "P := x", [], (cpu, x) => {
      cpu.P = x;
    }),
    instruction(`${names.jumpIfZero} x,y`, "if E[x] = 0 then P := y", [], (cpu, x, y) => {
      if (cpu.load(x) === 0) cpu.P = y;
    }),
    instruction(`${names.call} x`, "traps, in every mode: the program calls its supervisor", [], (cpu) =>
      cpu.trap(),
    ),
  ];
}

/** The absolute word that stands for the interrupt mask of the processor (system mask, priority, IF). */
export const MASK = 2;

/** Stops for good, as far as a machine without a stopped state can: it jumps to itself. */
export const halt: Definition = instruction(
  "HALT",
  "stand still: P stays",
  ["privileged"],
  privileged((cpu) => {
    const here = cpu.P;
    cpu.P = here;
  }),
);

/** R := the R in the PSW at E[x]. */
export const loadRelocation: Semantics = (cpu, x) => {
  cpu.R = cpu.words.decodePsw(cpu.load(x)).R;
};

/** (M, P, R) := E[x]; in user mode M and R stay, and nothing says so. */
export const returnQuietly: Semantics = (cpu, x) => {
  const psw = cpu.words.decodePsw(cpu.load(x));
  if (cpu.M === "s") loadPsw(cpu, psw);
  else cpu.P = psw.P;
};
