/** The labs of this installation, as commands name them. They are found by their path: nothing in src imports a lab. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../kernel/package.ts";
import { UserError } from "./errors.ts";

export const LABS = join(ROOT, "labs");

/** A module of a lab, built. Undefined when the lab has none of that name. */
export function importModule(id: string, module: string): Promise<Record<string, unknown>> | undefined {
  const file = join(ROOT, "dist", "labs", id, `${module}.js`);
  return existsSync(file) ? import(pathToFileURL(file).href) : undefined;
}

/** The ids of the labs that were asked for, by id or by number; of all when none was. @throws UserError */
export async function chosenLabs(asked: readonly string[]): Promise<string[]> {
  const { labIds } = await import("../course/build/lab-folder.ts");
  const ids = labIds(LABS);
  if (ids.length === 0)
    throw new UserError(
      `there are no labs in ${LABS}; run this in a checkout of Ringlab, not in an installed package`,
    );
  return asked.length === 0 ? ids : [...new Set(asked.map((name) => find(name, ids)))];
}

function find(name: string, ids: readonly string[]): string {
  const wanted = name.replace(/\/+$/, "").replace(/^.*\//, "");
  const found = ids.find(
    (id) => id === wanted || id.startsWith(`${wanted.padStart(2, "0")}-`) || id.slice(3) === wanted,
  );
  if (!found) throw new UserError(`there is no lab "${name}"; there are ${ids.join(", ")}`);
  return found;
}
