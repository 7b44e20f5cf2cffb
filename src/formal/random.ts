/** Random programs, the same ones for the same seed on every machine. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { classify, type Evidence } from "./classify.ts";
import type { Instruction, Isa } from "./isa.ts";
import { execute } from "./machine.ts";
import { isSensitive } from "./reference.ts";
import type { Psw, State } from "./state.ts";
import { type Geometry, Words } from "./word.ts";

/** Draws from one stream of random numbers. */
export class Dice {
  private readonly generator;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return uniformInt(this.generator, low, high);
  }

  chance(probability: number): boolean {
    return this.int(0, 2 ** 30 - 1) < probability * 2 ** 30;
  }

  /** @throws RangeError when there is nothing to choose from */
  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new RangeError("there is nothing to draw from");
    return of[this.int(0, of.length - 1)] as T;
  }
}

/** Sensitive and other instructions of an ISA, by execution. */
export function bySensitivity(isa: Isa): { sensitive: Evidence[]; others: Evidence[] } {
  const all = classify(isa);
  return { sensitive: all.filter(isSensitive), others: all.filter((found) => !isSensitive(found)) };
}

/** An instruction that loads all of (M, P, R) from the word that its x names; found by trying. */
export function pswLoader(isa: Isa): Instruction | undefined {
  const words = new Words(8, isa.instructions.length);
  const target: Psw = { M: "u", P: 5, R: { l: 1, b: 6 } };
  return isa.instructions.find(({ opcode }) => {
    const E = [0, 0, words.encode(opcode, 3, 0), words.encodePsw(target), 0, 0, 0, 0];
    const { kind, state } = execute(isa, 8, { E, M: "s", P: 2, R: { l: 0, b: 8 } });
    return kind === "next" && words.encodePsw(state) === words.encodePsw(target);
  });
}

export interface RandomOptions {
  geometry: Geometry;
  seed: number;
  /** How often an instruction is drawn from the sensitive ones, 0 to 1. */
  rate: number;
  /** How often an operand, a P or an R points anywhere at all, 0 to 1: attempts to break out. */
  wild: number;
}

/**
 * A storage full of random instructions, PSWs and numbers, with a trap handler that mostly goes on somewhere else.
 *
 *      0    1        2 …                 h …            q - d …       q
 *      ┌────┬────────┬───────────────────┬──────────────┬─────────────┐
 *      │old │new PSW │ random code       │ handler code │ random PSWs │
 *      └────┴────────┴───────────────────┴──────────────┴─────────────┘
 */
export function randomProgram(isa: Isa, { geometry, seed, rate, wild }: RandomOptions): State {
  const { storage, radix } = geometry;
  const words = new Words(radix, isa.instructions.length);
  const dice = new Dice(seed);
  const { sensitive, others } = bySensitivity(isa);
  const data = storage - Math.floor(storage / 4);
  const handler = data - 4;
  const address = () => (dice.chance(wild) ? dice.int(0, radix - 1) : dice.int(0, storage - 1));
  const code = () => {
    const pool = sensitive.length > 0 && dice.chance(rate) ? sensitive : others;
    const x = dice.chance(0.7) ? dice.int(data, storage - 1) : address();
    return words.encode(dice.one(pool).instruction.opcode, x, address());
  };
  const psw = (): number => {
    const whole = { l: 0, b: storage };
    const part = { l: dice.int(0, 3), b: dice.int(storage - 6, storage) };
    const anywhere = { l: dice.int(0, radix - 1), b: dice.int(0, radix) };
    const R = dice.chance(wild) ? anywhere : dice.one([whole, part]);
    return words.encodePsw({ M: dice.one(["s", "u"]), P: dice.int(2, handler - 1), R });
  };
  const E = Array.from({ length: storage }, (_, at) => {
    if (at < 2 || at >= data) return dice.chance(0.7) ? psw() : dice.int(0, words.count - 1);
    return code();
  });
  E[1] = words.encodePsw({ M: "s", P: handler, R: { l: 0, b: storage } });
  const loader = pswLoader(isa);
  if (loader && !dice.chance(wild)) E[data - 1] = words.encode(loader.opcode, dice.int(data, storage - 1), 0);
  return { E, M: dice.one(["s", "u"]), P: 2, R: { l: 0, b: storage } };
}
