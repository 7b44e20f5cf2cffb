/** What has been done to the machine, to be undone in the opposite order however the run ends. */
import { sentence } from "../errors.ts";

export class Undo {
  private readonly steps: { what: string; undo: () => Promise<unknown> }[] = [];

  /** `what` completes "could not …". */
  later(what: string, undo: () => Promise<unknown>): void {
    this.steps.push({ what, undo });
  }

  /** Undoes everything, also after a step that failed. A sentence for each that did. */
  async run(): Promise<string[]> {
    const failures: string[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop())
      await step.undo().catch((error) => failures.push(`could not ${step.what}: ${sentence(error)}`));
    return failures;
  }
}
