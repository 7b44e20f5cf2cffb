/** The thread of parallel.ts: finds its experiment once, then answers each job with rows or with the error. */
import { parentPort, workerData } from "node:worker_threads";
import type { Experiment } from "./experiment.ts";
import type { Answer, Question, Task } from "./parallel.ts";
import { runJob } from "./run.ts";

const { module, name } = workerData as Task;
const { EXPERIMENTS } = (await import(module)) as { EXPERIMENTS: readonly Experiment[] };
const experiment = EXPERIMENTS.find((each) => each.name === name);
if (!experiment) throw new Error(`${module} has no experiment ${name}`);

const outcomeOf = (question: Question): Answer["outcome"] => {
  try {
    return { rows: runJob(experiment, question.job) };
  } catch (error) {
    return { error };
  }
};
parentPort?.on("message", (question: Question) => {
  parentPort?.postMessage({ index: question.index, outcome: outcomeOf(question) } satisfies Answer);
});
