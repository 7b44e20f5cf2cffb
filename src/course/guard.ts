/**
 * Calls a student's component safely and says kindly what it did wrong: arguments cross as frozen copies, return values
 * are checked against the declared shape and copied, and whatever is thrown becomes a Breach that says where.
 */
import { format } from "./format.ts";
import type { Lab, MethodDeclaration, ParameterDeclaration, Schema } from "./lab.ts";

/** The component broke a rule that holds for every input. The message is written for the student. */
export class Breach extends Error {
  override name = "Breach";
}

type Method = (...parameters: unknown[]) => unknown;
type Declaration = MethodDeclaration<Method>;

/** The same component behind checked calls. A method that the student has not handed over breaches when it is called. */
export function guard<C extends object>(lab: Lab<C>, component: Partial<C>): C {
  const declared = Object.entries(lab.component) as [string, Declaration][];
  return Object.fromEntries(
    declared.map(([name, declaration]) => [name, guarded(name, declaration, component[name as keyof C])]),
  ) as C;
}

function guarded(name: string, { parameters, returns }: Declaration, method: unknown): Method {
  return (...values) => {
    if (typeof method !== "function")
      throw new Breach(
        method === undefined ? `${name} was not handed to the check` : `${name} is not a function`,
      );
    const given = values.map((value, index) => hand(value, parameters[index]));
    let returned: unknown;
    try {
      returned = method(...given);
    } catch (error) {
      if (interrupts(error)) throw error;
      throw blame(name, error);
    }
    return take(name, returns, returned);
  };
}

function hand(value: unknown, parameter: ParameterDeclaration | undefined): unknown {
  return parameter?.port ? value : freeze(structuredClone(value));
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const item of Object.values(value)) freeze(item);
  return Object.freeze(value);
}

function take(name: string, { type, schema }: Declaration["returns"], returned: unknown): unknown {
  const must = `it must return ${type}`;
  if (returned instanceof Promise)
    throw new Breach(`${name} returned a promise; ${must}. Write it without async.`);
  const problem = complaint(schema, returned);
  if (problem !== undefined) throw new Breach(`${name} returned ${format(returned)}${problem}; ${must}`);
  return structuredClone(returned);
}

/** Undefined when the value has the shape; otherwise where it has not. */
function complaint(schema: Schema<unknown>, value: unknown): string | undefined {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) throw new Error("The schema of a return value must not be asynchronous.");
  const issue = result.issues?.[0];
  if (!issue) return undefined;
  const path = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return path.length > 0 ? ` (wrong at ${path.join(".")})` : "";
}

/** The kernel stops a cell by throwing this; it is no fault of the component and must end the cell. */
const interrupts = (error: unknown) => error instanceof Error && error.name === "KeyboardInterrupt";

const READ_ONLY = /read only property|not extensible|Cannot (delete|redefine) property/;

function blame(name: string, error: unknown): Breach {
  if (error instanceof Breach) return error;
  if (!(error instanceof Error)) return new Breach(`${name} threw ${format(error)}`);
  const place = studentLine(error);
  const where = place ? `, ${place}` : "";
  if (READ_ONLY.test(error.message))
    return new Breach(`${name} tried to change its input${where}. The input is read-only: work on a copy.`);
  return new Breach(`${name} threw ${error.name}: ${error.message}${where}`, { cause: error });
}

/** Where the simulator and this room lie, as stacks write it: with and without "file://". */
const OURS = decodeURI(new URL("..", import.meta.url).pathname);

/** Place of the innermost frame of the stack that is neither Node's, a package's nor ours, as "file, line n". */
export function studentLine(error: Error): string | undefined {
  for (const line of (error.stack ?? "").split("\n")) {
    if (!/^\s*at /.test(line) || /node:|node_modules/.test(line) || line.includes(OURS)) continue;
    const place = /([^/\\(\s][^/\\(]*?):(\d+)(?::\d+)?\)?$/.exec(line);
    if (place) return `${place[1]}, line ${place[2]}`;
  }
  return undefined;
}
