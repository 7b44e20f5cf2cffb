/** What a run of the oracle found, in numbers. */
import { ended } from "./batch.ts";
import { type Explanation, RF_IMAGE, type Rule } from "./explained/index.ts";
import { instructionsRun } from "./frame.ts";
import type { Failure } from "./shrink.ts";

export class Tally {
  cases = 0;
  /** Began on both and were compared; those of cases that are explained as a whole are left out. */
  instructions = 0;
  same = 0;
  /** The same but for RF in the image of a fault. */
  image = 0;
  /** Some fields differ, each for a reason that is known; all others are the same. */
  partly = 0;
  /** The two went different ways, for a reason that is known. */
  wholly = 0;
  unexplained = 0;
  readonly #rules = new Map<Rule, { part: number; whole: number }>();

  /** `explanation` as explain() gave it. */
  add(failure: Failure, explanation: Explanation | undefined): void {
    this.cases++;
    const { of, theirs, differences } = failure;
    if (explanation?.whole !== true && !ended(theirs)) this.instructions += instructionsRun(of, theirs);
    const open = ended(theirs) && theirs.end !== "shutdown";
    if (differences.length === 0 && !open) this.same++;
    else if (differences.length === 0) this.wholly++;
    else if (!explanation) this.unexplained++;
    else if (explanation.whole) this.wholly++;
    else if (explanation.rules.every((rule) => rule === RF_IMAGE)) this.image++;
    else this.partly++;
    for (const rule of explanation?.rules ?? []) {
      const count = this.#rules.get(rule) ?? { part: 0, whole: 0 };
      count[explanation?.whole ? "whole" : "part"]++;
      this.#rules.set(rule, count);
    }
  }

  /** For a reader: how many cases each rule explains, and the shares. */
  toString(): string {
    const column = (count: number) => (count === 0 ? "·" : `${count}`).padStart(9);
    const share = (count: number) =>
      `${column(count)}  ${((100 * count) / Math.max(1, this.cases)).toFixed(2).padStart(6)} %`;
    const rules = [...this.#rules].sort(([, a], [, b]) => b.part + b.whole - a.part - a.whole);
    return [
      "     part     whole  cases with a difference that a rule of explained/ explains, in a field or as a whole",
      ...rules.map(([{ name }, { part, whole }]) => `${column(part)} ${column(whole)}  ${name}`),
      "",
      `${column(this.cases)}            cases`,
      `${share(this.same)}  are the same in all`,
      `${share(this.image)}  but for RF in the image of a fault`,
      `${share(this.partly)}  but for fields that are explained`,
      `${share(this.wholly)}  are explained as a whole: nothing was learnt`,
      `${share(this.unexplained)}  are not explained`,
      "",
      `${this.instructions} instructions compared, ${this.unexplained} cases with unexplained differences`,
    ].join("\n");
  }
}
