/**
 * The values of expressions. Arithmetic is on 64 bits, as in nasm. Registers may stand in them, for effective addresses: a value is then
 * a sum of scaled registers and a number.
 */
import { LineError } from "./error.ts";
import { contains, type Expression } from "./expression.ts";
import type { NamedRegister } from "./register.ts";

/** One register of an effective address. */
export interface Term {
  register: NamedRegister;
  scale: number;
  /** Written with "*": not meant as the base. */
  scaled: boolean;
}

export interface Value {
  n: bigint;
  /** How many addresses are in it: 1 a label, 0 a number or the distance of two labels. */
  labels: number;
  /** How many symbols without a value are in it; as with labels, the difference of two counts none: they are likely to be near. */
  unknown: number;
  terms: readonly Term[];
}

/** What an expression may ask for. */
export interface Scope {
  /** Undefined: no value yet. Throws when there will be none. */
  symbol(name: string, column: number): Value | undefined;
  /** $: the address of the statement. */
  here: bigint;
  /** $$: the address of the first byte. */
  start: bigint;
}

export const constant = (n: bigint): Value => ({
  n: BigInt.asIntN(64, n),
  labels: 0,
  unknown: 0,
  terms: [],
});
const UNKNOWN: Value = { n: 0n, labels: 0, unknown: 1, terms: [] };

export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "number":
      return constant(expression.value);
    case "symbol":
      return scope.symbol(expression.name, expression.column) ?? UNKNOWN;
    case "here":
      return { n: scope.here, labels: 1, unknown: 0, terms: [] };
    case "start":
      return { n: scope.start, labels: 1, unknown: 0, terms: [] };
    case "register":
      return {
        n: 0n,
        labels: 0,
        unknown: 0,
        terms: [{ register: expression.register, scale: 1, scaled: false }],
      };
    case "unary":
      return unary(expression.operator, evaluate(expression.operand, scope), expression.column);
    case "binary":
      return binary(
        expression.operator,
        evaluate(expression.left, scope),
        evaluate(expression.right, scope),
        expression.column,
      );
    case "choice": {
      const condition = scalar(evaluate(expression.condition, scope), expression.column);
      return evaluate(condition.n !== 0n ? expression.yes : expression.no, scope);
    }
  }
}

function scalar(value: Value, column: number): Value {
  if (value.terms.length > 0)
    throw new LineError("registers can only be added, and multiplied by a number, inside [ ]", column);
  return value;
}

function unary(operator: string, value: Value, column: number): Value {
  if (operator === "+") return value;
  if (operator === "-") return scale(value, -1n);
  const { n, unknown } = scalar(value, column);
  return { ...constant(operator === "~" ? ~n : n === 0n ? 1n : 0n), unknown };
}

function binary(operator: string, a: Value, b: Value, column: number): Value {
  if (operator === "+") return sum(a, b);
  if (operator === "-") return sum(a, scale(b, -1n));
  const unknown = a.unknown === 0 && b.unknown === 0 ? 0 : 1;
  if (operator === "*" && a.terms.length + b.terms.length > 0) {
    const [registers, factor] = a.terms.length > 0 ? [a, b] : [b, a];
    const times = scale(registers, scalar(factor, column).n);
    return { ...times, unknown, terms: times.terms.map((term) => ({ ...term, scaled: true })) };
  }
  const n = compute(operator, scalar(a, column).n, scalar(b, column).n, unknown === 0, column);
  return { ...constant(n), unknown };
}

function sum(a: Value, b: Value): Value {
  const terms = a.terms.map((term) => ({ ...term }));
  for (const term of b.terms) {
    const same = terms.find(({ register }) => register === term.register);
    if (same) same.scale += term.scale;
    else terms.push(term);
  }
  return {
    n: BigInt.asIntN(64, a.n + b.n),
    labels: a.labels + b.labels,
    unknown: a.unknown + b.unknown,
    terms: terms.filter((term) => term.scale !== 0),
  };
}

const scale = ({ n, labels, unknown, terms }: Value, factor: bigint): Value => ({
  n: BigInt.asIntN(64, n * factor),
  labels: labels * Number(factor),
  unknown: unknown * Number(factor),
  terms: terms.map((term) => ({ ...term, scale: term.scale * Number(factor) })),
});

const truth = (is: boolean) => (is ? 1n : 0n);

function compute(operator: string, a: bigint, b: bigint, known: boolean, column: number): bigint {
  switch (operator) {
    case "*":
      return a * b;
    case "/":
    case "//":
    case "%":
      return divide(operator, a, b, known, column);
    case "<<":
      return BigInt.asUintN(64, b) > 63n ? 0n : a << b;
    case ">>":
      return BigInt.asUintN(64, b) > 63n ? 0n : BigInt.asUintN(64, a) >> b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<":
      return truth(a < b);
    case "<=":
      return truth(a <= b);
    case ">":
      return truth(a > b);
    case ">=":
      return truth(a >= b);
    case "<>":
    case "!=":
      return truth(a !== b);
    case "&&":
      return truth(a !== 0n && b !== 0n);
    case "||":
      return truth(a !== 0n || b !== 0n);
    case "^^":
      return truth((a !== 0n) !== (b !== 0n));
    default:
      return truth(a === b);
  }
}

/** / and % are unsigned, // is signed. */
function divide(operator: string, a: bigint, b: bigint, known: boolean, column: number): bigint {
  if (b === 0n) {
    if (known) throw new LineError("division by zero", column);
    return 0n;
  }
  if (operator === "//") return a / b;
  const [left, right] = [BigInt.asUintN(64, a), BigInt.asUintN(64, b)];
  return operator === "/" ? left / right : left % right;
}

/** The value of what no address may enter; undefined when $ or $$ does. */
export function evaluateConstant(expression: Expression, symbol: Scope["symbol"]): Value | undefined {
  if (contains(expression, "here", "start")) return undefined;
  return evaluate(expression, { symbol, here: 0n, start: 0n });
}
