/** Expressions, parsed once and evaluated (evaluate.ts) in every pass of the layout. */
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
