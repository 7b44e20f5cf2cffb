/** The action of `ringlab compare run`. */
import { resolve } from "node:path";
import {
  CannotCompare,
  loadScenarios,
  predict,
  type RunEvent,
  runComparison,
  scaled,
} from "../../compare/index.ts";
import { version } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";
import { parseCount } from "../experiment/settings.ts";
import { cancellable } from "./cancel.ts";
import { named } from "./doctor.ts";
import { tellReport } from "./report.ts";
import { describePrediction, describeRepetition, describeTarget } from "./show.ts";

export interface RunOptions {
  targets: string;
  scenario: string;
  repetitions: string;
  warmups: string;
  seed: string;
  out: string;
  prediction: boolean;
  scale: string;
  report?: true;
}

export async function run(options: RunOptions): Promise<void> {
  const engines = named(options.targets);
  const repetitions = parseCount("--repetitions", options.repetitions, 1) as number;
  const warmups = parseCount("--warmups", options.warmups, 0) as number;
  const seed = parseCount("--seed", options.seed, 0) as number;
  const out = resolve(options.out);
  const factor = parseFactor("--scale", options.scale);
  const whole = await loadScenarios(options.scenario).catch((error) => {
    if (error instanceof CannotCompare) throw new UserError(`--scenario: ${error.message}`);
    throw error;
  });
  const scenarios = scaled(whole, factor);
  await cancellable(async (signal, cache) => {
    const request = { engines, scenarios, repetitions, warmups, seed, out, cache, signal, version };
    let failed = 0;
    const onEvent = (event: RunEvent) => {
      if (event.kind === "repetition" && event.record.outcome === "failed") failed++;
      tell(event);
    };
    await runComparison({ ...request, onEvent, ...(options.prediction && { predict }) });
    console.log(`The record is in ${out}`);
    if (options.report) await tellReport(out);
    if (failed > 0)
      throw new UserError(
        `${failed} repetition(s) failed: raw/ has their logs, and the same command tries them again`,
      );
  }, out);
}

/** @throws UserError */
function parseFactor(option: string, value: string): number {
  const factor = Number(value);
  if (factor > 0 && factor <= 1) return factor;
  throw new UserError(`${option} ${value}: a number above 0 and at most 1 is expected, such as 0.1`);
}

function tell(event: RunEvent): void {
  if (event.kind === "target") console.log(describeTarget(event.facts));
  else if (event.kind === "prediction") console.log(describePrediction(event.prediction));
  else if (event.kind === "resumed") console.log(`continued: ${event.done} of ${event.of} are recorded`);
  else if (event.kind === "repetition") console.log(describeRepetition(event));
  else console.error(`ringlab: ${event.sentence}`);
}
