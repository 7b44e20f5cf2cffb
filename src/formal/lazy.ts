/**
 * Machines whose storage has no content until an instruction reads it: then the word gets every value in turn. Running
 * an instruction again and again until `Choices.advance` says false has it run on all states, though the words that it
 * never reads are not enumerated. (Bounded-exhaustive search with lazy initialisation, as in Korat: Boyapati, Khurshid
 * and Marinov, ISSTA 2002.)
 */
import type { Isa } from "./isa.ts";
import { Processor } from "./machine.ts";
import type { Psw, State } from "./state.ts";
import type { Geometry } from "./word.ts";

/** Every combination of values for as many choices as turn out to be made: an odometer that grows when asked. */
export class Choices {
  private readonly made: number[] = [];
  private position = 0;
  private readonly values: number;
  most = 0;

  constructor(values: number) {
    this.values = values;
  }

  next(): number {
    if (this.position === this.made.length) this.made.push(0);
    this.most = Math.max(this.most, this.made.length);
    return this.made[this.position++] as number;
  }

  restart(): void {
    this.made.length = 0;
    this.position = 0;
  }

  /** On to the next combination; false when there is none. */
  advance(): boolean {
    this.position = 0;
    while (this.made.length > 0) {
      const last = (this.made.pop() as number) + 1;
      if (last < this.values) {
        this.made.push(last);
        return true;
      }
    }
    return false;
  }
}

const UNREAD = -1;

/** A machine whose words get their values when they are first read, in it or in its twin. */
export class LazyMachine extends Processor {
  private readonly initial: Int32Array;
  private readonly choices: Choices;
  private twin: LazyMachine | undefined;
  /** Words `from` … `from + size - 1` are shared; this address plus `shift` is the twin's address. */
  private shared = { from: 0, size: 0, shift: 0 };
  private before: Psw = { M: "s", P: 0, R: { l: 0, b: 0 } };

  constructor(isa: Isa, geometry: Geometry, choices: Choices) {
    super(isa, geometry);
    this.choices = choices;
    this.initial = new Int32Array(geometry.storage);
  }

  share(twin: LazyMachine, from: number, size: number, shift: number): void {
    this.twin = twin;
    this.shared = { from, size, shift };
  }

  reset(before: Psw): void {
    this.initial.fill(UNREAD);
    this.before = before;
    this.psw = before;
  }

  settle(at: number, word: number): void {
    this.initial[at] = word;
    this.storage[at] = word;
  }

  protected override read(at: number): number {
    if (this.initial[at] === UNREAD) {
      const word = this.choices.next();
      this.settle(at, word);
      const { from, size, shift } = this.shared;
      if (at >= from && at < from + size) this.twin?.settle(at + shift, word);
    }
    return super.read(at);
  }

  /** Does word `at`, after both have run, differ from the twin's? */
  wordDiffers(at: number): boolean {
    const there = at + this.shared.shift;
    const twin = this.twin as LazyMachine;
    if (!this.wrote(at) && !twin.wrote(there)) return false;
    return this.after(at) !== twin.after(there);
  }

  private after(at: number): number {
    return this.wrote(at) ? (this.storage[at] as number) : this.read(at);
  }

  /** Of an instruction that completed. */
  changedControl(): boolean {
    const { M, R } = this.psw;
    const { before } = this;
    return M !== before.M || R.l !== before.R.l || R.b !== before.R.b;
  }

  /** The state that it began in; words that nobody asked for are 0. */
  start(): State {
    return { E: Array.from(this.initial, (word) => Math.max(word, 0)), ...this.before };
  }
}
