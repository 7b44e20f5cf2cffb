/** Runs the public checks of one part against a student's component and shows the table. */
import { display } from "../plots/display.ts";
import { guard } from "./guard.ts";
import type { Check, Lab } from "./lab.ts";
import { observe } from "./observe.ts";
import { Breach } from "./rules.ts";
import { markup, type Report, text, type Verdict } from "./table.ts";

/** What became of a part: counts for programs, a text for people. */
export class Result implements Report {
  readonly title: string;
  readonly verdicts: readonly Verdict[];

  constructor(title: string, verdicts: readonly Verdict[]) {
    this.title = title;
    this.verdicts = verdicts;
  }

  get passed(): number {
    return this.verdicts.filter(({ passed }) => passed).length;
  }

  get total(): number {
    return this.verdicts.length;
  }

  get ok(): boolean {
    return this.passed === this.total;
  }

  toString(): string {
    return text(this);
  }
}

/** Runs checks under a title. Whatever the component does wrong is a failed row, never an exception. */
export function runChecks<C extends object>(
  lab: Lab<C>,
  title: string,
  checks: readonly Check<C>[],
  component: Partial<C>,
): Result {
  const guarded = guard(lab, component);
  const verdicts = checks.map((check): Verdict => {
    const clause = lab.clauses.find(({ id }) => id === check.clause)!;
    try {
      const observation = observe(check, guarded);
      return { name: check.name, clause, observation, passed: observation.share === 1 };
    } catch (error) {
      if (!(error instanceof Breach)) throw error;
      return { name: check.name, clause, passed: false, breach: error.message };
    }
  });
  return new Result(title, verdicts);
}

/**
 * Runs the checks of one part.
 * @throws Error on an unknown part, with those that exist.
 */
export function examine<C extends object>(
  lab: Lab<C>,
  checks: readonly Check<C>[],
  part: string,
  component: Partial<C>,
): Result {
  const asked = lab.parts.find(({ id }) => id === part);
  if (!asked)
    throw new Error(
      `Lab ${lab.id} has no part "${part}". Its parts: ${lab.parts.map(({ id }) => id).join(", ")}.`,
    );
  const ofPart = checks.filter((check) => check.part === part);
  return runChecks(lab, asked.title, ofPart, component);
}

/** Shows a result as a table in the notebook, or as text without one. */
export function present(result: Result): void {
  display(markup(result));
}

/**
 * The `check` of a lab: runs the checks of a part and shows the table. It returns nothing, so that no kernel shows it
 * a second time as the cell's value; programs call `examine`.
 */
export function checker<C extends object>(
  lab: Lab<C>,
  checks: readonly Check<C>[],
): (part: string, component: Partial<C>) => void {
  return (part, component) => present(examine(lab, checks, part, component));
}
