/** Stopping a cell from the protocol thread: a flag in shared memory that the guards in its code read. */
import { GUARD } from "./guards.ts";
import { SHARED } from "./threads.ts";

/** Thrown inside the cell. */
export class KeyboardInterrupt extends Error {
  override name = "KeyboardInterrupt";
  constructor() {
    super("the cell was interrupted");
  }

  /** One that has no place in the cell: all frames would be the kernel's. */
  static nowhere(): KeyboardInterrupt {
    const interrupt = new KeyboardInterrupt();
    interrupt.stack = `${interrupt.name}: ${interrupt.message}`;
    return interrupt;
  }
}

export class Interrupts {
  readonly #shared: Int32Array;
  /** Cells whose top level shall end whenever it wakes up again. */
  readonly #abandoned = new Set<number>();

  constructor(shared: Int32Array) {
    this.#shared = shared;
  }

  /** Defines the global that guards call: `value` is passed through after an await. */
  install(): void {
    const shared = this.#shared;
    const abandoned = this.#abandoned;
    const guard = (cell: number, value?: unknown): unknown => {
      if (shared[SHARED.interrupt] !== 0 || (abandoned.size > 0 && abandoned.has(cell))) {
        const interrupt = new KeyboardInterrupt();
        Error.captureStackTrace(interrupt, guard); // the topmost frame is the cell's
        throw interrupt;
      }
      return value;
    };
    Object.defineProperty(globalThis, GUARD, { value: guard });
    // Long-running code of packages calls this now and then: guards are in the user's own code only.
    Object.defineProperty(globalThis, Symbol.for("ringlab.breathe"), {
      value: function breathe() {
        if (shared[SHARED.interrupt] === 0) return;
        const interrupt = new KeyboardInterrupt();
        Error.captureStackTrace(interrupt, breathe);
        throw interrupt;
      },
    });
  }

  get asked(): boolean {
    return this.#shared[SHARED.interrupt] !== 0;
  }

  /** Runs a cell's code up to its first await; a signal may end it. */
  whileBusy<T>(run: () => T): T {
    Atomics.store(this.#shared, SHARED.busy, 1);
    try {
      return run();
    } finally {
      Atomics.store(this.#shared, SHARED.busy, 0);
    }
  }

  ask(): void {
    Atomics.store(this.#shared, SHARED.interrupt, 1);
  }

  /** The cell waits for something that does not come: let it go, but not run on in the background. */
  abandon(cell: number): void {
    this.#abandoned.add(cell);
  }
}
