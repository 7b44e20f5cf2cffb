/** The checks of a series, in an order that the command and the process agree on. */
import type { Check } from "../../course/index.ts";
import { UserError } from "../errors.ts";
import { importModule } from "../labs.ts";
import type { Series } from "./protocol.ts";

// biome-ignore lint/suspicious/noExplicitAny: the folder does not say which component its lab declares.
type AnyCheck = Check<any>;

/** @throws UserError when the lab draws no checks from seeds */
export async function checksOf({ lab, seed }: Series): Promise<readonly AnyCheck[]> {
  if (seed === undefined) return (await importModule(lab, "checks"))!.CHECKS as AnyCheck[];
  const unseen = (await importModule(lab, "unseen"))?.unseen as
    | ((seed: number) => readonly AnyCheck[])
    | undefined;
  if (!unseen) throw new UserError(`lab ${lab} has no unseen cases; leave --seed out`);
  return unseen(seed);
}
