/** %if and its relatives. */
import type { Definitions } from "./define.ts";
import { LineError, type SourceLine } from "./error.ts";
import { onlyName, type Token, tokenize } from "./lexer.ts";

interface Condition {
  active: boolean;
  /** A branch was taken, or none may be. */
  settled: boolean;
  hadElse: boolean;
  source: SourceLine;
}

export class Conditions {
  readonly #definitions: Definitions;
  readonly #isMacro: (name: string) => boolean;
  readonly #value: (tokens: Token[]) => bigint;
  readonly #open: Condition[] = [];

  constructor(
    definitions: Definitions,
    isMacro: (name: string) => boolean,
    value: (tokens: Token[]) => bigint,
  ) {
    this.#definitions = definitions;
    this.#isMacro = isMacro;
    this.#value = value;
  }

  /** Whether lines are read and not skipped. */
  get active(): boolean {
    return this.#open.every(({ active }) => active);
  }
  /** The lines of %if that have no %endif. */
  get unclosed(): SourceLine[] {
    return this.#open.map(({ source }) => source);
  }
  /** The innermost %if ends without its %endif. */
  leave(): boolean {
    return this.#open.pop() !== undefined;
  }

  /** Whether the directive is one of these; they are seen in skipped text too. */
  take(directive: string, source: SourceLine): boolean {
    const top = this.#open.at(-1);
    const rest = () => tokenize(source.text).slice(1);
    if (/^if/.test(directive)) {
      const skipped = top !== undefined && !top.active;
      const condition = { active: false, settled: true, hadElse: false, source };
      // It is open even when its test is in error, so that its %endif is no second one.
      this.#open.push(condition);
      condition.active = !skipped && this.#test(directive.slice(2), rest());
      condition.settled = skipped || condition.active;
      return true;
    }
    if (!/^(elif|else$|endif$)/.test(directive)) return false;
    if (!top) throw new LineError(`%${directive} without %if`, 0);
    if (directive === "endif") this.#open.pop();
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
    if (what === "def") return this.#definitions.has(onlyName(tokens, "a name").text);
    if (what === "macro") return this.#isMacro(onlyName(tokens, "a macro's name").text);
    const expanded = this.#definitions.expand(tokens);
    if (what === undefined) return this.#value(expanded) !== 0n;
    if (what === "empty") return expanded.length === 0;
    if (what === "idn" || what === "idni") return isSame(expanded, what === "idni");
    return expanded.length === 1 && expanded[0]!.kind === { num: "number", id: "name", str: "string" }[what];
  }
}

function isSame(tokens: Token[], ignoreCase: boolean): boolean {
  const comma = tokens.findIndex(({ text }) => text === ",");
  if (comma < 0) throw new LineError("%ifidn compares two texts with a comma between them", 0);
  const [a, b] = [tokens.slice(0, comma), tokens.slice(comma + 1)].map((side) =>
    side.map(({ text }) => text).join(" "),
  );
  return ignoreCase ? a!.toLowerCase() === b!.toLowerCase() : a === b;
}
