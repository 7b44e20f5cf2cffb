/** Checks about fragments: the events are those of the bare machine, the counts those of the engine's own policy, or fewer. */
import { type Check, check } from "../../src/course/index.ts";
import type { Translator } from "./component.ts";
import { playBare, playTranslated } from "./play.ts";
import { countedIn, countLines, type Fragment, SCENARIOS } from "./scenarios.ts";

/** What the fragment does on the bare machine, and, where it is counted, what the engine's own policy makes of it. */
export function expectedOf({ program, counting = [] }: Fragment): string[] {
  const { events } = playBare(program);
  return counting.length === 0
    ? events
    : [...events, ...countLines(playTranslated(program, {}).counts, counting)];
}

/** The same line, or a smaller count. */
const fits = (actual: string | undefined, expected: string): boolean => {
  if (actual === expected) return true;
  const [found, most] = [countedIn(actual ?? ""), countedIn(expected)];
  return found !== undefined && most !== undefined && found <= most;
};

const allFit = (actual: readonly string[], expected: readonly string[]) =>
  actual.length === expected.length && expected.every((line, n) => fits(actual[n], line));

/** A fragment as a check: all points for the events and no more ways out than needed. */
export function fragmentCheck(
  about: { part: string; clause: string; name: string },
  fragment: Fragment,
): Check<Translator> {
  const expected = expectedOf(fragment);
  return check({
    ...{ ...about, scenario: SCENARIOS.runs, input: fragment, expected },
    worth: (actual: string[]) => (allFit(actual, expected) ? 1 : 0),
  });
}

/** Several fragments as one check. */
export function fragmentsCheck(
  about: { part: string; clause: string; name: string },
  fragments: readonly Fragment[],
): Check<Translator> {
  const expected = fragments.map(expectedOf);
  return check({
    ...{ ...about, scenario: SCENARIOS["runs-many"], input: fragments, expected },
    worth: (actual: string[][]) => (expected.every((lines, n) => allFit(actual[n] ?? [], lines)) ? 1 : 0),
  });
}
