import type { Classification, Classified, Classifier, Probe, Verdict } from "ringlab/formal";
import { sameRelocation, sameWords, window } from "ringlab/formal";

function classify(probe: Probe): Classification {
  const found: Classification = {
    privileged: false,
    control: { s: false, u: false },
    location: { s: false, u: false },
    mode: false,
  };
  for (const { differ, first, second } of probe.pairs) {
    const one = probe.execute(first);
    const other = probe.execute(second);
    // Step 1. control: did a state complete and change M or R? (C3)
    // Step 2. privileged: what happens in pairs that differ in mode? (C2)
    // Step 3. location: what happens in pairs that differ in location? (C4)
    // Step 4. mode: and once more, in pairs that differ in mode. (C5)
  }
  return found;
}

function virtualizable(instructions: readonly Classified[]): Verdict {
  // Step 5. Which instructions stand against Theorem 1 (C8), which against Theorem 3 (C9)?
  return { virtualizable: true, hybrid: true, breaks: [], breaksHybrid: [] };
}

export const component: Classifier = { classify, virtualizable };
