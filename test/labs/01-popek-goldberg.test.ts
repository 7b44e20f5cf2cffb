import { expect, test } from "vitest";
import { CHECKS } from "../../labs/01-popek-goldberg/checks.ts";
import { LAB } from "../../labs/01-popek-goldberg/contract.ts";
import { component as solution } from "../../labs/01-popek-goldberg/solution.ts";
import { component as starter } from "../../labs/01-popek-goldberg/starter.ts";
import { unseen } from "../../labs/01-popek-goldberg/unseen.ts";
import { runChecks } from "../../src/course/index.ts";
import { referenceClassifier } from "../../src/formal/index.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  lab: LAB,
  checks: CHECKS,
  right: { "the solution": solution, "the library's own classifier": referenceClassifier },
  starter,
  definitions: ["C6", "C7"],
  unseen,
});

test.each([1, 2, 3])("seed %i: the starter fails every step", (seed) => {
  const { verdicts } = runChecks(LAB, "", unseen(seed), starter);
  expect(verdicts.filter(({ passed }) => !passed).map(({ clause }) => clause.id)).toEqual([
    ...["C3", "C2", "C4", "C5", "C10"],
  ]);
});
