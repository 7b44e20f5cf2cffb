/**
 * The three properties that make a control program a VMM (the paper, section 3), measured.
 *
 *      equivalence        bare machine   S0 ── i ──> S1 ── j ──> S2      after every step the virtual machine's
 *                                        │f          │f          │f      E, M, P and R are those of a bare machine
 *                         virtual        V0 ───────> V1 ───────> V2      with as much storage
 *
 *      efficiency         steps that the host ran without the VMM, of all steps
 *      resource control   no word outside the guest's region has changed (E[0] apart, where the host's own traps write)
 */
import { disassemble } from "../format.ts";
import { type Machine, Processor, snapshot } from "../machine.ts";
import { type State, sameRelocation, sameWords } from "../state.ts";
import type { Region } from "./allocator.ts";
import type { Counts, VirtualMachine } from "./virtual-machine.ts";

/** The first step after which the two machines disagree. */
export interface Divergence {
  /** From 1. */
  step: number;
  /** What was executed, as the assembler writes it; "fetch" when P was out of bounds. */
  instruction: string;
  before: State;
  /** On the bare machine. */
  expected: State;
  /** On the virtual machine. */
  actual: State;
  /** "M", "P", "R" or "E[7]". */
  differs: string[];
}

/** Puts both machines into `start` and steps them side by side; undefined when they agree `steps` times. */
export function firstDivergence(
  bare: Machine,
  virtual: Machine,
  start: State,
  steps: number,
): Divergence | undefined {
  for (const machine of [bare, virtual]) {
    machine.storage.set(start.E);
    machine.psw = start;
  }
  for (let step = 1; step <= steps; step++) {
    const before = bare.psw;
    const at = before.P < before.R.b ? before.P + before.R.l : -1;
    const word = bare.storage[at];
    bare.run(1);
    virtual.run(1);
    if (agree(bare, virtual)) continue;
    const [expected, actual] = [snapshot(bare), snapshot(virtual)];
    const instruction = word === undefined ? "fetch" : disassemble(bare.isa, bare.geometry.radix, word);
    return {
      step,
      instruction,
      before: stateAfter(bare, start, step - 1),
      expected,
      actual,
      differs: differences(expected, actual),
    };
  }
  return undefined;
}

/** A bare machine of the same storage as the virtual one, to compare it with. */
export function bareLike({ isa, geometry }: Machine): Processor {
  return new Processor(isa, geometry);
}

function stateAfter({ isa, geometry }: Machine, start: State, steps: number): State {
  const again = new Processor(isa, geometry, Int32Array.from(start.E));
  again.psw = start;
  for (let step = 0; step < steps; step++) again.run(1);
  return snapshot(again);
}

function agree(one: Machine, other: Machine): boolean {
  const [a, b] = [one.psw, other.psw];
  if (a.M !== b.M || a.P !== b.P || !sameRelocation(a.R, b.R)) return false;
  return sameWords(one.storage, other.storage);
}

function differences(expected: State, actual: State): string[] {
  const found: string[] = [];
  if (expected.M !== actual.M) found.push("M");
  if (expected.P !== actual.P) found.push("P");
  if (!sameRelocation(expected.R, actual.R)) found.push("R");
  expected.E.forEach((word, at) => {
    if (word !== actual.E[at]) found.push(`E[${at}]`);
  });
  return found;
}

/** Efficiency, 0 to 1: the steps that the host ran on its own. 1 when there were none. */
export function directFraction({ direct, interpreted, reflected }: Counts): number {
  const all = direct + interpreted + reflected;
  return all === 0 ? 1 : direct / all;
}

/** Resource control: call it before the guest runs; what it returns gives the words outside that changed since. */
export function guard(host: Machine, region: Region): () => number[] {
  const before = Int32Array.from(host.storage);
  const outside = (at: number) => at > 0 && (at < region.from || at >= region.from + region.size);
  return () => [...before.keys()].filter((at) => outside(at) && host.storage[at] !== before[at]);
}

/** The steps of a virtual machine in words, for a student. */
export function formatCounts({ counts }: VirtualMachine): string {
  const { direct, interpreted, allocated, reflected, traps } = counts;
  return `${direct} direct, ${interpreted} interpreted (${allocated} by way of the allocator), ${reflected} reflected; ${traps} traps`;
}
