/** Plays a check with a component and compares what came out with what was expected. */
import { format } from "./format.ts";
import type { Check } from "./lab.ts";
import { copy } from "./plain.ts";

/** What was seen when a check was played. */
export interface Observation {
  /** In words a student can redo by hand. Of a check of many cases, the case that is shown. */
  input: string;
  expected: unknown;
  actual: unknown;
  /** From 0 to 1: which share of the points this is worth. */
  share: number;
}

/** Whatever the component throws comes out of here. */
export function observe<C extends object>(check: Check<C>, component: C): Observation {
  const { scenario, input } = check;
  return judge(check, copy(scenario.drive(component, input)));
}

/** @param actual what the scenario's `drive` returned */
export function judge<C extends object>(check: Check<C>, actual: unknown): Observation {
  const { scenario, input, expected, worth } = check;
  const share = worth ? clamp(worth(actual)) : reads(actual, expected) ? 1 : 0;
  const { single } = scenario;
  if (!single) return { input: scenario.describe(input), expected, actual, share };
  const [inputs, wanted, got] = [input, expected, actual] as [unknown[], unknown[], unknown[]];
  const astray = inputs.findIndex((_, index) => !reads(got[index], wanted[index]));
  const shown = Math.max(astray, 0);
  return { input: single.describe(inputs[shown]), expected: wanted[shown], actual: got[shown], share };
}

const clamp = (share: number) => (share > 0 ? Math.min(share, 1) : 0);

/** Equal data reads the same, whoever built it. */
const reads = (one: unknown, other: unknown) => format(one) === format(other);
