/**
 * The component behind a recorder, in the sandbox. It hands over what the notebook's guard hands over (course/guard.ts), but
 * judges nothing: that is for the replay, which cannot be talked to from here.
 */
import { copy, frozenCopy, NotPlain } from "../../src/course/plain.ts";
import type { Log } from "./log.ts";
import type { Shape } from "./shape.ts";
import { CALL, encode, PORT, RESULT, RETURN, THREW, type ThrewKind } from "./tokens.ts";

type Method = (...given: unknown[]) => unknown;
type Parameters = Shape[number][1];

/** The scenario ends here; the record says why. */
export class Ended extends Error {
  override name = "Ended";
}

export function recorded(shape: Shape, component: Record<string, unknown>, log: Log): Record<string, Method> {
  return Object.fromEntries(
    shape.map(([name, parameters], index) => [name, recordMethod(component[name], index, parameters, log)]),
  );
}

function recordMethod(method: unknown, index: number, parameters: Parameters, log: Log): Method {
  const { tokens } = log;
  const end = (kind: ThrewKind, text = ""): never => {
    tokens.push(THREW, kind, text);
    throw new Ended();
  };
  return (...values) => {
    tokens.push(CALL, index);
    log.breathe();
    if (typeof method !== "function") end(method === undefined ? "absent" : "no function");
    const call = { over: false };
    for (let place = 0; place < values.length; place++) {
      const port = parameters[place];
      values[place] = port ? recordPort(values[place], place, port, call, log) : frozenCopy(values[place]);
    }
    let returned: unknown;
    try {
      returned = (method as Method)(...values);
      if (returned instanceof Promise) end("promise");
      returned = copy(returned);
    } catch (error) {
      if (error instanceof Ended) throw error;
      if (error instanceof NotPlain) end("not plain", error.message);
      end("error", explain(error));
    } finally {
      call.over = true;
    }
    tokens.push(RETURN, encode(returned));
    return returned;
  };
}

/** The data of an argument as it is, its declared methods behind the recorder while the call lasts. */
function recordPort(
  value: unknown,
  place: number,
  names: readonly string[],
  call: { over: boolean },
  { tokens }: Log,
): object {
  const port = value as Record<string, unknown>;
  const methods = names.map((name, index) => [
    name,
    (...given: unknown[]) => {
      if (call.over) throw new Error(`${name} may be called only while the method that got it runs`);
      tokens.push(PORT, place, index, given.map(encodeCopy));
      const result = frozenCopy((port[name] as Method)(...given));
      tokens.push(RESULT, encode(result));
      return result;
    },
  ]);
  const data = Object.entries(port).filter(([, item]) => typeof item !== "function");
  return Object.freeze({
    ...(frozenCopy(Object.fromEntries(data)) as object),
    ...Object.fromEntries(methods),
  });
}

const encodeCopy = (value: unknown) => encode(copy(value));

/** Name, message and stack. Whatever was thrown may lie about itself, or throw again when it is asked. */
function explain(error: unknown): string {
  try {
    if (!(error instanceof Error)) return `${JSON.stringify(copy(error))}`.slice(0, 400);
    return `${error.name}: ${error.message}\n${error.stack}`.slice(0, 4000);
  } catch {
    return "something that cannot be shown";
  }
}
