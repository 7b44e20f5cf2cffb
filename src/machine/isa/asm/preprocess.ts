/** nasm's preprocessor, the part of it that is used (NASM manual, chapter 4): lines in, lines without a percent sign out. */

import { Conditions } from "./condition.ts";
import { Definitions, textOf } from "./define.ts";
import { LineError, type SourceLine } from "./error.ts";
import { constant, evaluateConstant } from "./evaluate.ts";
import { ExpressionParser } from "./expression.ts";
import { onlyName, type Token, tokenize } from "./lexer.ts";
import { bodyOf, type Macro, parseMacro } from "./macro.ts";

export interface Included {
  file: string;
  text: string;
}

export interface PreprocessOptions {
  include?: (name: string, from: string) => Included | undefined;
  /** The value of an equ that is known already, for %if. */
  constant: (name: string) => bigint | undefined;
  report: (source: SourceLine, error: LineError) => void;
  note: (source: SourceLine, text: string) => void;
}

export interface TokenLine {
  source: SourceLine;
  tokens: Token[];
}

const DEEPEST = 500;
const DIRECTIVE = /^\s*%([a-z]+)\b/i;

export class Preprocessor {
  readonly definitions = new Definitions();
  readonly #options: PreprocessOptions;
  readonly #macros = new Map<string, Macro[]>();
  /** What is yet to be read, innermost last; each a list of lines in reverse. */
  readonly #input: SourceLine[][] = [];
  readonly #conditions = new Conditions(
    this.definitions,
    (name) => this.#macros.has(name),
    (tokens) => this.#value(tokens),
  );
  #expansions = 0;

  constructor(main: Included, options: PreprocessOptions) {
    this.#options = options;
    this.#push(split(main));
  }

  *lines(): Generator<TokenLine> {
    for (let source = this.#next(); source; source = this.#next()) {
      let line: TokenLine | undefined;
      try {
        line = this.#line(source);
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        this.#options.report(source, error);
      }
      if (line) yield line;
    }
    for (const source of this.#conditions.unclosed)
      this.#options.report(source, new LineError("this condition has no %endif", 0));
  }

  #push(lines: SourceLine[]): void {
    this.#input.push(lines.reverse());
  }

  #next(): SourceLine | undefined {
    for (;;) {
      const frame = this.#input.at(-1);
      if (!frame) return undefined;
      const line = frame.pop();
      if (line) return line;
      this.#input.pop();
    }
  }

  #line(source: SourceLine): TokenLine | undefined {
    const directive = DIRECTIVE.exec(source.text)?.[1]?.toLowerCase();
    if (directive && this.#conditions.take(directive, source)) return undefined;
    if (!this.#conditions.active) return undefined;
    const tokens = tokenize(source.text);
    if (directive) {
      this.#directive(directive, tokens.slice(1), source);
      return undefined;
    }
    const expanded = this.definitions.expand(tokens);
    return this.#call(expanded, source) ? undefined : { source, tokens: expanded };
  }

  #value(tokens: Token[]): bigint {
    const parser = new ExpressionParser(tokens, (name) => name);
    const expression = parser.parse();
    if (parser.peek) throw new LineError(`"${parser.peek.text}" is too much here`, parser.column);
    const value = evaluateConstant(expression, (name, column) => {
      const known = this.#options.constant(name);
      if (known !== undefined) return constant(known);
      throw new LineError(
        `"${name}" has no value here; the preprocessor knows %define, %assign and earlier equ`,
        column,
      );
    });
    if (value) return value.n;
    throw new LineError(
      "addresses are not known before the whole program is laid out; use times or align",
      expression.column,
    );
  }

  #directive(directive: string, tokens: Token[], source: SourceLine): void {
    const { definitions } = this;
    switch (directive) {
      case "define":
      case "xdefine":
      case "idefine":
        definitions.define(tokens, directive === "xdefine");
        return;
      case "undef":
        definitions.remove(onlyName(tokens, "a name").text);
        return;
      case "assign": {
        const [name, ...value] = tokens;
        if (name?.kind !== "name")
          throw new LineError("%assign takes a name and a number", source.text.length);
        definitions.assign(name, this.#value(definitions.expand(value)));
        return;
      }
      case "macro":
      case "imacro":
        this.#define(tokens, source);
        return;
      case "rep":
        this.#repeat(tokens, source);
        return;
      case "exitrep":
        this.#exitRepeat();
        return;
      case "include":
        this.#include(definitions.expand(tokens), source);
        return;
      case "error":
      case "fatal":
        throw new LineError(textOf(tokens) || "%error", 0);
      case "warning":
      case "note":
        this.#options.note(source, textOf(tokens));
        return;
      default:
        throw new LineError(
          `%${directive} is not supported; there are %define, %assign, %undef, %macro, %rep, %if…, %include, %error`,
          0,
        );
    }
  }

  /** Lines up to the matching end, which is consumed. */
  #body(start: RegExp, end: RegExp, source: SourceLine, what: string): SourceLine[] {
    const lines: SourceLine[] = [];
    for (let depth = 1; ; ) {
      const line = this.#next();
      if (!line) throw new LineError(`this %${what} has no %end${what}`, source.text.indexOf("%"));
      if (start.test(line.text)) depth++;
      if (end.test(line.text) && --depth === 0) return lines;
      lines.push(line);
    }
  }

  #define(tokens: Token[], source: SourceLine): void {
    const lines = this.#body(/^\s*%i?macro\b/i, /^\s*%endm(acro)?\b/i, source, "macro");
    const macro = parseMacro(tokens, lines, source);
    const others = (this.#macros.get(macro.name) ?? []).filter(({ least }) => least !== macro.least);
    this.#macros.set(macro.name, [...others, macro]);
  }

  #repeat(tokens: Token[], source: SourceLine): void {
    const lines = this.#body(/^\s*%rep\b/i, /^\s*%endrep\b/i, source, "rep");
    const count = this.#value(this.definitions.expand(tokens));
    if (count < 0n || count * BigInt(lines.length) > 1_000_000n)
      throw new LineError(`%rep ${count}: from 0 up to a million lines in all`, source.text.indexOf("%"));
    const body: SourceLine[] = [];
    for (let i = 0; i < Number(count); i++) body.push(...lines);
    this.#push(body);
  }

  #exitRepeat(): void {
    this.#input.pop();
    // Conditions opened inside the body stay open with nobody to close them.
    if (!this.#conditions.leave()) throw new LineError("%exitrep stands in a %if inside %rep", 0);
  }

  #include([name]: Token[], source: SourceLine): void {
    if (name?.kind !== "string")
      throw new LineError('%include takes a file name in quotes: %include "boot.inc"', 0);
    const file = name.text.slice(1, -1);
    const included = this.#options.include?.(file, source.file);
    if (!included) throw new LineError(`there is no file "${file}" to include`, name.column);
    if (this.#input.length > DEEPEST) throw new LineError(`"${file}" includes itself`, name.column);
    this.#push(split(included));
  }

  /** Whether the line calls a macro; then its body is read next. */
  #call(tokens: Token[], source: SourceLine): boolean {
    const at = tokens[1]?.text === ":" && !this.#macros.has(tokens[0]!.text) ? 2 : 0;
    const name = tokens[at];
    const macros = name?.kind === "name" ? this.#macros.get(name.text) : undefined;
    if (!name || !macros) return false;
    if (this.#input.length > DEEPEST)
      throw new LineError(`the macro ${name.text} calls itself without end`, name.column);
    const lines = bodyOf(macros, name, tokens.slice(at + 1), source, ++this.#expansions);
    const label = at > 0 ? [{ ...source, text: `${tokens[0]!.text}:` }] : [];
    this.#push([...label, ...lines]);
    return true;
  }
}

function split({ file, text }: Included): SourceLine[] {
  const lines: SourceLine[] = [];
  let joined: SourceLine | undefined;
  for (const [i, one] of text.split(/\r?\n/).entries()) {
    const line: SourceLine = joined
      ? { ...joined, text: joined.text + one }
      : { file, line: i + 1, text: one };
    joined = line.text.endsWith("\\") ? { ...line, text: line.text.slice(0, -1) } : undefined;
    if (!joined) lines.push(line);
  }
  if (joined) lines.push(joined);
  return lines;
}
