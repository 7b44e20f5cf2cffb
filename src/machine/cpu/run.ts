/**
 * The interpreter. It takes a run of instructions out of the code window, charges it at once and follows its links, so that a
 * plain instruction pays for one indirect call:
 *
 *     window ──▶ op ──next──▶ op ──next──▶ branch        left −= runCost, ip += runBytes, steps −= runCount
 *
 * Within a run ip and clock stand at its end already. Everything remains exact to the instruction: a run that could meet a timer
 * or the limit is not begun (instructions go one by one then), a fault gives back what was not executed, and an instruction that
 * turns out to touch a device is taken back and run alone.
 */
import { Breakpoints } from "./breakpoints.ts";
import { Code } from "./code.ts";
import type { Cpu, Stop } from "./cpu.ts";
import { breaksBefore, debugging, trapAfter } from "./debug.ts";
import { deliverFault, deliverInterrupt, deliverNmi } from "./deliver/deliver.ts";
import { ALONE, BREAK, EXIT, FAULT, raise } from "./fault.ts";
import { IF, RF, TF } from "./flags.ts";
import { mend, type Op } from "./op.ts";

/** The most steps in one go: keeps the counter a small integer. */
const LONGEST = 1 << 28;

/** Cycles are whole numbers up to 2⁵³; what sleeps on for months must not come near. */
const LAST_CYCLE = 2 ** 52;

export class Interpreter {
  readonly cpu: Cpu;
  readonly code: Code;
  readonly breakpoints: Breakpoints;
  /** Taken since the machine was made: instructions, and deliveries of exceptions and interrupts. */
  steps = 0;
  /** Cycles that HLT may sleep without an interrupt before the run ends: timers that nobody hears go on for ever. */
  patience = Number.MAX_SAFE_INTEGER;
  /** The cycle at which the processor fell asleep; −1: it is awake. */
  #asleepSince = -1;
  /** A run is going on: the clock already stands at its end. */
  #inRun = false;
  /** Steps in one go: few at first, so that V8 has seen the loop end before it compiles it for good. */
  #longest = 256;
  /** Steps of this slice that are in `retired` already. */
  #counted = 0;
  /** The next instruction runs alone, so that a device sees the right time. */
  #alone = false;

