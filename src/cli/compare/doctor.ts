/** The action of `ringlab compare doctor`. */
import {
  CannotCompare,
  ENGINES,
  enginesNamed,
  examine,
  hostFacts,
  type TargetFacts,
} from "../../compare/index.ts";
import { UserError } from "../errors.ts";
import { cancellable } from "./cancel.ts";
import { describeHost, describeTarget } from "./show.ts";

export interface DoctorOptions {
  targets?: string;
  json?: true;
}

export async function doctor({ targets, json }: DoctorOptions): Promise<void> {
  const engines = targets === undefined ? ENGINES : named(targets);
  await cancellable(async (signal, cache) => {
    const found: Pick<TargetFacts, "name" | "kind" | "probe" | "versions" | "beneath">[] = [];
    if (!json) console.log(describeHost(await hostFacts()));
    const leftovers = await examine(engines, cache, signal, (facts) => {
      found.push(facts);
      if (!json) console.log(describeTarget(facts));
    });
    if (json) console.log(JSON.stringify(found, undefined, 2));
    for (const leftover of leftovers) console.error(`ringlab: ${leftover}`);
  });
}

/** @throws UserError */
export function named(targets: string) {
  try {
    return enginesNamed(targets.split(",").map((name) => name.trim()));
  } catch (error) {
    if (error instanceof CannotCompare) throw new UserError(`--targets: ${error.message}`);
    throw error;
  }
}
