/** results.json, whatever happened. */
import { type GradescopeResults, gradescopeResults } from "../../report/gradescope.ts";
import type { Graded } from "../../report/result.ts";
import type { Kit } from "../../run/kit.ts";
import type { Cost } from "./metadata.ts";
import type { BundleSettings } from "./settings.ts";

/** Without a score Gradescope takes the run for failed: it counts nothing, and the instructor can run it again. */
export interface Failure {
  output: string;
  output_format: "text";
  visibility: "visible";
  stdout_visibility: "hidden";
  extra_data: { infrastructure: string };
}

export function results(
  graded: Graded,
  { lab }: Kit,
  { release }: BundleSettings,
  cost: Cost,
  seconds: number,
): GradescopeResults {
  const all = gradescopeResults(graded, lab, { release, executionTime: Math.round(seconds) });
  if (cost.sentence === "") return all;
  return {
    ...all,
    score: Math.round((graded.score - cost.points) * 100) / 100,
    output: `${all.output}\n${cost.sentence}`,
  };
}

/** @param reason for the instructor: it stands where students do not look, for it may name files of the grader */
export function failure(reason: string): Failure {
  return {
    output:
      "The autograder itself failed; your submission is not at fault and no points are lost. Tell your instructor, who can run it again.",
    output_format: "text",
    visibility: "visible",
    stdout_visibility: "hidden",
    extra_data: { infrastructure: reason.slice(0, 2000) },
  };
}
