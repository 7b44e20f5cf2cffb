// biome-ignore-all lint/suspicious/noExplicitAny: methods of any component and inputs of any scenario; their own interfaces type them.
/**
 * How a lab declares its component, once. From this declaration come the safe calls of the public checks (guard.ts), the
 * handout's interface table (build/interface-table.ts) and, for the grader, what to record and replay at the boundary.
 */

import type { Scenario } from "./scenario.ts";

type AnyMethod = (...parameters: any[]) => unknown;

/** The part of Standard Schema (standardschema.dev) that we use; zod schemas have it. It keeps zod's types out of notebooks. */
export interface Schema<T> {
  readonly "~standard": {
    validate(value: unknown): SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** A method that the component may call on an argument, while its own method runs. */
export interface PortDeclaration<P extends readonly unknown[] = readonly unknown[]> {
  doc: string;
  /** What it takes: plain data. Other arguments never reach the simulator. */
  parameters: { [I in keyof P]: { name: string; type: string; schema: Schema<P[I]> } };
  /** As TypeScript writes it; plain data. */
  returns: string;
}

type MethodNames<T> = { [K in keyof T]: T[K] extends AnyMethod ? K : never }[keyof T] & string;

/** The data of an argument crosses as a frozen copy; its methods only where they are declared here. */
export interface ParameterDeclaration<T = unknown> {
  name: string;
  /** As TypeScript writes it. */
  type: string;
  doc: string;
  port?: {
    readonly [K in MethodNames<T>]: PortDeclaration<T[K] extends (...given: infer P) => unknown ? P : never>;
  };
}

/** One entry for each parameter, in order. */
type Declared<P extends unknown[]> = { [I in keyof P]: ParameterDeclaration<P[I]> };

export interface MethodDeclaration<F extends AnyMethod> {
  doc: string;
  parameters: Declared<Parameters<F>>;
  returns: {
    /** The shape as a student should read it. */
    type: string;
    doc: string;
    schema: Schema<ReturnType<F>>;
  };
}

/** A numbered sentence of the contract. A failed check names the one that broke. */
export interface Clause {
  id: string;
  text: string;
}

/** What is awarded together: one step of the lab. */
export interface Part {
  id: string;
  title: string;
  points: number;
}

export interface Lab<C extends object> {
  /** "NN-name": the folder in labs/ and the notebook's file name. */
  id: string;
  title: string;
  component: { [M in keyof C]: C[M] extends AnyMethod ? MethodDeclaration<C[M]> : never };
  clauses: readonly Clause[];
  parts: readonly Part[];
  /** What one scenario may take with the component: processor time, and memory of the process (heap and buffers). */
  limits: { seconds: number; megabytes: number };
}

/** One row of the table: a scenario with an input, and the clause that a wrong answer breaks. */
export interface Check<C extends object, I = any, A = any> {
  part: string;
  name: string;
  clause: string;
  scenario: Scenario<C, I, A>;
  /** Plain data. */
  input: I;
  /** Plain data; an array of strings is an event sequence, one event a line. */
  expected: unknown;
  /**
   * Which share of the points it is worth, from 0 to 1, where several answers are right or some are half right. Without it the
   * check is all or nothing, and `actual` must read as `expected`. May count events of `actual`, never time.
   */
  worth?(actual: A): number;
}

/** Keeps the types of scenario, input and actual together. */
export const check = <C extends object, I, A>(check: Check<C, I, A>): Check<C> => check;

function unique(what: string, lab: string, ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`Lab ${lab} declares the ${what} "${twice}" twice.`);
}

/** @throws Error on an id that is not "NN-name", on a repeated part or clause, on points that are not positive. */
export function defineLab<C extends object>(lab: Lab<C>): Lab<C> {
  if (!/^\d\d-[a-z0-9-]+$/.test(lab.id))
    throw new Error(`A lab's id looks like 01-popek-goldberg, not "${lab.id}".`);
  const partIds = lab.parts.map(({ id }) => id);
  const clauseIds = lab.clauses.map(({ id }) => id);
  unique("part", lab.id, partIds);
  unique("clause", lab.id, clauseIds);
  const worthless = lab.parts.find(({ points }) => !(points > 0));
  if (worthless) throw new Error(`Part "${worthless.id}" of lab ${lab.id} must be worth more than 0 points.`);
  return lab;
}

/**
 * The checks of one lab, in the order in which their table lists them.
 * @throws Error on a check of an unknown part or clause, and on a part without a check.
 */
export function defineChecks<C extends object>(
  lab: Lab<C>,
  checks: readonly Check<C>[],
): readonly Check<C>[] {
  const known = (ids: readonly { id: string }[], id: string) => ids.some((entry) => entry.id === id);
  for (const { part, clause, name } of checks) {
    if (!known(lab.parts, part))
      throw new Error(`Check "${name}" names no part of lab ${lab.id}: "${part}".`);
    if (!known(lab.clauses, clause))
      throw new Error(`Check "${name}" names no clause of lab ${lab.id}: "${clause}".`);
  }
  unique(
    "check",
    lab.id,
    checks.map(({ part, name }) => `${part}: ${name}`),
  );
  const unchecked = lab.parts.find(({ id }) => !checks.some(({ part }) => part === id));
  if (unchecked) throw new Error(`Part "${unchecked.id}" of lab ${lab.id} has no check.`);
  return checks;
}
