/** The options of `ringlab experiment` as what the framework takes. */
import { type Experiment, parameterOf, parseValue, type Value } from "../../experiments/index.ts";
import { UserError } from "../errors.ts";

/**
 * "key=a,b,c" as the values of a parameter.
 * @throws {UserError} when it has another form or repeats a key, {BadPoint} when the experiment does not take it
 */
export function parseSettings(experiment: Experiment, pairs: readonly string[]): Record<string, Value[]> {
  const settings: Record<string, Value[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UserError(`--set ${pair}: write it as key=value or key=a,b,c`);
    const key = pair.slice(0, at);
    if (Object.hasOwn(settings, key))
      throw new UserError(`--set ${pair}: ${key} is set twice; put all its values into one: ${key}=a,b,c`);
    const parameter = parameterOf(experiment, key);
    settings[key] = pair
      .slice(at + 1)
      .split(",")
      .map((text) => parseValue(key, parameter, text.trim()));
  }
  return settings;
}

/** @throws {UserError} when the text is no whole number of at least `least` */
export function parseCount(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least)
    throw new UserError(`${option} ${text}: give a whole number of at least ${least}`);
  return count;
}
