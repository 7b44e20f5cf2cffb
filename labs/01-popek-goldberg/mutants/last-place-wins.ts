/**
 * Wrong: overwrites what an earlier pair of the same mode has shown.
 * Breaks clause: C4
 * Caught by: location: GETLIF shows the place in one of two pairs
 * Caught by hidden: location: shows in some of the pairs
 */
import type { Classification, Classified, Classifier, Outcome, Probe, State, Verdict } from "ringlab/formal";
import { sameRelocation, sameWords, window } from "ringlab/formal";

/** Completed, and M or R changed. */
function changesControl(before: State, { kind, state }: Outcome): boolean {
  return kind === "next" && (state.M !== before.M || !sameRelocation(state.R, before.R));
}

/** Both completed, both kept M and R, and yet the program can tell the two apart. */
function tellsApart(first: State, one: Outcome, second: State, other: Outcome): boolean {
  if (one.kind !== "next" || other.kind !== "next") return false;
  if (changesControl(first, one) || changesControl(second, other)) return false;
  return one.state.P !== other.state.P || !sameWords(window(one.state), window(other.state));
}

function classify(probe: Probe): Classification {
  const found: Classification = {
    privileged: false,
    control: { s: false, u: false },
    location: { s: false, u: false },
    mode: false,
  };
  let pairs = 0;
  let trappedOnlyInUser = 0;
  for (const { differ, first, second } of probe.pairs) {
    const one = probe.execute(first);
    const other = probe.execute(second);
    if (changesControl(first, one)) found.control[first.M] = true;
    if (changesControl(second, other)) found.control[second.M] = true;
    if (one.kind === "memory-trap" || other.kind === "memory-trap") continue;
    if (differ === "mode") {
      pairs += 1;
      if (one.kind === "next" && other.kind === "trap") trappedOnlyInUser += 1;
      if (tellsApart(first, one, second, other)) found.mode = true;
    } else found.location[first.M] = tellsApart(first, one, second, other);
  }
  found.privileged = pairs > 0 && trappedOnlyInUser === pairs;
  return found;
}

function virtualizable(instructions: readonly Classified[]): Verdict {
  const unprivileged = instructions.filter(({ privileged }) => !privileged);
  const breaksHybrid = unprivileged.filter(({ control, location }) => control.u || location.u);
  const breaks = unprivileged.filter(
    ({ control, location, mode }) => control.s || control.u || location.s || location.u || mode,
  );
  return {
    virtualizable: breaks.length === 0,
    hybrid: breaksHybrid.length === 0,
    breaks: breaks.map(({ mnemonic }) => mnemonic),
    breaksHybrid: breaksHybrid.map(({ mnemonic }) => mnemonic),
  };
}

export const component: Classifier = { classify, virtualizable };
