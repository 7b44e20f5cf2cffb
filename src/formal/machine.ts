/**
 * The bare machine. `Machine` is all that a control program gets from it: its storage, its PSW, and that it runs until
 * something traps. A virtual machine (vmm/virtual-machine.ts) gives the same interface, so what runs on one runs on the
 * other, a VMM too.
 *
 * A trap (the paper, section 2), of an instruction or of a memory access:
 *
 *      E[0] := ⟨M, P, R⟩  of the state in which it trapped        the rest of E stays as it was
 *      ⟨M, P, R⟩ := E[1]  the handler that the control program put there
 */
import type { Cpu, Isa, Semantics } from "./isa.ts";
import type { Mode, Outcome, Psw, Relocation, State } from "./state.ts";
import { type Geometry, Words } from "./word.ts";

/** How a run ended: after so many steps, or because a trap was taken (the PSW is then the handler's). */
export interface Run {
  /** State transitions made: instructions completed, and one for the trap if there was one. */
  steps: number;
  end: "limit" | "trap" | "memory-trap";
}

export interface Machine {
  readonly isa: Isa;
  readonly words: Words;
  readonly geometry: Geometry;
  /** E. Writing it is what a control program in supervisor mode with R = (0, q) can do. */
  readonly storage: Int32Array;
  psw: Psw;
  /** Runs at most `limit` steps, and stops after a trap sequence. */
  run(limit: number): Run;
}

/** Cpu and Machine in one. What an instruction does is held back until it has completed without a trap. */
export class Processor implements Cpu, Machine {
  readonly isa: Isa;
  readonly words: Words;
  readonly geometry: Geometry;
  readonly storage: Int32Array;
  private readonly old: Control = { M: "s", P: 0, l: 0, b: 0 };
  private readonly next: Control = { M: "s", P: 0, l: 0, b: 0 };
  private readonly writtenAt: number[] = [];
  private readonly writtenWord: number[] = [];
  private writes = 0;
  private jumped = false;
  private end: Run["end"] = "limit";

  /** @param storage E, shared with whoever else holds it; by default a new one of zeros */
  constructor(isa: Isa, geometry: Geometry, storage: Int32Array = new Int32Array(geometry.storage)) {
    if (geometry.storage < 2)
      throw new RangeError("a machine needs E[0] and E[1] for its traps: storage ≥ 2");
    if (geometry.storage > geometry.radix)
      throw new RangeError(
        `storage ${geometry.storage} > radix ${geometry.radix}: words that nothing can name`,
      );
    if (storage.length !== geometry.storage)
      throw new RangeError(`storage of ${storage.length} words in a machine of ${geometry.storage}`);
    this.isa = isa;
    this.geometry = geometry;
    this.storage = storage;
    this.words = new Words(geometry.radix, isa.instructions.length);
    this.psw = { M: "s", P: 0, R: { l: 0, b: geometry.storage } };
  }

  get psw(): Psw {
    const { M, P, l, b } = this.old;
    return { M, P, R: { l, b } };
  }

  set psw({ M, P, R }: Psw) {
    this.old.M = M;
    this.old.P = P;
    this.old.l = R.l;
    this.old.b = R.b;
  }

  run(limit: number): Run {
    for (let steps = 0; steps < limit; ) {
      this.step();
      steps++;
      if (this.end !== "limit") return { steps, end: this.end };
    }
    return { steps: limit, end: "limit" };
  }

  private step(): void {
    this.begin();
    const word = this.load(this.old.P);
    const semantics = this.isa.byOpcode[this.words.opcode(word)]?.run ?? unassigned;
    semantics(this, this.words.x(word), this.words.y(word));
    if (this.end === "limit") this.complete();
    else this.takeTrap();
  }

  private begin(): void {
    copy(this.old, this.next);
    this.writes = 0;
    this.jumped = false;
    this.end = "limit";
  }

  private complete(): void {
    for (let i = 0; i < this.writes; i++)
      this.storage[this.writtenAt[i] as number] = this.writtenWord[i] as number;
    if (!this.jumped) this.next.P = (this.old.P + 1) % this.words.radix;
    copy(this.next, this.old);
  }

  private takeTrap(): void {
    this.storage[0] = this.words.encodePsw(this.psw);
    this.psw = this.words.decodePsw(this.storage[1] as number);
  }

  /** Did the last instruction, having completed, write absolute word `at`? */
  protected wrote(at: number): boolean {
    for (let i = 0; i < this.writes; i++) if (this.writtenAt[i] === at) return true;
    return false;
  }

  /** The word at an absolute address that is known to exist. */
  protected read(at: number): number {
    return this.storage[at] as number;
  }

  // What instructions see.

  get M(): Mode {
    return this.next.M;
  }

  set M(mode: Mode) {
    this.next.M = mode;
  }

  get P(): number {
    return this.next.P;
  }

  set P(address: number) {
    this.next.P = address;
    this.jumped = true;
  }

  get R(): Relocation {
    return { l: this.next.l, b: this.next.b };
  }

  set R({ l, b }: Relocation) {
    this.next.l = l;
    this.next.b = b;
  }

  load(a: number): number {
    return this.fetch(this.develop(a));
  }

  store(a: number, word: number): void {
    this.put(this.develop(a), word);
  }

  loadAbsolute(a: number): number {
    return this.fetch(this.inStorage(a));
  }

  storeAbsolute(a: number, word: number): void {
    this.put(this.inStorage(a), word);
  }

  trap(): void {
    if (this.end === "limit") this.end = "trap";
  }

  /** Address development, by the R that was in force when the instruction began. */
  private develop(a: number): number {
    return this.inStorage(a >= 0 && a < this.old.b ? a + this.old.l : -1);
  }

  private inStorage(at: number): number {
    if (at >= 0 && at < this.storage.length) return at;
    if (this.end === "limit") this.end = "memory-trap";
    return -1;
  }

  private fetch(at: number): number {
    if (at < 0) return 0;
    for (let i = this.writes - 1; i >= 0; i--)
      if (this.writtenAt[i] === at) return this.writtenWord[i] as number;
    return this.read(at);
  }

  private put(at: number, word: number): void {
    if (at < 0) return;
    this.writtenAt[this.writes] = at;
    this.writtenWord[this.writes] = this.words.wrap(word);
    this.writes++;
  }
}

/** The PSW without the nesting, for speed. */
interface Control {
  M: Mode;
  P: number;
  l: number;
  b: number;
}

function copy(from: Control, to: Control): void {
  to.M = from.M;
  to.P = from.P;
  to.l = from.l;
  to.b = from.b;
}

const unassigned: Semantics = (cpu) => cpu.trap();

/** One instruction on plain data: i(S). The state given is not changed. */
export function execute(isa: Isa, radix: number, state: State): Outcome {
  const machine = new Processor(isa, { storage: state.E.length, radix }, Int32Array.from(state.E));
  machine.psw = state;
  const { end } = machine.run(1);
  return { kind: end === "limit" ? "next" : end, state: snapshot(machine) };
}

export function snapshot(machine: Machine): State {
  return { E: [...machine.storage], ...machine.psw };
}
