/**
 * A debugger that goes backwards. The machine is deterministic, so an earlier moment is reached by restoring a checkpoint and
 * running forward to it:
 *
 *     checkpoint 0 ───────── checkpoint 1 ───────── checkpoint 2 ──────▶ now
 *                                 └── run n steps ──▶ one step ago
 *
 * Keys and serial bytes that came from outside are given through `input`, which remembers when, so that they come again.
 */
import type { Gva } from "../address.ts";
import type { Stop } from "../cpu/cpu.ts";
import type { Machine } from "../machine.ts";
import { instructionAddress } from "./look.ts";
import { type Step, step } from "./step.ts";

/** Steps between checkpoints: a step back takes at most so many steps, about half a second without breakpoints. */
const INTERVAL = 2_000_000;
/** When there are more, every second one goes: old times get a coarser grid. */
const MOST_CHECKPOINTS = 32;

interface Checkpoint {
  at: number;
  snapshot: Uint8Array;
}

interface Input {
  at: number;
  give: () => void;
}

export class Debugger {
  readonly machine: Machine;
  /** Linear addresses: the machine stops before the instruction there. */
  readonly breakpoints = new Set<number>();
  /** Steps since the debugger was attached: instructions and deliveries. */
  now = 0;
  readonly #checkpoints: Checkpoint[];
  readonly #inputs: Input[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
    this.#checkpoints = [{ at: 0, snapshot: machine.save() }];
  }

  /** Does something to the machine from outside (types a key, sends a byte) now, and again whenever this moment is replayed. */
  input(give: () => void): void {
    this.#inputs.push({ at: this.now, give });
    give();
  }

  /** One instruction or one delivery. */
  step(): Step {
    this.#checkpoint();
    const done = step(this.machine);
    if (done.stop === undefined) this.now++;
    return done;
  }

  /** Runs to a breakpoint, to a stop of the machine, or for `limit` steps. */
  continue(limit = Number.POSITIVE_INFINITY): Stop {
    const end = this.now + limit;
    // The breakpoint that it stands on does not hold it.
    let first = true;
    while (this.now < end) {
      this.#checkpoint();
      const { stop, steps } = this.#advance(Math.min(end, this.#nextCheckpoint) - this.now, first);
      this.now += steps;
      first = false;
      if (stop.reason !== "limit") return stop;
    }
    return { reason: "limit" };
  }

  /** Goes back; to the beginning when there are fewer steps. */
  back(steps = 1): void {
    this.goTo(Math.max(0, this.now - steps));
  }

  /** Back to the last time before now that a breakpoint was met. False, and nothing moved, when there was none. */
  backToBreakpoint(): boolean {
    const { now } = this;
    let to = now;
    for (const { at } of this.#checkpoints.filter(({ at }) => at < now).reverse()) {
      const met = this.#lastMeeting(at, to);
      if (met !== undefined) {
        this.goTo(met);
        return true;
      }
      to = at;
    }
    this.goTo(now);
    return false;
  }

  /** To a moment by its number: backwards by replay, forwards by running, past breakpoints. */
  goTo(moment: number): void {
    if (moment < this.now) this.#restore(moment);
    while (this.now < moment) {
      const steps = Math.min(this.#nextInput(moment), moment) - this.now;
      this.machine.run({ limit: steps });
      this.now += steps;
      this.#replayInputs();
    }
  }

  #restore(moment: number): void {
    const checkpoint = this.#checkpoints.findLast(({ at }) => at <= moment) as Checkpoint;
    this.machine.load(checkpoint.snapshot);
    this.now = checkpoint.at;
    this.#replayInputs();
  }

  #nextInput(before: number): number {
    return this.#inputs.find(({ at }) => at > this.now && at < before)?.at ?? before;
  }

  #replayInputs(): void {
    for (const { at, give } of this.#inputs) if (at === this.now) give();
  }

  /** The last moment in from … to − 1 that stands on a breakpoint. */
  #lastMeeting(from: number, to: number): number | undefined {
    this.#restore(from);
    let met: number | undefined;
    while (this.now < to) {
      if (this.breakpoints.has(instructionAddress(this.machine))) met = this.now;
      this.goTo(this.now + 1);
    }
    return met;
  }

  #advance(limit: number, first: boolean): { stop: Stop; steps: number } {
    const { machine } = this;
    if (this.breakpoints.size === 0) {
      const before = machine.steps;
      const stop = machine.run({ limit });
      return { stop, steps: machine.steps - before };
    }
    for (let steps = 0; steps < limit; steps++) {
      const at: Gva = instructionAddress(machine);
      if (this.breakpoints.has(at) && !(first && steps === 0))
        return { stop: { reason: "breakpoint", address: at }, steps };
      const stop = machine.run({ limit: 1 });
      if (stop.reason !== "limit") return { stop, steps };
    }
    return { stop: { reason: "limit" }, steps: limit };
  }

  get #nextCheckpoint(): number {
    return (this.#checkpoints.at(-1) as Checkpoint).at + INTERVAL;
  }

  #checkpoint(): void {
    if (this.now < this.#nextCheckpoint) return;
    this.#checkpoints.push({ at: this.now, snapshot: this.machine.save() });
    if (this.#checkpoints.length > MOST_CHECKPOINTS)
      for (let n = this.#checkpoints.length - 2; n > 0; n -= 2) this.#checkpoints.splice(n, 1);
  }
}
