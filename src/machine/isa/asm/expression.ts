/**
 * Expressions: parsed once, evaluated in every pass of the layout. Arithmetic is on 64 bits, as in nasm. Registers may stand in them (for effective addresses):
 * a value is then a sum of scaled registers and a number.
 */
import { LineError } from "./error.ts";
import type { Token } from "./lexer.ts";
import { findRegister, type NamedRegister } from "./register.ts";

export type Expression =
  | { kind: "number"; value: bigint; column: number }
  | { kind: "symbol"; name: string; column: number }
  | { kind: "here" | "start"; column: number }
  | { kind: "register"; register: NamedRegister; column: number }
  | { kind: "unary"; operator: string; operand: Expression; column: number }
  | { kind: "binary"; operator: string; left: Expression; right: Expression; column: number }
  | { kind: "choice"; condition: Expression; yes: Expression; no: Expression; column: number };

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

/** Whether the expression or a part of it is of one of these kinds. */
export function contains(expression: Expression, ...kinds: Expression["kind"][]): boolean {
  if (kinds.includes(expression.kind)) return true;
  switch (expression.kind) {
    case "unary":
      return contains(expression.operand, ...kinds);
    case "binary":
      return contains(expression.left, ...kinds) || contains(expression.right, ...kinds);
    case "choice":
      return [expression.condition, expression.yes, expression.no].some((part) => contains(part, ...kinds));
    default:
      return false;
  }
}

export const hasRegister = (expression: Expression) => contains(expression, "register");

const LEVELS = [
  ["||"],
  ["^^"],
  ["&&"],
  ["=", "==", "<>", "!=", "<", "<=", ">", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "//", "%"],
];

/** Reads expressions off a list of tokens; `localName` makes the full name of a .local one. */
export class ExpressionParser {
  at = 0;
  readonly tokens: readonly Token[];
  readonly #localName: (name: string, column: number) => string;
  constructor(tokens: readonly Token[], localName: (name: string, column: number) => string) {
    this.tokens = tokens;
    this.#localName = localName;
  }

  get peek(): Token | undefined {
    return this.tokens[this.at];
  }
  /** Where the next token is, or the last one ended. */
  get column(): number {
    const last = this.tokens.at(-1);
    return this.peek?.column ?? (last ? last.column + last.text.length : 0);
  }
  /** Takes the token if it is this punctuation or keyword. */
  accept(text: string): boolean {
    if (this.peek?.text.toLowerCase() !== text || this.peek.kind === "string") return false;
    this.at++;
    return true;
  }
  expect(text: string, why: string): void {
    if (!this.accept(text)) throw new LineError(`"${text}" is missing: ${why}`, this.column);
  }

  parse(): Expression {
    const condition = this.#binary(0);
    const { column } = this;
    if (!this.accept("?")) return condition;
    const yes = this.parse();
    this.expect(":", "a choice is written condition ? yes : no");
    return { kind: "choice", condition, yes, no: this.parse(), column };
  }

  #binary(level: number): Expression {
    if (level === LEVELS.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.peek;
      if (token?.kind !== "punctuation" || !LEVELS[level]!.includes(token.text)) return left;
      this.at++;
      left = {
        kind: "binary",
        operator: token.text,
        left,
        right: this.#binary(level + 1),
        column: token.column,
      };
    }
  }

  #unary(): Expression {
    const token = this.peek;
    if (token?.kind === "punctuation" && "+-~!".includes(token.text)) {
      this.at++;
      return { kind: "unary", operator: token.text, operand: this.#unary(), column: token.column };
    }
    return this.#primary();
  }

  #primary(): Expression {
    const token = this.peek;
    const { column } = this;
    if (token === undefined) throw new LineError("a value is missing here", column);
    this.at++;
    switch (token.kind) {
      case "number":
        return { kind: "number", value: token.value!, column };
      case "string":
        return { kind: "number", value: characters(token), column };
      case "name": {
        const register = findRegister(token.text);
        if (register) return { kind: "register", register, column };
        const name = token.text.startsWith("$") ? token.text.slice(1) : token.text;
        return { kind: "symbol", name: this.#localName(name, column), column };
      }
      case "float":
        throw new LineError("a number with a fraction stands only alone in dd and dq", column);
    }
    if (token.text === "$") return { kind: "here", column };
    if (token.text === "$$") return { kind: "start", column };
    if (token.text !== "(") throw new LineError(`a value is missing before "${token.text}"`, column);
    const inner = this.parse();
    this.expect(")", "the parenthesis is open");
    return inner;
  }
}

/** 'ab' as a number: the first character is the lowest byte. */
function characters({ bytes, column }: Token): bigint {
  if (bytes!.length > 8)
    throw new LineError("a character constant in an expression has at most 8 characters", column);
  return bytes!.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

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
