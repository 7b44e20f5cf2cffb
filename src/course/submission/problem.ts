/** Why a component cannot be taken as it was handed in. The message is for the student: what, where, what to do instead. */
export class SubmissionProblem extends Error {
  override name = "SubmissionProblem";
}
