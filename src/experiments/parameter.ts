/** A setting of an experiment and the check of one value of it. */
import { suggestion } from "./nearest.ts";

export type Value = number | string | boolean;

export interface Parameter<T extends Value = Value> {
  /** An array is the sweep that runs when the user sets nothing. */
  default: T | readonly T[];
  /** The only values that it takes. */
  oneOf?: readonly T[];
  /** Inclusive range; numbers only. */
  min?: number;
  max?: number;
  integer?: boolean;
  /** Of the value; "1" for a pure number, "" for a name. */
  unit: string;
  /** One line: what it is and what it changes. */
  doc: string;
  /** The name on an axis; the key when absent. */
  label?: string;
}

/** The user asked for what the experiment does not have. The message says what, where and what to do instead. */
export class BadPoint extends Error {
  override name = "BadPoint";
}

/** What the parameter takes, in words: "a number from 0 to 1", "one of a, b". */
export function domain({ default: values, oneOf, min, max, integer, unit }: Parameter): string {
  if (oneOf) return `one of ${oneOf.join(", ")}`;
  const type = typeof [values].flat()[0];
  if (type === "boolean") return "true or false";
  if (type === "string") return "a text";
  const noun = integer ? "a whole number" : "a number";
  const measure = unit === "" || unit === "1" ? "" : ` (${unit})`;
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}${measure}`;
  if (min !== undefined) return `${noun} of at least ${min}${measure}`;
  if (max !== undefined) return `${noun} of at most ${max}${measure}`;
  return `${noun}${measure}`;
}

/** @throws {BadPoint} naming the parameter, the value and the domain. */
export function checkValue(key: string, parameter: Parameter, value: Value): void {
  const { default: values, oneOf, min, max, integer } = parameter;
  const wrong = (hint = "") =>
    new BadPoint(`parameter ${key}: ${value === "" ? "nothing" : value} is not ${domain(parameter)}${hint}`);
  if (oneOf) {
    if (oneOf.includes(value)) return;
    throw wrong(`; ${suggestion(String(value), oneOf.map(String))}`);
  }
  if (typeof value !== typeof [values].flat()[0]) throw wrong();
  if (typeof value !== "number") return;
  if (!Number.isFinite(value) || (integer && !Number.isInteger(value))) throw wrong();
  if (value < (min ?? Number.NEGATIVE_INFINITY) || value > (max ?? Number.POSITIVE_INFINITY)) throw wrong();
}

/** @throws {BadPoint} when the experiment has no parameter of that name. */
export function parameterOf(
  { name, parameters }: { name: string; parameters: Record<string, Parameter> },
  key: string,
): Parameter {
  const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
  if (!parameter) {
    const names = Object.keys(parameters);
    throw new BadPoint(`${name} has no parameter ${key}; ${suggestion(key, names)}`);
  }
  return parameter;
}

/** A value from the command line. What cannot be read as the parameter's type stays text and fails the check. */
export function parseValue(key: string, parameter: Parameter, text: string): Value {
  const sample = parameter.oneOf?.[0] ?? [parameter.default].flat()[0];
  const value =
    typeof sample === "number" && text.trim() !== "" && !Number.isNaN(Number(text))
      ? Number(text)
      : typeof sample === "boolean" && /^(true|false)$/.test(text)
        ? text === "true"
        : text;
  checkValue(key, parameter, value);
  return value;
}
