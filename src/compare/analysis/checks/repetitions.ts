import { done } from "../cells.ts";
import { at, type Check, type Finding } from "../finding.ts";

/** What the handouts ask for at least. */
const ASKED = 5;

export const repetitions: Check = {
  name: "repetitions",
  mistake: "one repetition, runs that failed and were left out, a script that skips its first case",
  look({ facts, torn }, cells) {
    const found: Finding[] = cells
      .filter((cell) => done(cell).length < cell.planned)
      .map((cell) => ({ check: "repetitions", severity: "refuse", ...at(cell), ...missing(cell) }));
    if (facts.repetitions < ASKED)
      found.push({
        check: "repetitions",
        severity: "warn",
        what:
          facts.repetitions === 1
            ? "one repetition: nothing tells a difference from chance"
            : `${facts.repetitions} repetitions: intervals are wide, and the homework asks for ${ASKED}`,
        todo: `run it with --repetitions ${ASKED} or more`,
      });
    if (facts.ended === undefined || torn)
      found.push({
        check: "repetitions",
        severity: "warn",
        what: "the run was interrupted",
        todo: "give the same command with the same --out once more; it goes on where it stopped",
      });
    return found;
  },
};

function missing(cell: Parameters<typeof done>[0]): Pick<Finding, "what" | "todo"> {
  const failed = cell.repetitions.filter(({ outcome }) => outcome === "failed");
  const why = failed[0]?.error;
  return {
    what:
      cell.repetitions.length === 0
        ? "the case never ran"
        : `${done(cell).length} of ${cell.planned} repetitions are there${why ? `; one failed: ${why}` : ""}`,
    todo:
      failed.length > 0
        ? `read ${failed[0]!.log}, then give the same command with the same --out once more`
        : "give the same command with the same --out once more",
  };
}
