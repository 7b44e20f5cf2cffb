/** What all sandboxes share: a process, its pipes with their caps, and the one moment at which it has ended. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { EndKind, Job, Running } from "./contract.ts";
import { type Exit, ending } from "./ending.ts";

export interface Launch {
  command: string;
  args: string[];
  /** What the command gets. Never the grader's own environment. */
  environment?: Record<string, string>;
  cwd?: string;
  /** Which of the command's descriptors lead to fd 3, from fd 4, and from fd 1 and 2 of Node. */
  input: number;
  output: number;
  noise: number[];
  /** More pipes, by descriptor. */
  pipes?: Record<number, (pipe: Readable & Writable) => void>;
  /** Ends everything, at once. */
  kill(child: ChildProcess): void;
  /**
   * Settles when no process is left after the command ended, or could not be started. Called twice. Rejects, with a clause,
   * when some cannot be ended.
   */
  sweep(child: ChildProcess): Promise<void>;
  /** How Node ended, from how the command ended; a string says why the sandbox cannot tell. */
  verdict(exit: Exit): Exit | string;
}

const KEPT = 4096;

/** The beginning and the end of a text of any length. */
class Excerpt {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = KEPT - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
    const rest = chunk.subarray(Math.max(room, 0));
    if (rest.length) this.#tail = Buffer.concat([this.#tail, rest]).subarray(-KEPT);
  }

  toString(): string {
    const left = this.#bytes - this.#head.length - this.#tail.length;
    const gap = left > 0 ? `\n… ${left} bytes …\n` : "";
    return `${this.#head.toString()}${gap}${this.#tail.toString()}`;
  }
}

export function launch(job: Job, plan: Launch): Running {
  const { limits } = job;
  const began = performance.now();
  const listeners: ((chunk: Buffer) => void)[] = [];
  const excerpt = new Excerpt();
  let killed: { kind: EndKind; reason: string } | undefined;
  let failure: string | undefined;
  let exit: Exit | undefined;
  let over = false;
  let recorded = 0;
  let noise = 0;

  let child: ChildProcess;
  try {
    child = spawnPlan(plan);
  } catch (error) {
    return stillborn(`it could not be started: ${(error as Error).message}`);
  }

  const end = (kind: EndKind, reason: string) => {
    if (killed || over) return;
    killed = { kind, reason };
    plan.kill(child);
  };

  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      failure ??= `it could not be started: ${error.message}`;
      if (!child.pid) resolve();
    });
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      plan.sweep(child).catch((error: Error) => {
        failure = error.message;
        for (const pipe of child.stdio) pipe?.destroy();
      });
    });
    // After "exit", and when the last holder of every pipe is gone.
    child.once("close", () => resolve());
  })
    .then(() => plan.sweep(child).catch(() => {}))
    .then(() => {
      over = true;
      const verdict = exit && plan.verdict(exit);
      if (typeof verdict === "string" && !killed) failure ??= verdict;
      return ending({
        killed,
        spoke: recorded > 0,
        exit: typeof verdict === "string" ? undefined : verdict,
        failure,
        diagnostics: excerpt.toString(),
        limits,
        seconds: (performance.now() - began) / 1000,
      });
    });

  if (child.pid) {
    for (const pipe of child.stdio) pipe?.on("error", () => {}); // the ending tells
    const output = child.stdio[plan.output] as Readable;
    output.on("data", (chunk: Buffer) => {
      recorded += chunk.length;
      if (recorded > limits.recordBytes) {
        output.destroy();
        end("output", `It recorded more than its ${limits.recordBytes} bytes.`);
      } else for (const listener of listeners) listener(chunk);
    });
    for (const pipe of plan.noise.map((fd) => child.stdio[fd] as Readable)) {
      pipe.on("data", (chunk: Buffer) => {
        noise += chunk.length;
        excerpt.add(chunk);
        if (noise > limits.outputBytes) {
          pipe.destroy();
          end("output", `It printed more than its ${limits.outputBytes} bytes.`);
        }
      });
    }
    for (const [fd, use] of Object.entries(plan.pipes ?? {})) {
      use(child.stdio[Number(fd)] as Readable & Writable);
    }
  }

  return {
    send(bytes) {
      const input = child.stdio?.[plan.input] as Writable | undefined;
      if (input?.writable && !killed && !over) input.write(bytes);
    },
    onData: (listener) => void listeners.push(listener),
    kill: (why) => end(why, KILLED[why]),
    ended,
  };
}

const KILLED = {
  timeout: "It was too slow and was ended.",
  output: "It gave too much output and was ended.",
  killed: "It was ended because it was no longer needed.",
};

function spawnPlan({ command, args, environment, cwd, input, output, noise, pipes }: Launch): ChildProcess {
  const fds = [input, output, ...noise, ...Object.keys(pipes ?? {}).map(Number)];
  const stdio = Array.from({ length: 1 + Math.max(...fds) }, (_, fd) =>
    fds.includes(fd) ? "pipe" : "ignore",
  );
  return spawn(command, args, {
    env: environment ?? {},
    cwd: cwd ?? "/",
    stdio: stdio as ("pipe" | "ignore")[],
    detached: true,
  });
}

/** For what failed before there was a process. */
export function stillborn(reason: string): Running {
  return {
    send() {},
    onData() {},
    kill() {},
    ended: Promise.resolve({
      kind: "infrastructure",
      reason: `The sandbox ended before it was ready: ${reason}.`,
      diagnostics: "",
    }),
  };
}
