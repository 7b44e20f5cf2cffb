/**
 * An emulator in a process of its own. In one process they would disturb each other: when v86's WebAssembly memory grows, its old buffer
 * is detached, and from then on V8 checks at each access to any typed array of the process whether that one was, too.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { assemble } from "../../../src/machine/isa/asm/assemble.ts";
import { LOOPS, type Loop, SOURCE } from "./loops.asm.ts";
import { ownRunner } from "./own.ts";
import type { Runner } from "./timing.ts";
import { v86Runner } from "./v86.ts";

export type Name = "ours" | "v86";

/** Asks for one more round of a loop; another loop than before gets a new machine. The answer is the milliseconds that it took. */
interface Round {
  readonly loop: Loop;
  readonly turns: number;
}

const FILE = fileURLToPath(import.meta.url);

export class Emulator {
  readonly #process: ChildProcess;

  constructor(name: Name) {
    this.#process = fork(FILE, [name]);
  }

  /** Milliseconds of processor time. */
  async run(round: Round): Promise<number> {
    const over = new AbortController();
    const answer = Promise.race([
      once(this.#process, "message", over),
      once(this.#process, "exit", over).then(([code]) => {
        throw new Error(`the emulator's process ended with ${code}`);
      }),
    ]);
    this.#process.send(round);
    const [milliseconds] = await answer;
    // Else a listener for its end would stay from each round.
    over.abort();
    return milliseconds;
  }

  end(): void {
    this.#process.disconnect();
  }
}

/** The process's side. */
function serve(name: string): void {
  let current: Loop | undefined;
  let run: Runner;
  let end = async () => {};
  process.on("message", async ({ loop, turns }: Round) => {
    if (loop !== current) {
      await end();
      const image = assemble(SOURCE, { defines: { LOOP: LOOPS.indexOf(loop), COUNT: turns } }).bytes;
      if (name === "v86") ({ run, end } = await v86Runner(image));
      else run = ownRunner(image);
      current = loop;
    }
    process.send?.(await run());
  });
  process.on("disconnect", () => process.exit(0));
}

if (process.argv[1] === FILE) serve(process.argv[2] as Name);
