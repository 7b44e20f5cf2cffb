/**
 * Where a deprivileged guest goes wrong: the processor is stepped, and of every sensitive instruction that it carries out without a
 * trap, V carries out a copy, as the bare machine would.
 *
 *     state ──P, ring 1──▶ what the guest got  ┐
 *       └────V, ring 0──▶ what it should have  ┴─▶ the first difference
 *
 * On a processor that is virtualizable there is none (Popek and Goldberg 1974, Theorem 1).
 */
import type { Gva } from "../../../machine/address.ts";
import type { Cpu } from "../../../machine/cpu/cpu.ts";
import { ALL_FLAGS } from "../../../machine/cpu/flags.ts";
import type { Op } from "../../../machine/cpu/op.ts";
import { offset32 } from "../../../machine/cpu/operand.ts";
import { ESP } from "../../../machine/cpu/registers.ts";
import { loadCpu, saveCpu } from "../../../machine/cpu/snapshot.ts";
import { peek, poke } from "../../../machine/debug/look.ts";
import { readRegisters } from "../../../machine/debug/registers.ts";
import { SS } from "../../../machine/isa/instruction.ts";
import type { Machine } from "../../../machine/machine.ts";
import { StateReader, StateWriter } from "../../../machine/state.ts";
import type { Vm } from "../engine.ts";
import { TrapEmulate } from "./engine.ts";
import { instructionAt, trapped } from "./observe.ts";

export interface Divergence {
  /** "pushfd" */
  readonly instruction: string;
  /** Its address, unsigned. */
  readonly at: number;
  /** "stack", "memory", or a register's name; "eflags" for a flag. */
  readonly what: string;
  /** What the guest got, and what the bare machine has there; unsigned. */
  readonly got: number;
  readonly expected: number;
  /** All of it in a sentence. */
  readonly text: string;
}

/** These read what no two runs share: time, and what the processor says of itself. */
const ELSEWHERE = new Set(["TSC", "performance counters", "the processor's identity"]);
const FLAG_NAMES: Readonly<Record<number, string>> = { 8: "TF", 9: "IF", 12: "IOPL", 13: "IOPL", 14: "NT" };
/** More than any of these instructions pushes, and the widest memory operand among them. */
const STACK_BYTES = 16;
const OPERAND_BYTES = 16;

/**
 * Runs the guest, and yields every instruction that does something else than on the bare machine. The guest goes on with what it should have
 * got, so each stands for itself. Ends after `limit` steps, or with the guest. Throws a TypeError for a machine of another engine.
 */
export function* divergences(vm: Vm, limit: number): Generator<Divergence> {
  const { engine, machine, host } = vm;
  if (!(engine instanceof TrapEmulate))
    throw new TypeError(`a witness of "${engine.name}": only trap-and-emulate can be watched so`);
  const end = engine.steps + limit;
  while (engine.steps < end) {
    engine.sync();
    if (!engine.ready) {
      if (host.interpret(end - engine.steps, () => !engine.ready) !== undefined) return;
      engine.adopt();
      continue;
    }
    const op = instructionAt(machine);
    if (op !== undefined && isSilent(op)) {
      const divergence = compare(vm, engine, op);
      if (divergence !== undefined) yield divergence;
    } else if (engine.run(1).reason !== "limit") return;
  }
}

/** The first of them: why this guest cannot be virtualized so on this processor; undefined when nothing went wrong. */
export function firstDivergence(vm: Vm, limit: number): Divergence | undefined {
  for (const divergence of divergences(vm, limit)) return divergence;
  return undefined;
}

/** A sensitive instruction that a classic x86 lets pass. */
function isSilent({ row }: Op): boolean {
  if (row.sensitive === undefined || row.cpl0 || ELSEWHERE.has(row.sensitive)) return false;
  return row.iopl === undefined || row.iopl === "vm";
}

