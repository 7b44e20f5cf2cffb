/** One worker process and its successors: whoever dies over a submission is replaced. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestResult } from "../../report/result.ts";
import { HOME } from "../kit.ts";
import { temporaryVariables } from "../temporary.ts";
import type { Message, Reply, Request, Setup, Task } from "./protocol.ts";

/** Where a worker is: it loads the lab, reads a submission, or is at a test. */
export type Stage = "starting" | "reading" | { test: string };

/** A worker ended in the middle of a submission. */
export class WorkerDied extends Error {
  override name = "WorkerDied";
  readonly stage: Stage;
  readonly signal: NodeJS.Signals | undefined;

  constructor(stage: Stage, code: number | null, signal: NodeJS.Signals | null, said: string) {
    super(`a worker ended ${signal ? `by ${signal}` : `with code ${code}`}${said === "" ? "" : `: ${said}`}`);
    this.stage = stage;
    this.signal = signal ?? undefined;
  }
}

export interface Listener {
  /** Something happened: it is not stuck. */
  beat(): void;
  tested(result: TestResult): void;
}

/** JavaScript heap of a worker, in MiB: a record of the greatest size and its replay. */
const HEAP = 1024;
/** What is kept of a worker's last words. */
const SAID = 2000;
/** For a worker to end its sandbox before it is killed, ms. */
const GRACE = 3000;

/** Workers run compiled, also when tests run the sources. */
function workerFile(): string {
  const compiled = join(HOME, "dist", "grader", "run", "pool", "worker.js");
  return existsSync(compiled) ? compiled : join(HOME, "grader", "run", "pool", "worker.js");
}

export class Slot {
  readonly #setup: Setup;
  readonly #temporary: string;
  #process: ChildProcess | undefined;
  #ready = false;
  #busy = false;

  /** @param temporary all that the worker puts into a temporary folder lies in there */
  constructor(setup: Setup, temporary: string) {
    this.#setup = setup;
    this.#temporary = temporary;
  }

  /**
   * @param stuck after so many ms without a beat the worker is killed
   * @throws WorkerDied
   */
  grade(task: Task, listener: Listener, stuck: number): Promise<Reply> {
    this.#process ??= this.#start();
    const running = this.#process;
    this.#busy = true;
    return new Promise<Reply>((resolve, reject) => {
      let stage: Stage = this.#ready ? "reading" : "starting";
      let said = "";
      let timer: NodeJS.Timeout | undefined;
      const beat = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          said = `nothing was heard of it for ${Math.round(stuck / 1000)} s`;
          running.kill("SIGKILL");
        }, stuck);
        listener.beat();
      };
      const settle = () => {
        clearTimeout(timer);
        running.off("message", onMessage);
        running.off("exit", onExit);
        running.stderr?.off("data", onSaid);
        this.#busy = false;
      };
      const onSaid = (chunk: Buffer) => {
        said = (said + chunk.toString("utf8")).slice(-SAID);
      };
      const onMessage = (message: Message) => {
        beat();
        if (message.kind === "testing") stage = { test: message.id };
        else if (message.kind === "ready") {
          this.#ready = true;
          stage = "reading";
        } else if (message.kind === "tested") listener.tested(message.result);
        else if (message.kind === "reply") {
          settle();
          resolve(message.reply);
        }
      };
      const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
        settle();
        this.#process = undefined;
        reject(new WorkerDied(stage, code, signal, said.trim()));
      };
      running.on("message", onMessage);
      running.on("exit", onExit);
      running.stderr?.on("data", onSaid);
      beat();
      this.#send(running, task);
    });
  }

  /** Ends the worker and its sandbox. */
  async close(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => running.once("exit", () => resolve()));
    const timer = setTimeout(() => running.kill("SIGKILL"), this.#busy ? GRACE : GRACE / 3);
    this.#send(running, { kind: "stop" });
    await ended;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    const running = fork(workerFile(), [], {
      env: { ...process.env, ...temporaryVariables(this.#temporary) },
      execArgv: [`--max-old-space-size=${HEAP}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#ready = false;
    // Its exit is what counts.
    running.on("error", () => {});
    this.#send(running, this.#setup);
    return running;
  }

  #send(running: ChildProcess, request: Request): void {
    running.send(request, () => {});
  }
}
