/**
 * The rules at the boundary of a component that hold for every input: what it returns and what it hands to a port has the
 * declared shape and is plain data. The notebook's guard and the grader's replay hold it to the same rules in the same words.
 */
import { format } from "./format.ts";
import type { MethodDeclaration, PortDeclaration, Schema } from "./lab.ts";
import { copy, NotPlain } from "./plain.ts";

/** The component broke such a rule. The message is written for the student. */
export class Breach extends Error {
  override name = "Breach";
  /** The same without any of the component's data: a hidden input could be hidden in it. */
  readonly discreet: string;

  constructor(message: string, discreet = message, options?: ErrorOptions) {
    super(message, options);
    this.discreet = discreet;
  }
}

export type Method = (...parameters: unknown[]) => unknown;
export type MethodRules = MethodDeclaration<Method>;
export type PortRules = PortDeclaration<unknown[]>;

/**
 * A copy of what a method returned.
 * @throws Breach
 */
export function accept(name: string, { returns }: Pick<MethodRules, "returns">, returned: unknown): unknown {
  const must = `it must return ${returns.type}`;
  if (returned instanceof Promise) throw promised(name, returns.type);
  const value = plain(returned, (what) => `${name} returned ${what}; ${must}`);
  const problem = complaint(returns.schema, value);
  if (problem === undefined) return value;
  throw new Breach(
    `${name} returned ${format(value)}${problem}; ${must}`,
    `${name} returned something else${problem}; ${must}`,
  );
}

export const promised = (name: string, type: string): Breach =>
  new Breach(`${name} returned a promise; it must return ${type}. Write it without async.`);

const READ_ONLY = /read only property|not extensible|Cannot (delete|redefine) property/;

/**
 * What a method threw.
 * @param said name and message of the error
 * @param place where, as "file, line n"
 */
export function threw(name: string, said: string, place: string | undefined, cause?: unknown): Breach {
  const where = place ? `, ${place}` : "";
  if (READ_ONLY.test(said))
    return new Breach(`${name} tried to change its input${where}. The input is read-only: work on a copy.`);
  return new Breach(`${name} threw ${said}${where}`, `${name} threw an error${where}`, { cause });
}

/**
 * Copies of what the component gives to a port's method; what is too much is dropped, as everywhere in the language.
 * @throws Breach
 */
export function acceptArguments(
  name: string,
  { parameters }: PortRules,
  given: readonly unknown[],
): unknown[] {
  return parameters.map(({ name: parameter, type, schema }, index) => {
    const must = `${parameter} must be ${type}`;
    const value = plain(given[index], (what) => `${name} was given ${what} as ${parameter}; ${must}`);
    const problem = complaint(schema, value);
    if (problem === undefined) return value;
    throw new Breach(
      `${name} was given ${format(value)} as ${parameter}${problem}; ${must}`,
      `${name} was given a wrong ${parameter}${problem}; ${must}`,
    );
  });
}

function plain(value: unknown, complain: (what: string) => string): unknown {
  try {
    return copy(value);
  } catch (error) {
    if (error instanceof NotPlain) throw new Breach(complain(error.message));
    throw error;
  }
}

/** Undefined when the value has the shape; otherwise where it has not. */
function complaint(schema: Schema<unknown>, value: unknown): string | undefined {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise)
    throw new Error("The schema of a component's data must not be asynchronous.");
  const issue = result.issues?.[0];
  if (!issue) return undefined;
  const path = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return path.length > 0 ? ` (wrong at ${path.join(".")})` : "";
}
