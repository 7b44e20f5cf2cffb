/** Makes failing cases small: all candidates of a round run in one batch, so that a round costs one start of QEMU. */
import { ended, type Machine, type Result, runBatch } from "./batch.ts";
import { type Case, ENTRY, memoryBefore } from "./case.ts";
import { compare, type Difference } from "./compare.ts";
import type { Ground } from "./world.ts";

export interface Failure {
  of: Case;
  differences: Difference[];
  ours: Result;
  theirs: Result;
  /** A dword of memory as the case found it. */
  before: (address: number) => number;
}

/** Both machines, and what counts as a difference. */
export interface Arena {
  readonly ours: Machine;
  readonly theirs: Machine;
  readonly ground: Ground;
  /** True when a difference is known (explained/): it is not worth keeping. */
  readonly known: (failure: Failure) => boolean;
}

/**
 * Our machine goes first. Where it comes to no outcome, a trial does not bother QEMU: it would have to be started again for
 * each of them. Where QEMU then had to be started again, so must ours.
 */
export async function judge(arena: Arena, cases: readonly Case[], trial = false): Promise<Failure[]> {
  return (await judgeWithFresh(arena, cases, trial)).failures;
}

/** The same, and which cases began on a fresh machine. */
export async function judgeWithFresh(
  arena: Arena,
  cases: readonly Case[],
  trial = false,
): Promise<{ failures: Failure[]; fresh: ReadonlySet<number> }> {
  const { ground } = arena;
  let ours = await runBatch(arena.ours, ground, cases);
  const given = trial
    ? cases.map((of, i) => (ended(ours.results[i]!) ? { ...of, entry: ENTRY.skip } : of))
    : cases;
  const theirs = await runBatch(arena.theirs, ground, given, ours.fresh, trial ? 2 : undefined);
  if (theirs.fresh.size > ours.fresh.size) ours = await runBatch(arena.ours, ground, cases, theirs.fresh);
  return { failures: confront(arena, cases, ours.results, theirs.results), fresh: theirs.fresh };
}

function confront(
  { ground }: Arena,
  cases: readonly Case[],
  ours: readonly Result[],
  theirs: readonly Result[],
): Failure[] {
  return cases.map((of, i) => {
    const before = memoryBefore(ground.image, of);
    const [a, b] = [ours[i]!, theirs[i]!];
    return { of, differences: compare(of, a, b, before), ours: a, theirs: b, before };
  });
}

/** Each case on a machine of its own: nothing is left over from others. */
export async function judgeAlone(arena: Arena, cases: readonly Case[]): Promise<Failure[]> {
  const each = new Set(cases.keys());
  const ours = await runBatch(arena.ours, arena.ground, cases, each);
  const theirs = await runBatch(arena.theirs, arena.ground, cases, each);
  return confront(arena, cases, ours.results, theirs.results);
}

const ROUNDS = 10;
/** Candidates of all failures in one round. */
const MOST = 6000;

export async function shrink(arena: Arena, failures: readonly Failure[]): Promise<Failure[]> {
  const best = [...failures];
  const done = new Set<number>();
  for (let round = 0; round < ROUNDS && done.size < best.length; round++) {
    const candidates: { of: Case; from: number }[] = [];
    best.forEach((failure, from) => {
      if (done.has(from)) return;
      const smaller = simpler(failure.of);
      if (candidates.length + smaller.length > MOST) return;
      for (const of of smaller) candidates.push({ of, from });
    });
    const judged = await judge(
      arena,
      candidates.map(({ of }) => of),
      true,
    );
    const better = new Map<number, Failure>();
    judged.forEach((failure, i) => {
      const { from } = candidates[i]!;
      if (!better.has(from) && failure.differences.length > 0 && !arena.known(failure))
        better.set(from, failure);
    });
    const tried = new Set(candidates.map(({ from }) => from));
    for (const from of tried) {
      const found = better.get(from);
      if (found) best[from] = found;
      else done.add(from);
    }
  }
  return best;
}

/** Simpler cases, the boldest first. */
function simpler(of: Case): Case[] {
  const { instructions, registers } = of;
  const cases: Case[] = [];
  if (instructions.length > 1) {
    for (const alone of instructions) cases.push({ ...of, instructions: [alone] });
    instructions.forEach((_, without) => {
      cases.push({ ...of, instructions: instructions.filter((__, i) => i !== without) });
    });
    return cases;
  }
  if (of.pokes.length > 0) cases.push({ ...of, pokes: [] });
  const changed = registers.map((value, i) => (i !== 4 && value !== 0n ? i : -1)).filter((i) => i >= 0);
  if (changed.length > 1) {
    const half = new Set(changed.slice(0, changed.length >> 1));
    cases.push({ ...of, registers: registers.map((value, i) => (half.has(i) ? 0n : value)) });
    cases.push({ ...of, registers: registers.map((value, i) => (half.has(i) || i === 4 ? value : 0n)) });
  }
  for (const i of changed)
    cases.push({ ...of, registers: registers.map((value, j) => (i === j ? 0n : value)) });
  for (const bit of [0x8d5, 0x100, 0x400, 0x3000, 0x4000, 0x10000, 0x40000, 0x200000])
    if (of.flags & bit) cases.push({ ...of, flags: of.flags & ~bit });
  for (const bit of [4, 8, 0x80, 0x800, 0x100000, 0x200000, 0x10000])
    if (of.cr4 & bit) cases.push({ ...of, cr4: of.cr4 & ~bit });
  for (const bit of [2, 4, 8, 0x10000]) if (of.cr0 & bit) cases.push({ ...of, cr0: of.cr0 & ~bit });
  const bytes = instructions[0]!;
  for (let i = 0; i < Math.min(5, bytes.length - 1); i++)
    if (
      [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65].includes(bytes[i]!) ||
      (of.bits === 64 && (bytes[i]! & 0xf0) === 0x40)
    )
      cases.push({ ...of, instructions: [bytes.filter((_, j) => j !== i)] });
  return cases;
}
