/** `bundle`: compiles a submission and outlives what hostile text does to esbuild's process. */
import { stop } from "esbuild";
import { BundlerLost, compile } from "../../src/course/bundle/compile.ts";
import { SubmissionProblem } from "../../src/course/submission/problem.ts";
import { Refusal, type Submission } from "../intake/submission.ts";

/** For one submission. Usual ones take three milliseconds. */
const MILLISECONDS = 10_000;

let turn: Promise<unknown> = Promise.resolve();

/**
 * A submission → one ES module that exports `component`, with its source map inline (locate.ts reads it). One after the
 * other, whoever calls, so that a dead bundler has one cause.
 * @throws Refusal with file, line, column and the line itself; another error when the lab or this machine is at fault
 */
export function bundle(submission: Submission, labId: string): Promise<string> {
  const bundled = turn.then(() => attempt(submission, labId));
  turn = bundled.catch(() => {});
  return bundled;
}

async function attempt(submission: Submission, labId: string): Promise<string> {
  try {
    return await inTime(submission, labId);
  } catch (error) {
    if (!(error instanceof BundlerLost)) throw error;
  }
  // A process can also be killed for reasons of the machine: it is asked twice before the submission is blamed.
  try {
    return await inTime(submission, labId);
  } catch (error) {
    if (!(error instanceof BundlerLost)) throw error;
    throw new Refusal(
      "The compiler breaks down on it. Write it more simply: no deep nesting, no very long expressions.",
    );
  }
}

async function inTime(submission: Submission, labId: string): Promise<string> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void stop();
  }, MILLISECONDS);
  try {
    return await compile(submission, labId);
  } catch (error) {
    if (error instanceof SubmissionProblem) throw new Refusal(error.message);
    if (!(error instanceof BundlerLost)) throw error;
    // The next call starts a new process.
    await stop();
    if (late)
      throw new Refusal(
        `Compiling it took longer than ${MILLISECONDS / 1000} seconds. Write it more simply.`,
      );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
