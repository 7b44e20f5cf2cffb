/** A lab as people name it: 01-popek-goldberg, 01, 1, labs/01-popek-goldberg/. */
import { UserError } from "./errors.ts";

/**
 * @returns one of `ids`
 * @throws UserError naming those that there are
 */
export function findLab(name: string, ids: readonly string[]): string {
  const wanted = name.replace(/\/+$/, "").replace(/^.*\//, "");
  const found = ids.find((id) => id === wanted || id.startsWith(`${wanted.padStart(2, "0")}-`));
  if (!found) throw new UserError(`there is no lab "${name}"; there are ${ids.join(", ")}`);
  return found;
}
