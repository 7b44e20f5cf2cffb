/** nasm's preprocessor, the part of it that is used (NASM manual, chapter 4): lines in, lines without a percent sign out. */

import { Definitions, textOf } from "./define.ts";
import { LineError, type SourceLine } from "./error.ts";
import { constant, ExpressionParser, evaluate } from "./expression.ts";
import { type Token, tokenize } from "./lexer.ts";
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

interface Condition {
  active: boolean;
  /** A branch was taken, or none may be. */
  settled: boolean;
  hadElse: boolean;
  source: SourceLine;
}

const DEEPEST = 500;
const DIRECTIVE = /^\s*%([a-z]+)\b/i;

export class Preprocessor {
  readonly definitions = new Definitions();
  readonly #options: PreprocessOptions;
  readonly #macros = new Map<string, Macro[]>();
  /** What is yet to be read, innermost last; each a list of lines in reverse. */
  readonly #input: SourceLine[][] = [];
  readonly #conditions: Condition[] = [];
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
    for (const { source } of this.#conditions)
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
    if (directive && this.#condition(directive, source)) return undefined;
    if (this.#conditions.some(({ active }) => !active)) return undefined;
    const tokens = tokenize(source.text);
    if (directive) {
      this.#directive(directive, tokens.slice(1), source);
      return undefined;
    }
    const expanded = this.definitions.expand(tokens);
    return this.#call(expanded, source) ? undefined : { source, tokens: expanded };
  }

  /** %if and its relatives; they are seen in skipped text too. */
  #condition(directive: string, source: SourceLine): boolean {
    const top = this.#conditions.at(-1);
    const rest = () => tokenize(source.text).slice(1);
    if (/^if/.test(directive)) {
      const skipped = top !== undefined && !top.active;
      const condition = { active: false, settled: true, hadElse: false, source };
      // It is open even when its test is in error, so that its %endif is no second one.
      this.#conditions.push(condition);
      condition.active = !skipped && this.#test(directive.slice(2), rest());
      condition.settled = skipped || condition.active;
      return true;
    }
    if (!/^(elif|else$|endif$)/.test(directive)) return false;
    if (!top) throw new LineError(`%${directive} without %if`, 0);
    if (directive === "endif") this.#conditions.pop();
    else if (top.hadElse) throw new LineError(`%${directive} after %else`, 0);
    else {
      top.hadElse = directive === "else";
      top.active = !top.settled && (directive === "else" || this.#test(directive.slice(4), rest()));
      top.settled ||= top.active;
    }
    return true;
  }

  #test(kind: string, tokens: Token[]): boolean {
    const found = /^(n?)(def|macro|idni|idn|empty|num|id|str)?$/.exec(kind);
    if (!found) throw new LineError(`there is no %if${kind}`, 0);
    const [, not, what] = found;
    return this.#holds(what, tokens) !== (not === "n");
  }

  #holds(what: string | undefined, tokens: Token[]): boolean {
    if (what === "def") return this.definitions.has(only(tokens, "a name").text);
    if (what === "macro") return this.#macros.has(only(tokens, "a macro's name").text);
    const expanded = this.definitions.expand(tokens);
    if (what === undefined) return this.#value(expanded) !== 0n;
    if (what === "empty") return expanded.length === 0;
    if (what === "idn" || what === "idni") return isSame(expanded, what === "idni");
    return expanded.length === 1 && expanded[0]!.kind === { num: "number", id: "name", str: "string" }[what];
  }

  #value(tokens: Token[]): bigint {
    const parser = new ExpressionParser(tokens, (name) => name);
    const expression = parser.parse();
    if (parser.peek) throw new LineError(`"${parser.peek.text}" is too much here`, parser.column);
    const noAddress = (column: number): never => {
      throw new LineError(
        "addresses are not known before the whole program is laid out; use times or align",
        column,
      );
    };
    return evaluate(expression, {
      symbol: (name, column) => {
        const value = this.#options.constant(name);
        if (value === undefined)
          throw new LineError(
            `"${name}" has no value here; the preprocessor knows %define, %assign and earlier equ`,
            column,
          );
        return constant(value);
      },
      get here() {
        return noAddress(0);
      },
      get start() {
        return noAddress(0);
      },
    }).n;
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
        definitions.remove(only(tokens, "a name").text);
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
    const condition = this.#conditions.pop();
    if (!condition) throw new LineError("%exitrep stands in a %if inside %rep", 0);
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

function only(tokens: Token[], what: string): Token {
  const [token, more] = tokens;
  if (token?.kind !== "name" || more)
    throw new LineError(`${what} is wanted here, and nothing else`, more?.column ?? 0);
  return token;
}

function isSame(tokens: Token[], ignoreCase: boolean): boolean {
  const comma = tokens.findIndex(({ text }) => text === ",");
  if (comma < 0) throw new LineError("%ifidn compares two texts with a comma between them", 0);
  const [a, b] = [tokens.slice(0, comma), tokens.slice(comma + 1)].map((side) =>
    side.map(({ text }) => text).join(" "),
  );
  return ignoreCase ? a!.toLowerCase() === b!.toLowerCase() : a === b;
}