function compare(vm: Vm, engine: TrapEmulate, op: Op): Divergence | undefined {
  const { machine } = vm;
  const { cpu, interpreter } = machine;
  const at = (((cpu.segments.base[1] as number) + cpu.ip) | 0) >>> 0;
  const { text } = trapped(op, cpu.ip);
  const places = placesOf(cpu, op);
  const before = capture(machine, places);
  const crossings = total(engine);
  engine.run(1);
  engine.sync();
  if (total(engine) !== crossings) return undefined;
  const got = capture(machine, places);
  const { steps } = interpreter;
  restore(machine, places, before);
  interpreter.step();
  const expected = capture(machine, places);
  interpreter.steps = steps;
  engine.adopt();
  const difference = differ(got, expected);
  if (difference === undefined) return undefined;
  return { instruction: text, at, ...difference, text: sentence(text, at, difference) };
}

interface Place {
  readonly what: "stack" | "memory";
  readonly at: Gva;
  readonly bytes: number;
}

interface State {
  readonly cpu: Uint8Array;
  readonly registers: ReadonlyMap<string, bigint>;
  readonly memory: readonly Uint8Array[];
}

/** What the instruction may write: below the stack pointer, and its operand. */
function placesOf(cpu: Cpu, op: Op): Place[] {
  const sp = ((cpu.segments.base[SS] as number) + ((cpu.r32[ESP] as number) & cpu.stackMask)) | 0;
  const places: Place[] = [{ what: "stack", at: (sp - STACK_BYTES) as Gva, bytes: STACK_BYTES }];
  if (op.modrm >= 0 && op.rm < 0) {
    const at = (offset32(cpu, op) + (cpu.segments.base[op.seg] as number)) | 0;
    places.push({ what: "memory", at: at as Gva, bytes: OPERAND_BYTES });
  }
  return places;
}

function capture(machine: Machine, places: readonly Place[]): State {
  const out = new StateWriter();
  saveCpu(machine.cpu, out);
  return {
    cpu: out.finish(),
    registers: readRegisters(machine.cpu),
    memory: places.map(({ at, bytes }) => peek(machine, at, bytes).slice()),
  };
}

function restore(machine: Machine, places: readonly Place[], state: State): void {
  loadCpu(machine.cpu, new StateReader(state.cpu));
  for (const [n, { at }] of places.entries()) poke(machine, at, state.memory[n] as Uint8Array);
}

function total(engine: TrapEmulate): number {
  let sum = 0;
  for (const count of engine.crossings.values()) sum += count;
  return sum;
}

type Difference = Pick<Divergence, "what" | "got" | "expected">;

function differ(got: State, expected: State): Difference | undefined {
  for (const [n, bytes] of got.memory.entries()) {
    const right = expected.memory[n] as Uint8Array;
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const [a, b] = [dword(bytes, at), dword(right, at)];
      if (a !== b) return { what: n === 0 ? "stack" : "memory", got: a, expected: b };
    }
  }
  for (const [name, value] of got.registers) {
    const mask = name === "eflags" ? BigInt(ALL_FLAGS | 2) : 0xffffffffn;
    const right = (expected.registers.get(name) as bigint) & mask;
    if ((value & mask) !== right) return { what: name, got: Number(value & mask), expected: Number(right) };
  }
  return undefined;
}

const dword = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");

function sentence(text: string, at: number, { what, got, expected }: Difference): string {
  const where = `${text.toUpperCase()} at ${hex(at, 8)}`;
  const digits = what.length === 2 ? 4 : 8;
  const values = `${hex(got, digits)}, on the bare machine ${hex(expected, digits)}`;
  const flags = what === "eflags" || /^pushf/.test(text) ? flagNames(got, expected) : "";
  if (what === "stack" || what === "memory") return `${where} stored ${values}${flags}`;
  return `${where} left ${what.toUpperCase()} = ${values}${flags}`;
}

/** " (IF is 1, not 0)" for the system flags that differ. */
function flagNames(got: number, expected: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if ((((got ^ expected) >>> bit) & 1) === 0) continue;
    names.push(`${FLAG_NAMES[bit] ?? `bit ${bit}`} is ${(got >>> bit) & 1}, not ${(expected >>> bit) & 1}`);
  }
  return names.length === 0 ? "" : ` (${names.join(", ")})`;
}
