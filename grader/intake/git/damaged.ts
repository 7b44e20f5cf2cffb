import { Refusal } from "../submission.ts";

/** For whatever git itself would not have written. */
export function damaged(what: string): Refusal {
  return new Refusal(
    `The git repository is damaged (${what}). Run git fsck, or hand in component.ts itself.`,
  );
}
