/** Wrong options for a guest: says which, and what is allowed. */
export class GuestError extends Error {
  override name = "GuestError";
}
