/** tslab's converter and executor, without its Jupyter server: compiles and runs one cell after the other. */
import { typeError } from "../own/execute.ts";
import { resultBundle } from "../own/runner/display.ts";
import { describe } from "../own/runner/errors.ts";
import type { CellError } from "../own/runner/messages.ts";
import type { Content } from "../wire.ts";
import { Hooks } from "./hooks.ts";
import { checkTslabVersion, loadTslab } from "./installation.ts";
import { type Interrupts, KeyboardInterrupt } from "./interrupt.ts";
import { cellFile } from "./stack.ts";

interface TslabExecutor {
  execute(code: string): Promise<boolean>;
  inspect(code: string, position: number): object | undefined;
  complete(code: string, position: number): { start: number; end: number; candidates: string[] };
  interrupt(): void;
}
interface TslabConverter {
  close(): void;
}
type TslabConsole = { log: (value: unknown) => void; error: (...args: unknown[]) => void };

export type Publish = (msg_type: string, content: Content) => void;

/** Node's error for a script that a signal ended. */
const BY_SIGNAL = "ERR_SCRIPT_EXECUTION_INTERRUPTED";

export class TslabEngine {
  readonly #executor: TslabExecutor;
  readonly #hooks: Hooks;
  readonly #interrupts: Interrupts;
  readonly #publish: Publish;
  /** What the cell that runs threw; without it, a cell that fails did not compile. */
  #thrown: { value: unknown } | undefined;
  #count = 0;

  constructor(interrupts: Interrupts, publish: Publish) {
    checkTslabVersion();
    this.#interrupts = interrupts;
    this.#publish = publish;
    this.#hooks = new Hooks(interrupts);
    const { createConverter } = loadTslab<{ createConverter: (options: object) => TslabConverter }>(
      "converter",
    );
    const { createExecutor } = loadTslab<{
      createExecutor: (cwd: string, converters: object, console: TslabConsole) => TslabExecutor;
    }>("executor");
    const node = createConverter({ isJS: false, isBrowser: false });
    const converters = { node, browser: node, close: () => node.close() };
    this.#executor = createExecutor(process.cwd(), converters, {
      log: (value) => this.#result(value),
      error: (...args) => this.#complain(args),
    });
  }

  /** tslab logs exactly one thing: the value of the last expression. */
  #result(value: unknown): void {
    const data = resultBundle(value);
    this.#publish("execute_result", { execution_count: this.#count, data, metadata: {} });
  }

  /** tslab complains with one value that was thrown, or with a format for each compiler message: those are known. */
  #complain(args: unknown[]): void {
    if (args.length === 1) this.#thrown = { value: args[0] };
  }

  async execute(code: string, count: number): Promise<Content> {
    this.#count = count;
    this.#thrown = undefined;
    await this.#hooks.prepare(code, count);
    try {
      if (await this.#executor.execute(code)) return { status: "ok" };
    } catch (failure) {
      this.#thrown = { value: failure };
    }
    const error = this.#error();
    this.#publish("error", { ...error });
    return { status: "error", ...error };
  }

  #error(): CellError {
    const thrown = this.#thrown?.value;
    const stopped =
      this.#interrupts.asked || (thrown as NodeJS.ErrnoException | undefined)?.code === BY_SIGNAL;
    if (stopped && this.#thrown) return describe(interruptOf(thrown));
    if (this.#thrown) return describe(thrown);
    return typeError(this.#hooks.diagnostics, cellFile(this.#count));
  }

  /** Lets go of a cell that waits: called when neither guard nor signal ended it. */
  abandon(): void {
    this.#interrupts.abandon(this.#count);
    this.#executor.interrupt();
  }

  complete(code: string, cursor: number): Content {
    this.#hooks.refresh();
    const { start, end, candidates } = this.#executor.complete(code, cursor);
    return { status: "ok", matches: candidates, cursor_start: start, cursor_end: end, metadata: {} };
  }

  inspect(code: string, cursor: number): Content {
    this.#hooks.refresh();
    const { printQuickInfo } = loadTslab<{ printQuickInfo: (info: object) => string }>("inspect");
    const info = this.#executor.inspect(code, cursor);
    const data = info ? { "text/plain": printQuickInfo(info) } : {};
    return { status: "ok", found: info !== undefined, data, metadata: {} };
  }

  isComplete(code: string): Content {
    const { isCompleteCode } = loadTslab<{
      isCompleteCode: (code: string) => { completed: boolean; indent?: string };
    }>("converter");
    const { completed, indent = "" } = isCompleteCode(code);
    return completed ? { status: "complete" } : { status: "incomplete", indent };
  }
}

/** What a guard threw knows its place in the cell; what comes from a signal or at an await has none. */
function interruptOf(thrown: unknown): KeyboardInterrupt {
  if (thrown instanceof KeyboardInterrupt) return thrown;
  return KeyboardInterrupt.nowhere();
}
