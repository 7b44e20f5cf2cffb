/** The kernel's end of the channel to the checker's process. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Answer, Calls } from "./messages.ts";
import { snapshotPath } from "./snapshot.ts";

interface Waiting {
  done: (result: never) => void;
  fail: (error: Error) => void;
}

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));

function snapshot(): string | undefined {
  try {
    const path = snapshotPath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

export class CheckerClient {
  readonly #cwd: string;
  #process: ChildProcess;
  #waiting = new Map<number, Waiting>();
  #count = 0;
  #closed = false;
  #alive = false;
  /** Cells that joined the scope, to be told again to a process that takes over. */
  #history: { code: string; lost: readonly string[] }[] = [];
  #candidate: string | undefined;

  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#process = this.#start(snapshot());
  }

  #start(blob: string | undefined): ChildProcess {
    const args = blob ? ["--snapshot-blob", blob] : ["--no-warnings", MAIN];
    const child = spawn(process.execPath, args, {
      cwd: this.#cwd,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#alive = false;
    let complaint = "";
    child.stderr?.on("data", (text) => {
      complaint = (complaint + text).slice(-4096);
    });
    child.on("message", (answer: Answer) => this.#receive(answer));
    child.once("error", () => {});
    child.once("exit", () => {
      if (this.#closed || child !== this.#process) return;
      // A snapshot that does not come alive is stale or damaged: the plain start needs none.
      if (blob && !this.#alive) this.#restart(undefined);
      else if (this.#alive) this.#takeOver(complaint);
      else this.#failAll(new Error(`the type checker does not start: ${complaint}`));
    });
    return child;
  }

  /** Calls that were sent to a process that never came alive are sent again. */
  #restart(blob: string | undefined): void {
    const unanswered = this.#unanswered;
    this.#process = this.#start(blob);
    for (const call of unanswered.values()) this.#process.send(call);
  }

  readonly #unanswered = new Map<number, object>();

  #takeOver(complaint: string): void {
    this.#failAll(new Error(`the type checker ended and was started again\n${complaint}`));
    this.#process = this.#start(snapshot());
    for (const { code, lost } of this.#history) {
      void this.#call("check", code).catch(() => {});
      void this.#call("commit", lost).catch(() => {});
    }
  }

  #failAll(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#unanswered.clear();
    for (const { fail } of waiting) fail(error);
  }

  #receive({ id, result, error }: Answer): void {
    this.#alive = true;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#unanswered.delete(id);
    if (error !== undefined) waiting?.fail(new Error(error));
    else waiting?.done(result as never);
  }

  #call<M extends keyof Calls>(method: M, ...args: Parameters<Calls[M]>): Promise<ReturnType<Calls[M]>> {
    const id = ++this.#count;
    return new Promise((done, fail) => {
      const call = { id, method, args };
      this.#waiting.set(id, { done, fail });
      this.#unanswered.set(id, call);
      this.#process.send(call, (error) => {
        if (error && this.#closed) fail(error);
      });
    });
  }

  check(code: string) {
    this.#candidate = code;
    return this.#call("check", code);
  }

  commit(lost: readonly string[]): Promise<void> {
    if (this.#candidate !== undefined) this.#history.push({ code: this.#candidate, lost });
    this.#candidate = undefined;
    return this.#call("commit", lost);
  }

  reset(): Promise<void> {
    this.#history = [];
    return this.#call("reset");
  }

  locate(specifier: string, from?: string) {
    return this.#call("locate", specifier, from);
  }

  complete(code: string, position: number) {
    return this.#call("complete", code, position);
  }

  inspect(code: string, position: number) {
    return this.#call("inspect", code, position);
  }

  completeness(code: string) {
    return this.#call("completeness", code);
  }

  close(): void {
    this.#closed = true;
    if (this.#process.connected) this.#process.disconnect();
    this.#process.kill();
  }
}
