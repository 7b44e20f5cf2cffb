/**
 * A debugger that goes backwards. The machine is deterministic, so an earlier moment is reached by restoring a checkpoint and
 * running forward to it:
 *
 *     checkpoint 0 ───────── checkpoint 1 ───────── checkpoint 2 ──────▶ now
 *                                 └── run n steps ──▶ one step ago
 *
 * Keys and serial bytes that came from outside are given through `input`, which remembers when, so that they come again: going
 * forward from the past repeats what was. An input in the past makes another future, and the old one is forgotten. What a monitor
 * keeps outside of the machine does not go back.
 */
import type { Gva } from "../address.ts";
import type { Stop } from "../cpu/cpu.ts";
import type { Machine } from "../machine.ts";
import { Checkpoints } from "./checkpoints.ts";
import { generalNames, readRegisters } from "./registers.ts";
import { type Line, listing, type Step, step } from "./step.ts";
import { shownAsTable } from "./table.ts";

export interface DebuggerOptions {
  /** Steps between checkpoints at first; it grows with the time that is to be gone back over. */
  readonly interval?: number;
  /** Labels of the program, for at(). */
  readonly symbols?: ReadonlyMap<string, number>;
}

interface Input {
  readonly at: number;
  readonly give: () => void;
}

const NONE: ReadonlySet<number> = new Set();
/** Steps between two looks up. */
const SLICE = 200_000;

export class Debugger {
  readonly machine: Machine;
  /** Linear addresses: the machine stops before the instruction there. */
  readonly breakpoints = new Set<number>();
  /** Steps since the debugger was attached: instructions and deliveries. */
  now = 0;
  /** It repeats what was, to get to an earlier moment: what the guest sends now, it has sent before. */
  replaying = false;
  readonly #checkpoints: Checkpoints;
  readonly #symbols: ReadonlyMap<string, number>;
  readonly #inputs: Input[] = [];
  /** How many of the inputs the machine has had. */
  #given = 0;

  constructor(machine: Machine, { interval, symbols = new Map() }: DebuggerOptions = {}) {
    this.machine = machine;
    this.#symbols = symbols;
    this.#checkpoints = new Checkpoints(machine, interval);
  }

  /** Does something to the machine from outside (types a key, sends a byte) now, and again whenever this moment is replayed. */
  input(give: () => void): void {
    this.#inputs.length = this.#given;
    this.#checkpoints.forgetAfter(this.now);
    this.#inputs.push({ at: this.now, give });
    this.#giveInputs();
  }

  /** One instruction or one delivery. */
  step(): Step {
    this.#checkpoints.take(this.now, this.#given);
    const { now } = this;
    return shownAsTable(
      this.#counted(() => step(this.machine)),
      now,
    );
  }

  /** So many steps, all of them told, or fewer when something stops the machine before. */
  trace(steps: number): Step[] {
    const { now } = this;
    const told: Step[] = [];
    while (told.length < steps && told.at(-1)?.stop === undefined) told.push(this.step());
    return shownAsTable(told, now);
  }

  /** The address of a label. Throws a RangeError, with the labels there are, for another name. */
  at(label: string): Gva {
    const address = this.#symbols.get(label);
    if (address !== undefined) return address as Gva;
    const known = [...this.#symbols.keys()].join(", ");
    throw new RangeError(`there is no label "${label}": ${known || "the image came without labels"}`);
  }

  /** Runs to a breakpoint, to a stop of the machine, or for `limit` steps. The breakpoint that it stands on does not hold it. */
  continue(limit?: number): Stop {
    return drain(this.continuing(limit));
  }

  /** One instruction, a called procedure or interrupt handler being one: to the instruction behind it, or to whatever stops it before. */
  next(limit?: number): Stop {
    return drain(this.nexting(limit));
  }

  /** continue() in pieces, so that one can look up from time to time and leave. */
  *continuing(limit = Number.POSITIVE_INFINITY): Generator<void, Stop> {
    return yield* this.#going(this.now + limit, this.breakpoints);
  }

  /** Runs `steps` steps past breakpoints, in pieces. */
  *going(steps: number): Generator<void, Stop> {
    return yield* this.#going(this.now + steps, NONE);
  }

  /** next() in pieces. */
  *nexting(limit = Number.POSITIVE_INFINITY): Generator<void, Stop> {
    const behind = this.#behindCall();
    if (behind === undefined) return yield* this.#going(this.now + Math.min(limit, 1), NONE);
    const end = this.now + limit;
    const depth = this.#stack;
    for (;;) {
      const stop: Stop = yield* this.#going(end, new Set([...this.breakpoints, behind]));
      const elsewhere = stop.reason !== "breakpoint" || stop.address !== behind;
      // A recursion comes by with a deeper stack.
      if (elsewhere || this.breakpoints.has(behind) || this.#stack >= depth) return stop;
    }
  }

  /** Goes back; to the beginning when there are fewer steps. */
  back(steps = 1): void {
    this.goTo(Math.max(0, this.now - steps));
  }

  /** Back to the last time before now that a breakpoint was met. False, and nothing moved, when there was none. */
  backToBreakpoint(): boolean {
    const { now } = this;
    let to = now;
    for (const from of this.#checkpoints.before(now)) {
      const met = this.#lastMeeting(from, to);
      if (met !== undefined) {
        this.goTo(met);
        return true;
      }
      to = from;
    }
    this.goTo(now);
    return false;
  }

  /**
   * To a moment by its number: backwards by replay, forwards by running, past breakpoints and stops. Returns why it did not get
   * there, when the machine halts before.
   */
  goTo(moment: number): Stop | undefined {
    if (moment < this.now) {
      this.#silently(() => {
        this.#restore(moment);
        this.#run(moment);
      });
      return undefined;
    }
    return this.#run(moment);
  }

