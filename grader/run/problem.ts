/** Why grading cannot begin or cannot go on, for the person at the terminal: what is wrong, where, and what to do instead. */
export class GradingProblem extends Error {
  override name = "GradingProblem";
}
