/** The runner's side of an interrupt; language/guards.ts shows where emitted code calls these. */
import { FLAG } from "./messages.ts";
import { cleanError } from "./stacks.ts";

export class KeyboardInterrupt extends Error {
  constructor() {
    super("the cell was interrupted");
    this.name = "KeyboardInterrupt";
  }
}

export class Interrupts {
  readonly #shared: Int32Array;
  #epoch = 0;
  #reject: ((error: Error) => void) | undefined;

  constructor(shared: Int32Array) {
    this.#shared = shared;
  }

  get pending(): boolean {
    return this.#shared[FLAG] !== 0;
  }

  readonly stop = (): never => {
    throw new KeyboardInterrupt();
  };

  readonly epoch = (): number => this.#epoch;

  readonly resume = <T>(before: number, value: T): T => {
    if (before !== this.#epoch) this.stop();
    return value;
  };

  readonly caught = (error: unknown): void => {
    if (error instanceof KeyboardInterrupt) throw error;
    cleanError(error);
  };

  readonly each = <T>(source: AsyncIterable<T> | Iterable<T | Promise<T>>): AsyncGenerator<T> =>
    this.#watch(source);

  async *#watch<T>(source: AsyncIterable<T> | Iterable<T | Promise<T>>): AsyncGenerator<T> {
    let before = this.#epoch;
    for await (const value of source) {
      this.resume(before, undefined);
      yield value as T;
      before = this.#epoch;
    }
  }

  /** Settles as `cell` does, or rejects when an interrupt comes first. */
  race<T>(cell: Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      this.#reject = fail;
      cell.then(done, fail);
    });
  }

  /** The event loop has got hold of the interrupt: nothing of the stack that it was to end is left. */
  arrived(): void {
    this.#shared[FLAG] = 0;
    this.#epoch++;
    this.abandon();
  }

  /** Ends the wait for the running cell. */
  abandon(): void {
    this.#reject?.(new KeyboardInterrupt());
  }
}
