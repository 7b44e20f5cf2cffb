/** What every lab shares: its declaration, the public checks, the recorded prediction. */
export { checker, examine, present, type Result, runChecks } from "./check.ts";
export {
  type Check,
  type Clause,
  check,
  defineChecks,
  defineLab,
  type Lab,
  type MethodDeclaration,
  type ParameterDeclaration,
  type Part,
} from "./lab.ts";
export { type Observation, observe } from "./observe.ts";
export { type Point, type Prediction, predict } from "./predict.ts";
export { defineScenarios, each, type Scenario, type Scenarios } from "./scenario.ts";
