/** tslab's converter and executor, without its Jupyter server: compiles and runs one cell after the other. */
import { format, inspect } from "node:util";
import type { Content } from "../wire.ts";
import { Hooks } from "./hooks.ts";
import { checkTslabVersion, loadTslab } from "./installation.ts";
import { type Interrupts, KeyboardInterrupt } from "./interrupt.ts";

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

const report = (ename: string, evalue: string, traceback: string[]): Content => ({
  ename,
  evalue,
  traceback,
});

/** What was thrown, as a Jupyter error: anything can be thrown. */
function describe(thrown: unknown): Content {
  if (!(thrown instanceof Error)) {
    const text = inspect(thrown);
    return report("Thrown", text, [`Thrown: ${text}`]);
  }
  return report(thrown.name, thrown.message, (thrown.stack ?? `${thrown}`).split("\n"));
}

export class TslabEngine {
  readonly #executor: TslabExecutor;
  readonly #hooks: Hooks;
  readonly #interrupts: Interrupts;
  readonly #publish: Publish;
  /** What the executor said about the cell that runs: compiler messages, or the one value that was thrown. */
  #diagnostics: string[] = [];
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
    const data = { "text/plain": inspect(value) };
    this.#publish("execute_result", { execution_count: this.#count, data, metadata: {} });
  }

  /** tslab complains with one value that was thrown, or with a format for each compiler message. */
  #complain(args: unknown[]): void {
    if (args.length === 1) this.#thrown = { value: args[0] };
    else this.#diagnostics.push(format(...args));
  }

  async execute(code: string, count: number): Promise<Content> {
    this.#count = count;
    this.#diagnostics = [];
    this.#thrown = undefined;
    await this.#hooks.prepare(code, count);
    try {
      if (await this.#executor.execute(code)) return { status: "ok" };
    } catch (failure) {
      this.#thrown = { value: failure };
    }
    const error = this.#error();
    this.#publish("error", error);
    return { status: "error", ...error };
  }

  #error(): Content {
    if (this.#interrupts.asked) {
      const { name, message } = new KeyboardInterrupt();
      return report(name, message, [`${name}: ${message}`]);
    }
    if (this.#thrown) return describe(this.#thrown.value);
    return report("TypeScriptError", this.#diagnostics[0] ?? "the cell does not compile", this.#diagnostics);
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
