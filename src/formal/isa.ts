/**
 * Instruction sets. An instruction is a mapping on states (the paper, section 2); here it is written as a function on a
 * `Cpu`, through which it sees and changes the state. What the function does not ask the Cpu for, it cannot depend on:
 * the enumeration (enumerate.ts) rests on that. So a semantic function must be pure: no variable of its own survives it.
 *
 *     const isa = defineIsa("mine", "a machine of my own", [
 *       instruction("COPY x,y", "E[x] := E[y]", [], (cpu, x, y) => cpu.store(x, cpu.load(y))),
 *       instruction("GETR x", "E[x] := l", ["location-sensitive"], (cpu, x) => cpu.store(x, cpu.R.l)),
 *     ]);
 */
import type { Mode, Psw, Relocation } from "./state.ts";
import type { Words } from "./word.ts";

/** What an instruction sees of the machine. After a trap of either kind nothing that it did takes effect. */
export interface Cpu {
  M: Mode;
  /** Where the instruction stands; assigning it jumps. */
  P: number;
  R: Relocation;
  readonly words: Words;
  /** E[l + a]; a memory trap when a is out of bounds. */
  load(a: number): number;
  store(a: number, word: number): void;
  /** E[a], without R: what a channel or another part of the machine reaches. Memory trap beyond the storage only. */
  loadAbsolute(a: number): number;
  storeAbsolute(a: number, word: number): void;
  trap(): void;
}

export type Semantics = (cpu: Cpu, x: number, y: number) => void;

/** What a manual may claim about an instruction. No claim at all: innocuous. Claims are never believed, see labels.ts. */
export const CLASSES = ["privileged", "control-sensitive", "location-sensitive", "mode-sensitive"] as const;
export type Class = (typeof CLASSES)[number];

export interface Instruction {
  mnemonic: string;
  /** How many operands its assembler form takes. */
  operands: 0 | 1 | 2;
  opcode: number;
  doc: string;
  declared: readonly Class[];
  run: Semantics;
}

export interface Isa {
  name: string;
  doc: string;
  instructions: readonly Instruction[];
  byOpcode: readonly (Instruction | undefined)[];
}

export type Definition = Omit<Instruction, "opcode">;

/**
 * @param form the assembler form: "HALT", "SVC x" or "MOV x,y"
 * @param declared the classes that its manual claims
 */
export function instruction(
  form: string,
  doc: string,
  declared: readonly Class[],
  run: Semantics,
): Definition {
  const match = /^(\S+)(?: x(,y)?)?$/.exec(form);
  if (!match) throw new SyntaxError(`instruction form "${form}": write it as "NAME", "NAME x" or "NAME x,y"`);
  const operands = form.includes(",") ? 2 : form.includes(" ") ? 1 : 0;
  return { mnemonic: match[1] as string, operands, doc, declared, run };
}

/** The usual way to be privileged: trap in user mode, else do it. */
export function privileged(run: Semantics): Semantics {
  return (cpu, x, y) => (cpu.M === "u" ? cpu.trap() : run(cpu, x, y));
}

/** Loads M, P and R at once. */
export function loadPsw(cpu: Cpu, { M, P, R }: Psw): void {
  cpu.M = M;
  cpu.P = P;
  cpu.R = R;
}

/** Opcodes are given in order, from 1; opcode 0 stays unassigned. */
export function defineIsa(name: string, doc: string, definitions: readonly Definition[]): Isa {
  const twice = definitions.find(
    ({ mnemonic }, i) => definitions.findIndex((d) => d.mnemonic === mnemonic) < i,
  );
  if (twice)
    throw new Error(`ISA "${name}" defines ${twice.mnemonic} twice: give one of them another mnemonic`);
  const instructions = definitions.map((definition, i) => ({ ...definition, opcode: i + 1 }));
  return { name, doc, instructions, byOpcode: [undefined, ...instructions] };
}

/** The ISA with instructions added, or, where the mnemonic exists, replaced. */
export function extend(isa: Isa, name: string, ...more: readonly Definition[]): Isa {
  const replaced = isa.instructions.map((old) => more.find((d) => d.mnemonic === old.mnemonic) ?? old);
  const added = more.filter((d) => !isa.instructions.some((old) => old.mnemonic === d.mnemonic));
  return defineIsa(name, isa.doc, [...replaced, ...added]);
}

/** @throws Error naming the mnemonics that there are */
export function find(isa: Isa, mnemonic: string): Instruction {
  const found = isa.instructions.find((candidate) => candidate.mnemonic === mnemonic);
  if (found) return found;
  const known = isa.instructions.map((candidate) => candidate.mnemonic).join(", ");
  throw new Error(`the ISA "${isa.name}" has no instruction ${mnemonic}; it has ${known}`);
}
