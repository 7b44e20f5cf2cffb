/**
 * A virtual machine: a region of its host's storage, and a PSW that the guest believes in. The guest's instructions run
 * on the host itself, always in user mode and with an R that does not leave the region; the host's traps come back here.
 *
 *      the guest believes         E      M        P      R = (l, b)
 *      f (the paper, section 4)   │      │        │      │
 *      the host has      E[from + i]     u        P      compose(R)
 *
 * It gives its guest the interface of the machine that it runs on (`Machine`), so a guest may be a VMM (see vmm.ts).
 */
import type { Isa } from "../isa.ts";
import type { Machine, Run } from "../machine.ts";
import type { Psw } from "../state.ts";
import type { Geometry, Words } from "../word.ts";
import type { Allocator, Region } from "./allocator.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { Interpreter } from "./interpreter.ts";

/** What became of the guest's steps. */
export interface Counts {
  /** Run by the host without the VMM. */
  direct: number;
  /** Carried out by an interpreter routine. */
  interpreted: number;
  /** Of those: instructions that changed M or R, so that the allocator had its say. */
  allocated: number;
  /** Traps handed to the guest's own supervisor. */
  reflected: number;
  /** Traps of the host that the dispatcher took. */
  traps: number;
}

export class VirtualMachine implements Machine {
  readonly isa: Isa;
  readonly words: Words;
  readonly geometry: Geometry;
  readonly storage: Int32Array;
  readonly region: Region;
  readonly counts: Counts = { direct: 0, interpreted: 0, allocated: 0, reflected: 0, traps: 0 };
  psw: Psw;
  private readonly host: Machine;
  private readonly allocator: Allocator;
  private readonly dispatcher: Dispatcher;
  private readonly interpreter: Interpreter;

  constructor(host: Machine, region: Region, allocator: Allocator, dispatcher: Dispatcher) {
    this.host = host;
    this.isa = host.isa;
    this.words = host.words;
    this.region = region;
    this.geometry = { storage: region.size, radix: host.geometry.radix };
    this.storage = host.storage.subarray(region.from, region.from + region.size);
    this.allocator = allocator;
    this.dispatcher = dispatcher;
    this.interpreter = new Interpreter(host.isa, this.geometry, this.storage);
    this.psw = { M: "s", P: 0, R: { l: 0, b: region.size } };
  }

  run(limit: number): Run {
    for (let steps = 0; ; ) {
      if (steps >= limit) return { steps, end: "limit" };
      const run = this.runsDirectly() ? this.direct(limit - steps) : { steps: 1, end: this.interpret() };
      steps += run.steps;
      if (run.end !== "limit") return { steps, end: run.end };
    }
  }

  /** May the host run the guest's next instruction? Always, for the VMM of Theorem 1. */
  protected runsDirectly(): boolean {
    return true;
  }

  private direct(limit: number): Run {
    const { host } = this;
    host.psw = { M: "u", P: this.psw.P, R: this.allocator.compose(this.region, this.psw.R) };
    const run = host.run(limit);
    if (run.end === "limit") {
      this.counts.direct += run.steps;
      this.psw = { ...this.psw, P: host.psw.P };
      return run;
    }
    this.counts.direct += run.steps - 1;
    this.counts.traps++;
    this.psw = { ...this.psw, P: this.words.decodePsw(host.storage[0] as number).P };
    return { steps: run.steps, end: this.dispatch(run.end) };
  }

  private dispatch(end: Run["end"]): Run["end"] {
    const { P, R } = this.psw;
    const decision = this.dispatcher.decide(end, end === "trap" ? this.opcodeAt(P + R.l) : 0, this.psw.M);
    if (decision === "reflect") return this.reflect(end);
    if (decision === "allocate") this.counts.allocated++;
    return this.interpret();
  }

  private opcodeAt(at: number): number {
    return this.words.opcode(this.storage[at] as number);
  }

  /** The trap sequence of the machine, on the virtual one. */
  private reflect(end: Run["end"]): Run["end"] {
    this.counts.reflected++;
    this.storage[0] = this.words.encodePsw(this.psw);
    this.psw = this.words.decodePsw(this.storage[1] as number);
    return end;
  }

  private interpret(): Run["end"] {
    const { psw, end } = this.interpreter.interpret(this.psw);
    this.counts.interpreted++;
    this.psw = psw;
    return end;
  }
}
