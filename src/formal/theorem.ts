/** What the theorems say about an ISA, from the classification of its instructions by execution. */
import { classify, type Evidence } from "./classify.ts";
import type { Verdict } from "./component.ts";
import type { Isa } from "./isa.ts";
import { isSensitive, isUserSensitive, referenceClassifier } from "./reference.ts";
import type { Geometry } from "./word.ts";

export interface Judgement extends Verdict {
  isa: string;
  /**
   * Theorem 2: virtualizable, and a VMM without timing dependencies can be built. This machine has no clock, so that
   * the second half holds for every VMM on it; on a machine with a timer it would have to be shown.
   */
  recursive: boolean;
  evidence: Evidence[];
}

/** Theorems 1, 2 and 3. Theorem 1 states a sufficient condition: "not virtualizable" means that it does not hold. */
export function verdict(isa: Isa, geometry?: Geometry): Judgement {
  const evidence = classify(isa, geometry);
  const judged = referenceClassifier.virtualizable(evidence);
  return { isa: isa.name, ...judged, recursive: judged.virtualizable, evidence };
}

/** One row for each instruction, for the sensitive × privileged map. */
export interface MapRow {
  [column: string]: string | boolean | number;
  isa: string;
  mnemonic: string;
  privileged: boolean;
  control: boolean;
  location: boolean;
  mode: boolean;
  sensitive: boolean;
  userSensitive: boolean;
  /** "innocuous", "privileged", "sensitive and privileged", or "sensitive, not privileged". */
  class: string;
  pairs: number;
}

export function instructionMap(isa: Isa, geometry?: Geometry): MapRow[] {
  return classify(isa, geometry).map((found) => {
    const sensitive = isSensitive(found);
    return {
      isa: isa.name,
      mnemonic: found.mnemonic,
      privileged: found.privileged,
      control: found.control.s || found.control.u,
      location: found.location.s || found.location.u,
      mode: found.mode,
      sensitive,
      userSensitive: isUserSensitive(found),
      class: className(sensitive, found.privileged),
      pairs: found.coverage.pairsRun.mode + found.coverage.pairsRun.location,
    };
  });
}

function className(sensitive: boolean, privileged: boolean): string {
  if (!sensitive) return privileged ? "privileged" : "innocuous";
  return privileged ? "sensitive and privileged" : "sensitive, not privileged";
}