  /** Low half of the stack pointer, unsigned. */
  get #stack(): number {
    const { cpu } = this.machine;
    return Number((readRegisters(cpu).get(generalNames(cpu)[4] as string) as bigint) & 0xffffffffn);
  }

  /** Where a call or a software interrupt comes back to. */
  #behindCall(): Gva | undefined {
    const [line] = listing(this.machine, 1) as [Line];
    if (!/^(call|int\d?|into|syscall|sysenter)\b/.test(line.text)) return undefined;
    const behind = line.at + line.bytes.length;
    return (this.machine.cpu.wide ? behind : behind | 0) as Gva;
  }

  *#going(end: number, breakpoints: ReadonlySet<number>): Generator<void, Stop> {
    let stop = this.#forward(Math.min(end, this.now + 1), NONE);
    while (stop.reason === "limit" && this.now < end) {
      stop = this.#forward(Math.min(end, this.now + SLICE), breakpoints);
      yield;
    }
    return stop;
  }

  /** Runs to a moment through everything that stops the machine but a halt. */
  #run(moment: number): Stop | undefined {
    while (this.now < moment) {
      const before = this.now;
      const stop = this.#forward(moment, NONE);
      if (this.now === before && stop.reason !== "limit") return stop;
    }
    return undefined;
  }

  /** Runs on, at most to the moment `end`, and no farther than to the next checkpoint or input: that is what "limit" may mean. */
  #forward(end: number, breakpoints: ReadonlySet<number>): Stop {
    const { machine } = this;
    this.#checkpoints.take(this.now, this.#given);
    const until = Math.min(end, this.#checkpoints.next, this.#inputs[this.#given]?.at ?? end);
    return this.#counted(() => machine.run({ limit: until - this.now, breakpoints }));
  }

  #counted<T extends { reason?: string; stop?: Stop }>(run: () => T): T {
    const { machine } = this;
    const { steps } = machine;
    const done = run();
    this.now += machine.steps - steps;
    // It slept without waking: time went on within one moment, which a replay of this moment must know.
    const halted = (done.stop ?? done).reason === "halt";
    if (halted && this.#given === this.#inputs.length) {
      this.#inputs.push({ at: this.now, give: () => machine.run({ limit: 1 }) });
      this.#given++;
    } else this.#giveInputs();
    return done;
  }

  #giveInputs(): void {
    for (let next = this.#inputs[this.#given]; next?.at === this.now; next = this.#inputs[this.#given]) {
      this.#given++;
      next.give();
    }
  }

  #restore(moment: number): void {
    const { at, inputs } = this.#checkpoints.restore(moment);
    this.now = at;
    this.#given = inputs;
    this.#giveInputs();
  }

  /** The last moment in from … to − 1 that stands on a breakpoint. */
  #lastMeeting(from: number, to: number): number | undefined {
    let met: number | undefined;
    this.#silently(() => {
      this.#restore(from);
      while (this.now < to) {
        const { reason } = this.#forward(to, this.breakpoints);
        if (reason !== "breakpoint") continue;
        met = this.now;
        this.#forward(this.now + 1, NONE);
      }
    });
    return met;
  }

  #silently(replay: () => void): void {
    this.replaying = true;
    try {
      replay();
    } finally {
      this.replaying = false;
    }
  }
}

function drain<T>(running: Generator<void, T>): T {
  for (;;) {
    const { done, value } = running.next();
    if (done) return value;
  }
}
