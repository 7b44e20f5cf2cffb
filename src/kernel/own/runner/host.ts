/** The kernel's hold on the runner: starts it, runs one cell at a time, interrupts it, and says how it ended. */
import { totalmem } from "node:os";
import { Worker } from "node:worker_threads";
import { red } from "../traceback.ts";
import {
  ANSWERS,
  type CellError,
  FLAG,
  type FromRunner,
  IN_FLIGHT,
  type Outcome,
  type RunnerData,
  type RunRequest,
  SHARED_LENGTH,
  type ToRunner,
} from "./messages.ts";

/**
 * A cell that has not noticed an interrupt after so many ms is in code without guards: a package, or one long built-in
 * call. It may come back, and then its variables are kept; a second interrupt ends it together with its thread.
 */
const PATIENCE = 1000;
const BUSY =
  "This cell is in code that cannot be interrupted. It stops when that is done. Interrupt once more to end it at once; its variables are lost then.\n";

/** MB of JavaScript heap: half of the machine's memory, from 512 MB to 4 GB. */
function heapLimit(): number {
  const asked = Number(process.env.RINGLAB_HEAP_MB);
  if (asked > 0) return asked;
  return Math.min(4096, Math.max(512, Math.floor(totalmem() / 2 ** 21)));
}

export interface Finished {
  outcome: Outcome;
  lost: string[];
  /** The runner ended with the cell: no variable is left. */
  died: boolean;
}

/** What the runner wants from the kernel while a cell runs, or after. */
export interface RunnerEvents {
  /** Resolves when the text has left. */
  stream(name: "stdout" | "stderr", text: string): Promise<unknown>;
  display(message: Extract<FromRunner, { type: "display" }>): void;
  locate(
    specifier: string,
    from?: string,
  ): Promise<Pick<Extract<ToRunner, { type: "located" }>, "target" | "modules">>;
  /** Resolves with null when nobody can be asked. */
  ask(message: string): Promise<string | null>;
  /** The runner has ended between cells. */
  died(why: string): void;
}

export class RunnerHost {
  /** So far, whether something ran or not. */
  interrupts = 0;
  readonly #cwd: string;
  readonly #events: RunnerEvents;
  #shared!: Int32Array<SharedArrayBuffer>;
  #worker!: Worker;
  #running: { id: number; done: (finished: Finished) => void } | undefined;
  #impatience: NodeJS.Timeout | undefined;
  /** The user was told that the interrupted cell does not notice. */
  #busy = false;
  #count = 0;

  constructor(cwd: string, events: RunnerEvents) {
    this.#cwd = cwd;
    this.#events = events;
    this.#start();
  }

  #start(): void {
    this.#shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_LENGTH));
    const workerData: RunnerData = { cwd: this.#cwd, shared: this.#shared };
    const worker = new Worker(new URL("main.js", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heapLimit() },
      stdin: true,
      execArgv: ["--no-warnings"],
    });
    this.#worker = worker;
    let why: string | undefined;
    worker.on("message", (message: FromRunner) => {
      if (worker === this.#worker) this.#receive(message);
    });
    worker.on("error", (error: NodeJS.ErrnoException) => {
      why =
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? `This cell used up the memory that a notebook may use (${heapLimit()} MB; RINGLAB_HEAP_MB sets another limit)`
          : `This cell ended the process with an error: ${error.stack ?? error}`;
    });
    worker.on("exit", (code) => {
      if (worker === this.#worker) this.#ended(why ?? `This cell ended the process with code ${code}`);
    });
  }

  /** Runs one cell; the one before must have finished. Never rejects. */
  run(request: Omit<RunRequest, "type" | "id">): Promise<Finished> {
    const id = ++this.#count;
    return new Promise((done) => {
      this.#running = { id, done };
      this.#post({ ...request, type: "run", id });
    });
  }

  interrupt(): void {
    this.interrupts++;
    Atomics.store(this.#shared, FLAG, 1);
    // A cell that waits for room or for an answer sleeps on these.
    Atomics.notify(this.#shared, IN_FLIGHT);
    Atomics.notify(this.#shared, ANSWERS);
    this.#post({ type: "interrupt" });
    if (this.#busy) this.#end();
    else
      this.#impatience ??= setTimeout(() => {
        this.#busy = true;
        void this.#events.stream("stderr", BUSY);
      }, PATIENCE);
  }

  #end(): void {
    const worker = this.#worker;
    this.#ended("This cell did not react to the interrupt and was ended", "KeyboardInterrupt");
    void worker.terminate();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined as unknown as Worker; // its end is no news
    await worker.terminate();
  }

  #post(message: ToRunner): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromRunner): void {
    if (message.type === "stream") void this.#stream(message.name, message.text);
    else if (message.type === "display") this.#events.display(message);
    else if (message.type === "interrupted") this.#calm();
    else if (message.type === "locate") void this.#locate(message);
    else if (message.type === "ask") void this.#ask(message.message);
    else if (message.id === this.#running?.id)
      this.#finish({ outcome: message.outcome, lost: message.lost, died: false });
  }

  async #stream(name: "stdout" | "stderr", text: string): Promise<void> {
    const shared = this.#shared;
    await this.#events.stream(name, text);
    Atomics.sub(shared, IN_FLIGHT, text.length);
    Atomics.notify(shared, IN_FLIGHT);
  }

  async #locate({ id, specifier, from }: Extract<FromRunner, { type: "locate" }>): Promise<void> {
    const found = await this.#events.locate(specifier, from).catch(() => ({ modules: [] }));
    this.#post({ type: "located", id, ...found });
  }

  async #ask(message: string): Promise<void> {
    const shared = this.#shared;
    const value = await this.#events.ask(message);
    if (shared !== this.#shared) return;
    this.#post({ type: "answer", value });
    Atomics.add(shared, ANSWERS, 1);
    Atomics.notify(shared, ANSWERS);
  }

  #calm(): void {
    clearTimeout(this.#impatience);
    this.#impatience = undefined;
    this.#busy = false;
  }

  #finish(finished: Finished): void {
    const running = this.#running;
    this.#running = undefined;
    running?.done(finished);
  }

  #ended(reason: string, ename = "ProcessEnded"): void {
    this.#calm();
    this.#start();
    const evalue = `${reason}; its variables are gone. The next cell starts fresh.`;
    const error: CellError = { ename, evalue, traceback: [`${red(ename)}: ${evalue}`] };
    if (this.#running) this.#finish({ outcome: { ok: false, error }, lost: [], died: true });
    else this.#events.died(evalue);
  }
}
