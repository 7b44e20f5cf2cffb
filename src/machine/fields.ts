/** A part's registers in a snapshot: one list of their names, "irr imr isr", serves both ways. */
import type { StateReader, StateWriter } from "./state.ts";

type Registers = Record<string, number | boolean | undefined>;

/** Writes the numbers and flags of these names. They must be public. */
export function saveFields(out: StateWriter, part: object, names: string): void {
  for (const name of names.split(" ")) out.double(Number(known(part, name)));
}

/** Reads what saveFields wrote with the same names; a flag stays a flag. */
export function loadFields(from: StateReader, part: object, names: string): void {
  for (const name of names.split(" ")) {
    const flag = typeof known(part, name) === "boolean";
    const value = from.double();
    (part as Registers)[name] = flag ? value !== 0 : value;
  }
}

function known(part: object, name: string): number | boolean {
  const value = (part as Registers)[name];
  if (value === undefined) throw new Error(`invariant: a ${part.constructor.name} has no register "${name}"`);
  return value;
}
