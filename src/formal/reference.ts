/** The library's own classifier: the clauses of component.ts, and nothing else. */
import type { Classification, Classified, Classifier, Probe, Verdict } from "./component.ts";
import { type Outcome, type State, sameRelocation, sameWords, window } from "./state.ts";

export const referenceClassifier: Classifier = { classify, virtualizable };

function classify(probe: Probe): Classification {
  const found = { control: { s: false, u: false }, location: { s: false, u: false }, mode: false };
  let tried = 0;
  let trappedOnlyInUser = 0;
  for (const { differ, first, second } of probe.pairs) {
    const after = [probe.execute(first), probe.execute(second)] as const;
    if (isControl(first, after[0])) found.control[first.M] = true; // C3
    if (isControl(second, after[1])) found.control[second.M] = true;
    if (after.some(({ kind }) => kind === "memory-trap")) continue; // C1
    if (differ === "mode") {
      tried++;
      if (after[0].kind === "next" && after[1].kind === "trap") trappedOnlyInUser++; // C2
      if (isBehaviour([first, second], after)) found.mode = true; // C5
    } else if (isBehaviour([first, second], after)) found.location[first.M] = true; // C4
  }
  return { privileged: tried > 0 && trappedOnlyInUser === tried, ...found };
}

/** C3: completed, and M or R changed. */
export function isControl(before: State, { kind, state }: Outcome): boolean {
  return kind === "next" && (state.M !== before.M || !sameRelocation(state.R, before.R));
}

/** C4, C5: both completed, both kept M and R, and the windows or P came out differently. */
export function isBehaviour(before: readonly [State, State], after: readonly [Outcome, Outcome]): boolean {
  if (after.some(({ kind }) => kind !== "next")) return false;
  if (isControl(before[0], after[0]) || isControl(before[1], after[1])) return false;
  const [one, other] = [after[0].state, after[1].state];
  return one.P !== other.P || !sameWords(window(one), window(other));
}

function virtualizable(instructions: readonly Classified[]): Verdict {
  const breaks = unprivileged(instructions, isSensitive);
  const breaksHybrid = unprivileged(instructions, isUserSensitive);
  return { virtualizable: breaks.length === 0, hybrid: breaksHybrid.length === 0, breaks, breaksHybrid };
}

function unprivileged(of: readonly Classified[], kind: (c: Classification) => boolean): string[] {
  return of.filter((c) => kind(c) && !c.privileged).map(({ mnemonic }) => mnemonic);
}

/** C6 */
export function isSensitive({ control, location, mode }: Classification): boolean {
  return control.s || control.u || location.s || location.u || mode;
}

/** C7 */
export function isUserSensitive({ control, location }: Classification): boolean {
  return control.u || location.u;
}
