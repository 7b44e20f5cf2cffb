/** From what was seen of a process outside to the word for it. */
import { constants } from "node:os";
import type { Ending, EndKind, Limits } from "./contract.ts";

export interface Exit {
  code: number | null;
  signal: string | null;
}

/** Names by number; the first of several names is the usual one. */
const SIGNALS = Object.fromEntries(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** From a code that stands for a signal by 128 and its number, as shells have it. */
export function exitOf(code: number): Exit {
  if (code <= 128) return { code, signal: null };
  return { code: null, signal: SIGNALS[code - 128] ?? `signal ${code - 128}` };
}

export interface Seen {
  /** The caller or a cap ended it. */
  killed: { kind: EndKind; reason: string } | undefined;
  /** Something arrived from fd 4: the entry was alive and about to load the submission. */
  spoke: boolean;
  /** How Node ended; undefined when the sandbox around it cannot tell, or `failure` says why. */
  exit: Exit | undefined;
  failure: string | undefined;
  diagnostics: string;
  limits: Limits;
  /** Wall-clock time from start to end. */
  seconds: number;
}

/** V8 ("heap out of memory", "Fatal process out of memory"), ArrayBuffer, WebAssembly, libuv and libstdc++. */
const OUT_OF_MEMORY =
  /out of memory|allocation failed|could not allocate memory|cannot allocate memory|ENOMEM|bad_alloc|ERR_WORKER_OUT_OF_MEMORY/i;

export function ending(seen: Seen): Ending {
  return { ...kindAndReason(seen), diagnostics: seen.diagnostics };
}

function kindAndReason({ killed, spoke, exit, failure, diagnostics, limits, seconds }: Seen) {
  const end = (kind: EndKind, reason: string) => ({ kind, reason });
  if (killed?.kind === "killed") return killed;
  // Nothing of the submission was loaded yet, so whatever happened is not its doing.
  if (!spoke) {
    const what = failure ?? killed?.reason ?? (exit ? `Node ${describe(exit)}` : "it vanished");
    return end("infrastructure", `The sandbox ended before it was ready: ${what}.`);
  }
  if (killed) return killed;
  if (failure || !exit) return end("infrastructure", `The sandbox failed: ${failure ?? "it vanished"}.`);
  const outOfTime = `It used up its ${limits.cpuSeconds} s of processor time.`;
  const outOfMemory = `It needed more than its ${limits.megabytes} MiB of memory.`;
  if (exit.signal === "SIGXCPU") return end("timeout", outOfTime);
  // At RLIMIT_CPU's hard limit and when the machine is out of memory the kernel sends the same signal.
  if (exit.signal === "SIGKILL") {
    return seconds > limits.cpuSeconds ? end("timeout", outOfTime) : end("memory", outOfMemory);
  }
  if (exit.code === 0) return end("exit", "It ended by itself.");
  if (OUT_OF_MEMORY.test(diagnostics)) return end("memory", outOfMemory);
  return end("crash", `Node ${describe(exit)}.`);
}

const describe = ({ code, signal }: Exit) =>
  signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
