/** One process that runs checks (child.ts): what it reports, and how it ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Doing, Message, Outcome } from "./protocol.ts";

export interface Following {
  limits: { seconds: number; megabytes: number };
  signal: AbortSignal;
  onMissing(methods: readonly string[]): void;
  onOutcome(check: number, outcome: Outcome): void;
}

export interface Ending {
  /** The check that it was at; undefined while the module was loaded, and at the end. */
  check: number | undefined;
  doing: Doing | undefined;
  /** What the module threw while it was loaded. */
  broken: string | undefined;
  /** What it threw outside of a call. */
  problem: string | undefined;
  why: "time" | "clock" | "memory" | "waits" | "exit" | "later";
  /** "exit code 3", "SIGSEGV". */
  status: string;
}

/** A check may take so much longer by the clock than of the processor: the machine does other things as well. */
const CLOCK = 4;
const START_SECONDS = 10;
/** Node's exit code for a module that awaits what never comes (Node.js, "Process", exit codes). */
const UNSETTLED = 13;

/** @param job the file that child.ts reads */
export async function follow(job: string, following: Following): Promise<Ending> {
  const { limits, signal } = following;
  const child = spawn(
    process.execPath,
    [
      "--enable-source-maps",
      // The watchdog shall see it first: it can say which call it was.
      `--max-old-space-size=${limits.megabytes * 2}`,
      fileURLToPath(new URL("./child.js", import.meta.url)),
      job,
    ],
    { stdio: ["ignore", "inherit", "pipe", "pipe"] },
  );
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      kill();
    },
    (limits.seconds * CLOCK + START_SECONDS) * 1000,
  );
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const errors = pass(child);
  const seen: Partial<Ending> = {};
  try {
    for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
      timer.refresh();
      take(JSON.parse(line) as Message, seen, following);
    }
    const [code, end] = await closed;
    const seenOutside = late
      ? "clock"
      : errors.outOfMemory
        ? "memory"
        : code === UNSETTLED
          ? "waits"
          : undefined;
    return {
      ...{ check: seen.check, doing: seen.doing, broken: seen.broken, problem: seen.problem },
      why: seenOutside ?? seen.why ?? "exit",
      status: end ?? `exit code ${code}`,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
  }
}

function take(message: Message, seen: Partial<Ending>, { onMissing, onOutcome }: Following): void {
  switch (message.kind) {
    case "methods":
      if (message.missing.length > 0) onMissing(message.missing);
      return;
    case "broken":
      seen.broken = message.problem;
      return;
    case "begin":
      seen.check = message.check;
      return;
    case "outcome":
      seen.check = undefined;
      onOutcome(message.check, message.outcome);
      return;
    case "stopped":
      seen.doing = message.doing;
      seen.why = message.why;
      seen.problem = message.problem;
  }
}

/** Hands on what is written to the standard error, without V8's report on a heap that is full. */
function pass({ stderr }: ChildProcess): { outOfMemory: boolean } {
  const state = { outOfMemory: false };
  stderr!.setEncoding("utf8").on("data", (text: string) => {
    const report = /<--- Last few GCs --->|FATAL ERROR: [^\n]*(heap|memory)/.exec(text);
    if (report) state.outOfMemory = true;
    if (!state.outOfMemory) process.stderr.write(text);
  });
  return state;
}
