/** Single-line macros: %define, %xdefine, %assign. */
import { LineError } from "./error.ts";
import type { Token } from "./lexer.ts";

interface Definition {
  /** Undefined: used without parentheses. */
  parameters: string[] | undefined;
  body: Token[];
}

export class Definitions {
  readonly #all = new Map<string, Definition>();

  has(name: string): boolean {
    return this.#all.has(name);
  }
  remove(name: string): void {
    this.#all.delete(name);
  }
  assign(name: Token, value: bigint): void {
    const number: Token = {
      kind: "number",
      text: String(value < 0n ? -value : value),
      column: 0,
      value: value < 0n ? -value : value,
    };
    const sign: Token[] = value < 0n ? [{ kind: "punctuation", text: "-", column: 0 }] : [];
    this.#all.set(name.text, { parameters: undefined, body: [...sign, number] });
  }

  /** `tokens`: what follows %define. With `now` the body is expanded at once. */
  define(tokens: Token[], now: boolean): void {
    const [name, open] = tokens;
    if (name?.kind !== "name")
      throw new LineError("%define takes a name and what stands for it", name?.column ?? 0);
    // A parenthesis belongs to the name only when it touches it.
    const takes = open?.text === "(" && open.column === name.column + name.text.length;
    const close = takes ? tokens.findIndex(({ text }) => text === ")") : 0;
    if (close < 0) throw new LineError('the parameters are not closed: ")" is missing', open!.column);
    const parameters = takes ? tokens.slice(2, close).filter(({ text }) => text !== ",") : undefined;
    const body = tokens.slice(close + 1);
    this.#all.set(name.text, {
      parameters: parameters?.map(({ text }) => text),
      body: now ? this.expand(body) : body,
    });
  }

  /** Replaces names by what stands for them; what comes in has the column of the name. */
  expand(tokens: readonly Token[], hidden: ReadonlySet<string> = new Set()): Token[] {
    const out: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const definition =
        token.kind === "name" && !hidden.has(token.text) ? this.#all.get(token.text) : undefined;
      if (!definition || (definition.parameters && tokens[i + 1]?.text !== "(")) {
        out.push(token);
        continue;
      }
      let { body } = definition;
      if (definition.parameters) {
        const { values, end } = callArguments(tokens, i + 1);
        const expanded = values.map((value) => this.expand(value, hidden));
        body = this.#substitute(token, definition.parameters, expanded, body);
        i = end;
      }
      const placed = body.map((part) => ({ ...part, column: token.column }));
      out.push(...this.expand(placed, new Set([...hidden, token.text])));
    }
    return out;
  }

  #substitute(name: Token, parameters: string[], values: Token[][], body: Token[]): Token[] {
    if (values.length !== parameters.length)
      throw new LineError(
        `${name.text} takes ${parameters.length} parameters, got ${values.length}`,
        name.column,
      );
    return body.flatMap((part) => {
      const at = part.kind === "name" ? parameters.indexOf(part.text) : -1;
      return at < 0 ? [part] : values[at]!;
    });
  }
}

/** What stands between the parentheses at `open`, cut at its commas. */
function callArguments(tokens: readonly Token[], open: number): { values: Token[][]; end: number } {
  const values: Token[][] = [[]];
  let depth = 0;
  for (let end = open; end < tokens.length; end++) {
    const token = tokens[end]!;
    if (token.text === "(" && depth++ === 0) continue;
    if (token.text === ")" && --depth === 0) return { values, end };
    if (token.text === "," && depth === 1) values.push([]);
    else values.at(-1)!.push(token);
  }
  throw new LineError('")" is missing', tokens[open]!.column);
}

/** Tokens as text again. */
export function textOf(tokens: readonly Token[]): string {
  let text = "";
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    if (before && before.column + before.text.length !== token.column) text += " ";
    text += token.text;
  }
  return text;
}
