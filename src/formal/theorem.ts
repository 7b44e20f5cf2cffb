/** What the theorems say about an ISA, from the classification of its instructions by execution. */
import { classify, type Evidence } from "./classify.ts";
import type { Verdict } from "./component.ts";
import type { Isa } from "./isa.ts";
import { referenceClassifier } from "./reference.ts";
import type { Geometry } from "./word.ts";

export interface Judgement extends Verdict {
  isa: string;
  /**
   * Theorem 2: virtualizable, and a VMM without timing dependencies can be built. This machine has no clock, so that
   * the second half holds for every VMM on it; on a machine with a timer it would have to be shown.
   */
  recursive: boolean;
  evidence: readonly Evidence[];
}

/** Theorems 1, 2 and 3. Theorem 1 states a sufficient condition: "not virtualizable" means that it does not hold. */
export function verdict(isa: Isa, geometry?: Geometry): Judgement {
  const evidence = classify(isa, geometry);
  const judged = referenceClassifier.virtualizable(evidence);
  return { isa: isa.name, ...judged, recursive: judged.virtualizable, evidence };
}
