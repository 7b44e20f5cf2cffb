/**
 * Two machines with lazy storage that run the same instruction, and what the clauses C1 to C5 (component.ts) ask of the
 * pair: how did each end, did each change M or R, and if neither did, do the windows or the P differ?
 */
import type { StatePair } from "./component.ts";
import type { Isa } from "./isa.ts";
import { Choices, LazyMachine } from "./lazy.ts";
import type { Run } from "./machine.ts";
import type { Psw, Relocation } from "./state.ts";
import { type Geometry, Words } from "./word.ts";

const END: Record<Run["end"], number> = { limit: 0, trap: 1, "memory-trap": 2 };

/** How many words E|r has. */
export function windowSize({ l, b }: Relocation, { storage }: Geometry): number {
  return Math.max(0, Math.min(b, storage - l));
}

/** Of an answer of `TwinMachines.run`: the windows or the P came out differently (C4, C5). */
export function showsBehaviour(facts: number): boolean {
  return facts % 2 === 1;
}

/** The two machines of a pair. */
export class TwinMachines {
  readonly choices: Choices;
  readonly words: Words;
  private readonly first: LazyMachine;
  private readonly second: LazyMachine;

  constructor(isa: Isa, geometry: Geometry) {
    this.words = new Words(geometry.radix, isa.instructions.length);
    this.choices = new Choices(this.words.count);
    this.first = new LazyMachine(isa, geometry, this.choices);
    this.second = new LazyMachine(isa, geometry, this.choices);
  }

  shareAll(): void {
    this.first.share(this.second, 0, this.first.storage.length, 0);
    this.second.share(this.first, 0, this.first.storage.length, 0);
  }

  shareWindow(R: Relocation, moved: Relocation, size: number): void {
    this.first.share(this.second, R.l, size, moved.l - R.l);
    this.second.share(this.first, moved.l, size, R.l - moved.l);
  }

  /** Runs the instruction `word` in both states, and answers the questions as one number. */
  run(one: Psw, other: Psw, word: number): number {
    const { first, second } = this;
    first.reset(one);
    second.reset(other);
    first.settle(one.R.l + one.P, word);
    second.settle(other.R.l + other.P, word);
    const ends = [first.run(1).end, second.run(1).end] as const;
    const changed = [
      ends[0] === "limit" && first.changedControl(),
      ends[1] === "limit" && second.changedControl(),
    ] as const;
    const comparable = ends[0] === "limit" && ends[1] === "limit" && !changed[0] && !changed[1];
    const differs = comparable && this.differs(one.R);
    return (
      (END[ends[0]] * 3 + END[ends[1]]) * 8 + (changed[0] ? 4 : 0) + (changed[1] ? 2 : 0) + (differs ? 1 : 0)
    );
  }

  private differs(R: Relocation): boolean {
    let differs = this.first.psw.P !== this.second.psw.P;
    for (let i = 0; i < windowSize(R, this.first.geometry); i++)
      if (this.first.wordDiffers(R.l + i)) differs = true;
    return differs;
  }

  start(): Pick<StatePair, "first" | "second"> {
    return { first: this.first.start(), second: this.second.start() };
  }
}
