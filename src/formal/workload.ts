/**
 * A guest whose rate of sensitive instructions is chosen: a supervisor phase with all of them, then, by a PSW load, a
 * user phase without. It is straight-line code, and each instruction was tried while it was written: it completes, goes
 * on to the next one and leaves M and R alone, in exactly the state in which it will run.
 *
 *      0   1   2   3 …                      …                    q - 16 …     q
 *      ┌───┬───┬────┬──────────────────┬──────────┬────────────────┬────────────┐
 *      │   │   │mask│ supervisor phase │ load PSW │ user phase     │ data, a PSW│
 *      └───┴───┴────┴──────────────────┴──────────┴────────────────┴────────────┘
 */
import type { Isa } from "./isa.ts";
import { Processor } from "./machine.ts";
import { bySensitivity, Dice, pswLoader } from "./random.ts";
import type { State } from "./state.ts";
import { type Geometry, Words } from "./word.ts";

export interface Workload {
  start: State;
  /** Steps until the last instruction of the user phase has completed. */
  steps: number;
  /** Sensitive instructions among them, the PSW load included. */
  sensitive: number;
}

export interface WorkloadOptions {
  geometry: Geometry;
  seed: number;
  /** Sensitive instructions of all, 0 to 1. */
  rate: number;
  /** Steps in supervisor mode of all, 0 to 1; where the rate is higher it is the rate, for no user may run them. */
  supervisor: number;
}

const CODE = 3;
const DATA = 16;
const TRIES = 10_000;

/** @throws Error when the ISA has no instruction that loads a PSW, or none that can fill a phase */
export function workload(isa: Isa, { geometry, seed, rate, supervisor }: WorkloadOptions): Workload {
  const loader = pswLoader(isa);
  if (!loader) throw new Error(`the ISA "${isa.name}" has no instruction that loads (M, P, R) from a word`);
  const { storage, radix } = geometry;
  const words = new Words(radix, isa.instructions.length);
  const dice = new Dice(seed);
  const { sensitive, others } = bySensitivity(isa);
  const R = { l: 0, b: storage };
  const data = storage - DATA;
  const room = data - CODE - 1;
  const share = Math.max(supervisor, rate);
  const inSupervisor = Math.round(room * share);
  const user = CODE + inSupervisor + 1;

  const E = Array.from({ length: storage }, (_, at) => (at < data ? 0 : dice.int(1, words.count - 1)));
  E[storage - 1] = words.encodePsw({ M: "u", P: user, R });
  const start: State = { E, M: "s", P: CODE, R };
  const trial = new Processor(isa, geometry, Int32Array.from(E));
  trial.psw = start;

  const settle = (at: number, word: number): void => {
    E[at] = word;
    trial.storage[at] = word;
  };
  /** Does the word complete at P, going on to P + 1 with the same M and R, and leave code alone? */
  const goesOn = (word: number): boolean => {
    const before = trial.psw;
    const storageBefore = trial.storage.slice();
    settle(before.P, word);
    const { end } = trial.run(1);
    const { M, P, R: after } = trial.psw;
    const quiet =
      end === "limit" && P === before.P + 1 && M === before.M && after.l === 0 && after.b === storage;
    const intact = changed(trial.storage, storageBefore).every(
      (at) => at === before.P || at < CODE || at >= data,
    );
    const kept = trial.storage[storage - 1] === E[storage - 1];
    if (quiet && intact && kept) return true;
    trial.storage.set(storageBefore);
    trial.psw = before;
    return false;
  };
  const operand = () => dice.int(data, storage - 2);
  const append = (pool: typeof others): void => {
    for (let tries = 0; tries < TRIES; tries++) {
      const { opcode } = dice.one(pool).instruction;
      if (goesOn(words.encode(opcode, operand(), operand()))) return;
    }
    throw new Error(`the ISA "${isa.name}" has no instruction that simply goes on to the next one`);
  };

  let count = 1;
  for (let i = 0; i < inSupervisor; i++) {
    const isOne = dice.chance(rate / share);
    if (isOne) count++;
    append(isOne ? sensitive : others);
  }
  settle(trial.psw.P, words.encode(loader.opcode, storage - 1, 0));
  trial.run(1);
  for (let at = user; at < data; at++) append(others);
  return { start, steps: data - CODE, sensitive: count };
}

function changed(now: Int32Array, before: Int32Array): number[] {
  return [...now.keys()].filter((at) => now[at] !== before[at]);
}
