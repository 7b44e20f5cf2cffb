/** Programs that we start. Each leads a process group of its own: Ctrl+C in the terminal reaches only Ringlab, which then ends them by their ids. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { Cancelled, CannotCompare } from "../errors.ts";

export interface Ended {
  /** Exit status; null after a signal. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface StartOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** The last bytes of an output that we keep. */
const KEPT = 1 << 20;

export class Child {
  readonly pid: number;
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<{ code: number | null }>;
  stderr = "";
  private running = true;

  private constructor(process: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.process = process;
    this.pid = process.pid as number;
    process.stdin.on("error", () => {}); // it ended before it read everything: its exit status tells
    process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT);
    });
    this.ended = new Promise((resolve) => {
      process.on("close", (code) => {
        this.running = false;
        resolve({ code });
      });
    });
  }

  /** @throws CannotCompare when there is no such program */
  static async start(argv: readonly string[], options: StartOptions = {}): Promise<Child> {
    const [program, ...rest] = argv as [string, ...string[]];
    const child = spawn(program, rest, { ...options, stdio: ["pipe", "pipe", "pipe"], detached: true });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          new CannotCompare(
            error.code === "ENOENT" ? `${program} is not installed` : `${program}: ${error.message}`,
          ),
        ),
      );
    });
    child.on("error", () => {});
    return new Child(child);
  }

  get isRunning(): boolean {
    return this.running;
  }

  /** Asks the whole group with SIGTERM; after `grace` milliseconds it is killed. Resolves when it has ended. */
  async stop(grace = 3000): Promise<void> {
    this.signalGroup("SIGTERM");
    const killer = setTimeout(() => this.signalGroup("SIGKILL"), grace);
    await this.ended;
    clearTimeout(killer);
    this.signalGroup("SIGKILL"); // members that outlived their leader
  }

  private signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

export interface RunOptions extends StartOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds, after which it is stopped and its code is null. */
  timeout?: number;
}

/**
 * Runs a program to its end.
 *
 * @throws CannotCompare when there is no such program
 * @throws Cancelled when `signal` ended it
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  if (options.signal?.aborted) throw new Cancelled();
  const child = await Child.start(argv, options);
  child.process.stdin.end();
  let stdout = "";
  child.process.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout = (stdout + text).slice(-KEPT);
  });
  const stop = () => void child.stop();
  options.signal?.addEventListener("abort", stop);
  const timer = options.timeout === undefined ? undefined : setTimeout(stop, options.timeout);
  const { code } = await child.ended;
  clearTimeout(timer);
  options.signal?.removeEventListener("abort", stop);
  if (options.signal?.aborted) throw new Cancelled();
  return { code, stdout, stderr: child.stderr };
}

/**
 * Like `run`, for a program that has to succeed.
 *
 * @throws CannotCompare with the last lines that it wrote
 */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-3).join("; ");
  throw new CannotCompare(`${argv[0]} ${argv[1] ?? ""} failed (exit status ${code}): ${said}`);
}

/** Whether a program of this name is on the search path. */
export async function installed(program: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? "").split(delimiter))
    if (await isProgram(join(folder, program))) return true;
  return false;
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
