/** What every lab shares: its declaration, the public checks, the recorded prediction. */
export { checker, examine, holds, present, type Result, runChecks } from "./check.ts";
export {
  type Check,
  type Clause,
  defineChecks,
  defineLab,
  type Lab,
  type MethodDeclaration,
  type Observation,
  type ParameterDeclaration,
  type Part,
} from "./lab.ts";
export { type Point, type Prediction, predict } from "./predict.ts";
