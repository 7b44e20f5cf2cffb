/** Why nothing was released. The message is for the instructor: what, where, what to do instead. */
export class ReleaseError extends Error {
  override name = "ReleaseError";
}
