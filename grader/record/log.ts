/** Where a record gathers in the sandbox before it goes over the pipe. */
import { performance } from "node:perf_hooks";

/** The last line of a record. */
export const OVER = ".";

/** Calls that go out at once, so that a scenario which hangs early is known to the last call. */
const EAGER = 500;
/** Later ones wait for others, but not longer than this many milliseconds before the next call. */
const PATIENCE = 5;
/** Tokens that are gathered at most. */
const MOST = 1 << 16;

export class Log {
  readonly tokens: unknown[] = [];
  readonly #write: (text: string) => void;
  #calls = 0;
  #flushed = 0;
  // What a component may have patched by the time that it is needed.
  readonly #now = performance.now.bind(performance);
  readonly #stringify = JSON.stringify;

  /** @param write takes whole lines */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** A call begins: whatever hangs in it must not take the record with it. */
  breathe(): void {
    if (++this.#calls <= EAGER || this.tokens.length > MOST || this.#now() - this.#flushed > PATIENCE)
      this.flush();
  }

  end(): void {
    this.flush();
    this.#write(`${OVER}\n`);
  }

  flush(): void {
    this.#flushed = this.#now();
    this.#write(`${this.#stringify(this.tokens)}\n`);
    this.tokens.length = 0;
  }
}
