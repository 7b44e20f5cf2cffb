/** A system by the name that somebody typed. */
import { findSystem, SYSTEMS, type System } from "../systems/index.ts";
import { UserError } from "./errors.ts";

export function systemOf(name: string): System {
  const found = findSystem(name);
  if (found !== undefined) return found;
  throw new UserError(`there is no system "${name}": ${SYSTEMS.map((one) => one.name).join(", ")}`);
}
