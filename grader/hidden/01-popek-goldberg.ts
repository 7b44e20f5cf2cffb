/** Hidden tests of lab 01: instructions and machines that no student has seen, drawn from the grader's seed. */

import { unseen } from "../../labs/01-popek-goldberg/unseen.ts";
import type { Classifier } from "../../src/formal/index.ts";
import type { HiddenTest } from "../run/kit.ts";

export function hidden(seed: number): HiddenTest<Classifier>[] {
  return [1, 2, 3].flatMap((n) => unseen(seed * 1000 + n));
}
