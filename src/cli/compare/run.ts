/** The action of `ringlab compare run`. */
import { resolve } from "node:path";
import { CannotCompare, loadScenarios, predict, type RunEvent, runComparison } from "../../compare/index.ts";
import { version } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";
import { parseCount } from "../experiment/settings.ts";
import { cancellable } from "./cancel.ts";
import { named } from "./doctor.ts";
import { describePrediction, describeRepetition, describeTarget } from "./show.ts";

export interface RunOptions {
  targets: string;
  scenario: string;
  repetitions: string;
  warmups: string;
  seed: string;
  out: string;
  prediction: boolean;
}

export async function run(options: RunOptions): Promise<void> {
  const engines = named(options.targets);
  const repetitions = parseCount("--repetitions", options.repetitions, 1) as number;
  const warmups = parseCount("--warmups", options.warmups, 0) as number;
  const seed = parseCount("--seed", options.seed, 0) as number;
  const out = resolve(options.out);
  const scenarios = await loadScenarios(options.scenario).catch((error) => {
    if (error instanceof CannotCompare) throw new UserError(`--scenario: ${error.message}`);
    throw error;
  });
  await cancellable(async (signal, cache) => {
    const request = { engines, scenarios, repetitions, warmups, seed, out, cache, signal, version };
    await runComparison({ ...request, onEvent: tell, ...(options.prediction && { predict }) });
    console.log(`The record is in ${out}`);
  });
}

function tell(event: RunEvent): void {
  if (event.kind === "target") console.log(describeTarget(event.facts));
  else if (event.kind === "prediction") console.log(describePrediction(event.prediction));
  else if (event.kind === "resumed") console.log(`continued: ${event.done} of ${event.of} are recorded`);
  else if (event.kind === "repetition") console.log(describeRepetition(event.record, event.of));
  else console.error(`ringlab: ${event.sentence}`);
}
