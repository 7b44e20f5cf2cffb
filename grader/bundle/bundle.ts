/** `bundle`: compiles a submission and outlives what hostile text does to esbuild's process. */
import { stop } from "esbuild";
import { BundlerLost, compile, prepare } from "../../src/course/bundle/compile.ts";
import { SubmissionProblem } from "../../src/course/submission/problem.ts";
import { Refusal, type Submission } from "../intake/submission.ts";
import { patience } from "../patience.ts";

/** For one submission. Usual ones take three milliseconds. */
const MILLISECONDS = 10_000;

let turn: Promise<unknown> = Promise.resolve();

/**
 * A submission → one ES module that exports `component`, with its source map inline (locate.ts reads it). One after the
 * other, whoever calls, so that a dead bundler has one cause.
 * @throws Refusal with file, line, column and the line itself; another error when the lab or this machine is at fault
 */
export function bundle(submission: Submission, labId: string, milliseconds = MILLISECONDS): Promise<string> {
  const attempt = () => inTime(submission, labId, milliseconds);
  // A process can also be killed for reasons of the machine: it is asked twice before the submission is blamed.
  const bundled = turn.then(() => attempt().catch((error) => again(error, attempt)));
  turn = bundled.catch(() => {});
  return bundled;
}

async function again(first: unknown, attempt: () => Promise<string>): Promise<string> {
  if (!(first instanceof BundlerLost)) throw first;
  return attempt().catch((second) => {
    if (!(second instanceof BundlerLost)) throw second;
    throw new Refusal(
      "The compiler breaks down on it. Write it more simply: no deep nesting, no very long expressions.",
    );
  });
}

async function inTime(submission: Submission, labId: string, milliseconds: number): Promise<string> {
  await prepare(labId);
  let calm = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    const why = `Compiling it took longer than ${milliseconds / 1000} seconds. Write it more simply.`;
    calm = patience(milliseconds, () => reject(new Refusal(why)));
  });
  const compiled = compile(submission, labId);
  // Once it is late, nobody waits for it; it may never settle.
  compiled.catch(() => {});
  try {
    return await Promise.race([compiled, late]);
  } catch (error) {
    // The next call starts a new process.
    if (error instanceof BundlerLost || (await isPending(compiled))) await stop();
    throw error instanceof SubmissionProblem ? new Refusal(error.message) : error;
  } finally {
    calm();
  }
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return (await Promise.race([promise.catch(() => {}), Promise.resolve(pending)])) === pending;
}
