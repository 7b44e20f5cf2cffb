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
  type PortDeclaration,
} from "./lab.ts";
export { judge, type Observation, observe } from "./observe.ts";
export { type Point, type Prediction, predict } from "./predict.ts";
export { type Criterion, defineRubric, type Question, type Rubric, rubricPoints } from "./rubric.ts";
export { defineScenarios, each, type Scenario, type Scenarios } from "./scenario.ts";
