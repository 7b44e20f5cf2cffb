/** The thread of take.ts: says that it is ready, then answers each question with a submission or with what was wrong. */
import { parentPort } from "node:worker_threads";
import { readCandidate, type TakeOptions } from "./read-candidate.ts";
import { type Candidate, Refusal, type Submission } from "./submission.ts";

export interface Question {
  candidate: Candidate;
  options: TakeOptions;
}

/** `refused` is the student's to mend, `failed` this machine's. */
export type Answer = { taken: Submission } | { refused: string } | { refused?: undefined; failed: string };

async function answer({ candidate, options }: Question): Promise<Answer> {
  try {
    return { taken: await readCandidate(candidate, options) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", async (question: Question) => parentPort?.postMessage(await answer(question)));
parentPort?.postMessage("ready");
