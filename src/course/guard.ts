/**
 * Calls a student's component safely and says kindly what it did wrong: arguments cross as frozen copies, return values
 * are checked against the declared shape and copied, and whatever is thrown becomes a Breach that says where.
 */
import { format } from "./format.ts";
import type { Lab, ParameterDeclaration } from "./lab.ts";
import { frozenCopy, frozenPort } from "./plain.ts";
import {
  accept,
  acceptArguments,
  Breach,
  type Method,
  type MethodRules,
  type PortRules,
  threw,
} from "./rules.ts";

/** The same component behind checked calls. A method that the student has not handed over breaches when it is called. */
export function guard<C extends object>(lab: Lab<C>, component: Partial<C>): C {
  const declared = Object.entries(lab.component) as [string, MethodRules][];
  return Object.fromEntries(
    declared.map(([name, rules]) => [name, guarded(name, rules, component[name as keyof C])]),
  ) as C;
}

/** One call of a method. What a port had to complain about counts even when the component swallowed it. */
interface Call {
  of: string;
  over: boolean;
  breach?: Breach;
}

function guarded(name: string, rules: MethodRules, method: unknown): Method {
  return (...values) => {
    if (typeof method !== "function")
      throw new Breach(
        method === undefined ? `${name} was not handed to the check` : `${name} is not a function`,
      );
    const call: Call = { of: name, over: false };
    const given = values.map((value, index) => hand(value, rules.parameters[index]?.port, call));
    let returned: unknown;
    try {
      returned = method(...given);
    } catch (error) {
      if (interrupts(error)) throw error;
      throw call.breach ?? blame(name, error);
    } finally {
      call.over = true;
    }
    if (call.breach) throw call.breach;
    return accept(name, rules, returned);
  };
}

/** Data as a frozen copy; the methods of a port behind checks of their own, for as long as the call lasts. */
function hand(value: unknown, port: ParameterDeclaration["port"], call: Call): unknown {
  if (!port) return frozenCopy(value);
  const object = value as Record<string, unknown>;
  const methods = Object.entries(port as Record<string, PortRules>).map(([name, rules]) => [
    name,
    (...given: unknown[]) => through(name, rules, object, given, call),
  ]);
  return frozenPort(object, Object.fromEntries(methods));
}

function through(
  name: string,
  rules: PortRules,
  port: Record<string, unknown>,
  given: unknown[],
  call: Call,
): unknown {
  if (call.over) throw new Breach(`${name} may be called only while ${call.of} runs`);
  try {
    return frozenCopy((port[name] as Method)(...acceptArguments(name, rules, given)));
  } catch (error) {
    if (error instanceof Breach) call.breach ??= error;
    throw error;
  }
}

/** The kernel stops a cell by throwing this; it is no fault of the component and must end the cell. */
const interrupts = (error: unknown) => error instanceof Error && error.name === "KeyboardInterrupt";

function blame(name: string, error: unknown): Breach {
  if (error instanceof Breach) return error;
  if (!(error instanceof Error)) return new Breach(`${name} threw ${format(error)}`);
  const where = studentLine(error);
  return threw(name, `${error.name}: ${error.message}`, where, error);
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