  constructor(cpu: Cpu) {
    this.cpu = cpu;
    this.breakpoints = new Breakpoints(cpu);
    this.code = new Code(cpu, this.breakpoints);
    cpu.bus.onEffect = () => {
      if (this.#inRun) raise(ALONE);
    };
  }

  /** Runs until something stops the machine, or for `limit` steps: instructions and deliveries of exceptions and interrupts. */
  run(limit = Number.POSITIVE_INFINITY): Stop {
    const { cpu } = this;
    const { clock } = cpu;
    const end = this.steps + limit;
    for (;;) {
      if (clock.left <= 0) clock.advance();
      if (cpu.stop !== null) {
        const { stop } = cpu;
        cpu.stop = null;
        return stop;
      }
      if (this.steps >= end) return { reason: "limit" };
      const shadow = cpu.shadow;
      cpu.shadow = false;
      if (cpu.guest?.boundary(cpu, shadow)) {
        this.#asleepSince = -1;
        this.steps++;
        continue;
      }
      if (cpu.nmiPending && !cpu.nmiBlocked && !shadow) {
        cpu.nmiPending = cpu.halted = false;
        this.#asleepSince = -1;
        this.steps++;
        deliverNmi(cpu);
        continue;
      }
      if ((cpu.flags.eflags & IF) !== 0 && !shadow && cpu.irq.pending()) {
        cpu.halted = false;
        this.#asleepSince = -1;
        this.steps++;
        deliverInterrupt(cpu, cpu.irq.acknowledge());
        continue;
      }
      if (cpu.halted) {
        if (!this.#sleep()) return { reason: "halt" };
        continue;
      }
      if (shadow || (cpu.flags.eflags & (TF | RF)) !== 0 || debugging(cpu)) {
        if (this.breakpoints.met) {
          cpu.shadow = shadow;
          return { reason: "breakpoint", address: this.breakpoints.here };
        }
        this.steps += this.#single();
      } else if (this.#alone) this.steps += this.#lone();
      else {
        this.#inRun = true;
        const done = this.#slice(Math.min(end - this.steps, this.#longest));
        this.#inRun = false;
        if (this.#longest < LONGEST) this.#longest *= 2;
        this.steps += done;
        cpu.retired += done - this.#counted;
        this.#counted = 0;
      }
    }
  }

  /**
   * One instruction, whatever interrupts wait, with the debug exceptions before and after it; a fault is delivered. True when it
   * retired. For a monitor that emulates: the guest changes in between, so nothing decoded is kept.
   */
  step(): boolean {
    const { cpu } = this;
    const before = cpu.retired;
    cpu.shadow = false;
    this.code.fleeting = true;
    this.code.window.size = 0;
    try {
      this.steps += this.#single();
    } finally {
      this.code.fleeting = false;
    }
    return cpu.retired > before;
  }

  /** Sleeps to the next timer; false when none can end the HLT, or none did for so long that none will. */
  #sleep(): boolean {
    const { cpu } = this;
    const { clock } = cpu;
    if (this.#asleepSince < 0) this.#asleepSince = clock.now;
    const wake = clock.next;
    const deaf = (cpu.flags.eflags & IF) === 0 && cpu.guest === null;
    if (deaf || wake - this.#asleepSince > this.patience || wake > LAST_CYCLE) {
      this.#asleepSince = -1;
      return false;
    }
    clock.sleepUntil(wake);
    return true;
  }

  /** One instruction, with the debug exceptions before and after it. */
  #single(): number {
    const { cpu } = this;
    if (breaksBefore(cpu)) return 1;
    const stepping = (cpu.flags.eflags & TF) !== 0;
    const before = cpu.retired;
    const steps = this.#lone();
    if (cpu.retired > before) trapAfter(cpu, stepping);
    return steps;
  }

  /**
   * Up to `most` instructions while the clock allows; returns how many steps it took.
   */
  #slice(most: number): number {
    const { cpu } = this;
    const { clock } = cpu;
    const { window } = this.code;
    let steps = most;
    let op: Op | null = null;
    try {
      do {
        let offset = (cpu.ip - window.start) | 0;
        if (offset < 0 || offset >= window.size) {
          op = null;
          this.#inRun = false;
          // RF lasts for one instruction, and without breakpoints it does nothing. What sets it closes the window.
          if ((cpu.flags.eflags & RF) !== 0) breaksBefore(cpu);
          this.code.open();
          this.#inRun = true;
          offset = (cpu.ip - window.start) | 0;
        }
        if (offset < window.size) {
          const first = window.ops[offset] as Op;
          if (first.runWorst < clock.left && first.runCount <= steps) {
            clock.left = (clock.left - first.runCost) | 0;
            steps -= first.runCount;
            cpu.ip = (cpu.ip + first.runBytes) | 0;
            let next: Op | null = first;
            do {
              op = next;
              op.run(cpu, op);
              next = op.next;
            } while (next !== null);
            if (cpu.broken) steps = this.#broken(op, steps);
            continue;
          }
        }
        this.#inRun = false;
        op = null;
        op = this.code.find();
        // It may be an OUT to the marker, which looks at the count.
        cpu.retired += most - steps - this.#counted;
        this.#counted = most - steps;
        steps--;
        this.#runAlone(op);
        this.#inRun = true;
      } while (clock.left > 0 && steps > 0);
    } catch (error) {
      if (error !== FAULT) throw error;
      return this.#faulted(op, most, steps);
    }
    return most - steps;
  }

  /** One instruction, by itself. */
  #lone(): number {
    this.#alone = false;
    let op: Op | null = null;
    try {
      op = this.code.find();
      this.#runAlone(op);
    } catch (error) {
      if (error !== FAULT) throw error;
      const done = this.#faulted(op, 1, op === null ? 1 : 0);
      this.cpu.retired += done;
      return done;
    }
    this.cpu.retired++;
    return 1;
  }

  /** One instruction, whatever run it is in. */
  #runAlone(op: Op): void {
    const { cpu } = this;
    cpu.clock.left = (cpu.clock.left - op.cost) | 0;
    cpu.ip = (cpu.ip + op.runBytes) | 0;
    op.run(cpu, op);
    if (cpu.broken) {
      mend(cpu, op);
      throw FAULT;
    }
    this.#giveBack(op);
  }

  /** `op` ended its run with a page fault (breakRun). Takes and returns the steps that are left. */
  #broken(op: Op, steps: number): number {
    const { cpu } = this;
    mend(cpu, op);
    const left = steps + this.#giveBack(op);
    cpu.ip = (cpu.ip - op.length) | 0;
    cpu.retired--;
    this.#inRun = false;
    deliverFault(cpu);
    this.#inRun = true;
    return left;
  }

  /**
   * Takes back what was charged for the instructions after `op`: ip, which handlers find at the run's end, and in a run its time.
   * Returns how many steps it were.
   */
  #giveBack(op: Op): number {
    const { cpu } = this;
    cpu.ip = (cpu.ip - op.runBytes + op.length) | 0;
    if (!this.#inRun) return 0;
    cpu.clock.left = (cpu.clock.left + op.runCost - op.cost) | 0;
    return op.runCount - 1;
  }

  /** The instruction `op` (null: its fetch) raised FAULT. Returns the steps taken. */
  #faulted(op: Op | null, most: number, left: number): number {
    const { cpu } = this;
    let steps = left;
    if (op === null) {
      // A fetch that faults is a step, or a handler that cannot be fetched would never reach the limit.
      steps--;
    } else {
      steps += this.#giveBack(op);
      cpu.ip = (cpu.ip - op.length) | 0;
    }
    this.#inRun = false;
    // What faulted is not retired; the caller counts steps.
    cpu.retired--;
    if (FAULT.vector < ALONE) {
      deliverFault(cpu);
      return most - steps;
    }
    if (op !== null) cpu.clock.left = (cpu.clock.left + op.cost) | 0;
    if (FAULT.vector === EXIT && cpu.guest !== null) {
      // Without an instruction its fetch met an EPT violation.
      cpu.guest.exit(cpu, op?.length ?? 0);
      return most - steps;
    }
    cpu.retired++;
    if (FAULT.vector === BREAK) {
      cpu.stop = { reason: "breakpoint", address: this.breakpoints.here };
      return most - steps - 1;
    }
    this.#alone = true;
    this.code.isolate(op as Op);
    return most - steps - 1;
  }
}
