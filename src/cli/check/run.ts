/** Runs checks in processes of their own, one after the other, and outlives whatever the component does there. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SubmissionProblem } from "../../course/submission/problem.ts";
import { type Ending, follow } from "./process.ts";
import type { Job, Outcome, Series } from "./protocol.ts";

export interface Running extends Series {
  limits: { seconds: number; megabytes: number };
  /** The component as one ES module. */
  code: string;
  /** Positions in the series, with the part that each belongs to. */
  checks: readonly { check: number; part: string }[];
  signal: AbortSignal;
  onMissing(methods: readonly string[]): void;
  onOutcome(check: number, outcome: Outcome): void;
}

/** @throws SubmissionProblem when the module cannot even be loaded */
export async function runAll(running: Running): Promise<void> {
  const { lab, seed, limits, signal, onMissing } = running;
  const folder = await mkdtemp(join(tmpdir(), "ringlab-check-"));
  try {
    const module = join(folder, "component.mjs");
    const file = join(folder, "job.json");
    await writeFile(module, running.code);
    let left = running.checks;
    const end = (check: number, outcome: Outcome) => {
      left = left.filter((one) => one.check !== check);
      running.onOutcome(check, outcome);
    };
    while (left.length > 0 && !signal.aborted) {
      const job: Job = { lab, seed, module, checks: left.map(({ check }) => check) };
      await writeFile(file, JSON.stringify(job));
      const ending = await follow(file, { limits, signal, onMissing, onOutcome: end });
      if (left.length === 0 || signal.aborted) return;
      const breach = reason(ending, limits);
      if (ending.check === undefined) throw new SubmissionProblem(breach);
      const { part } = running.checks.find(({ check }) => check === ending.check)!;
      end(ending.check, { passed: false, breach });
      // The next ones would most likely take as long: at home nobody waits for that.
      const again = "not run: a check of this step had to be stopped before";
      for (const rest of left.filter((one) => one.part === part))
        end(rest.check, { passed: false, breach: again });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In words for the student. */
function reason(ending: Ending, { seconds, megabytes }: Running["limits"]): string {
  const { doing, broken, why, problem } = ending;
  if (broken !== undefined) return `loading the component failed: ${broken}`;
  const what = doing?.method
    ? `call ${doing.call} of ${doing.method}`
    : ending.check === undefined
      ? "loading the component"
      : "the check";
  if (why === "time")
    return `${what} did not end: stopped after ${seconds} s of processor time. Is there a loop without an end?`;
  if (why === "clock") return `${what} did not end, and did not compute either. Does it wait for something?`;
  if (why === "memory")
    return `${what} took more than ${megabytes} MB of memory. Does something grow without an end?`;
  if (why === "waits")
    return `${what} did not end: the module awaits something that never comes. Write it without await.`;
  if (why === "later")
    return `outside of its calls the component threw ${problem}. It must not leave timers or promises.`;
  return `${what} ended the whole process (${ending.status}). A component only computes and returns.`;
}
