/**
 * The component behind a recorder, in the sandbox. It hands over what the notebook's guard hands over (course/guard.ts), but
 * judges nothing: that is for the replay, which cannot be talked to from here.
 */
import { copy, frozenCopy, frozenPort, NotPlain } from "../../src/course/plain.ts";
import type { Log } from "./log.ts";
import type { Shape } from "./shape.ts";
import { CALL, encode, PORT, RETURN, THREW, type ThrewKind } from "./tokens.ts";

type Method = (...given: unknown[]) => unknown;
type Parameters = Shape[number][1];
type Ports = NonNullable<Parameters[number]>;

/** The scenario ends here; the record says why. It is told by identity: what else is thrown may lie about its class. */
export const ENDED = new Error("the scenario has ended");

export function recorded(shape: Shape, component: Record<string, unknown>, log: Log): Record<string, Method> {
  return Object.fromEntries(
    shape.map(([name, parameters], index) => [name, recordMethod(component[name], index, parameters, log)]),
  );
}

function recordMethod(method: unknown, index: number, parameters: Parameters, log: Log): Method {
  const { tokens } = log;
  const ports = parameters.map((port, place) => port && new PortRecorder(place, port, tokens));
  const end = (kind: ThrewKind, text = ""): never => {
    tokens.push(THREW, kind, text);
    throw ENDED;
  };
  return (...values) => {
    tokens.push(CALL, index);
    log.breathe();
    if (typeof method !== "function") end(method === undefined ? "absent" : "no function");
    for (let place = 0; place < values.length; place++)
      values[place] = ports[place]?.open(values[place] as Port) ?? frozenCopy(values[place]);
    let returned: unknown;
    try {
      returned = (method as Method)(...values);
    } catch (error) {
      if (error === ENDED) throw error;
      end("error", explain(error));
    } finally {
      for (const port of ports) port?.close();
    }
    try {
      if (returned instanceof Promise) end("promise");
      returned = copy(returned);
    } catch (error) {
      if (error === ENDED) throw error;
      end("not plain", describeNotPlain(error));
    }
    tokens.push(RETURN, encode(returned));
    return returned;
  };
}

type Port = Readonly<Record<string, unknown>>;

/** An argument with methods: its data as it is, its declared methods behind the recorder, while a call lasts. */
class PortRecorder {
  readonly #place: number;
  readonly #names: Ports;
  readonly #tokens: unknown[];
  /** Of calls that are running: a port may call the component again. */
  #open = 0;
  /** The last one, which is mostly the next one as well. */
  #real: Port | undefined;
  #methods: Readonly<Record<string, Method>> = {};

  constructor(place: number, names: Ports, tokens: unknown[]) {
    this.#place = place;
    this.#names = names;
    this.#tokens = tokens;
  }

  open(real: Port): Port {
    this.#open++;
    if (real !== this.#real) {
      this.#real = real;
      const methods = this.#names.map(([name, arity], index) => [
        name,
        this.#method(real, name, arity, index),
      ]);
      this.#methods = Object.freeze(Object.fromEntries(methods));
    }
    return frozenPort(real, this.#methods) as Port;
  }

  close(): void {
    this.#open--;
  }

  #method(real: Port, name: string, arity: number, index: number): Method {
    const tokens = this.#tokens;
    return (...given) => {
      if (this.#open === 0) throw new Error(`${name} may be called only while the method that got it runs`);
      tokens.push(PORT, this.#place, index);
      for (let n = 0; n < arity; n++) tokens.push(encode(copy(given[n])));
      const result = frozenCopy((real[name] as Method)(...given));
      tokens.push(encode(result));
      return result;
    };
  }
}

/** A proxy may throw whatever it likes while it is copied. */
function describeNotPlain(error: unknown): string {
  try {
    return error instanceof NotPlain ? error.message : "something that cannot be read";
  } catch {
    return "something that cannot be read";
  }
}

/** Name, message and stack. Whatever was thrown may lie about itself, or throw again when it is asked. */
function explain(error: unknown): string {
  try {
    if (!(error instanceof Error)) return `${JSON.stringify(copy(error))}`.slice(0, 400);
    return `${error.name}: ${error.message}\n${error.stack}`.slice(0, 4000);
  } catch {
    return "something that cannot be shown";
  }
}
