/** A line of text to tokens, as nasm cuts it (NASM manual, 3.4 "Constants"). */
import { LineError } from "./error.ts";

export type TokenKind = "name" | "number" | "float" | "string" | "punctuation";

export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** From 0. */
  readonly column: number;
  /** Of a number. */
  readonly value?: bigint;
  /** The bytes of a string, one a character. */
  readonly bytes?: readonly number[];
}

const SPACE = /[ \t\r]+/y;
const NAME = /(?:%%?|\.\.@)?[A-Za-z_.?@][\w.?@$#~]*|\$[A-Za-z_.?@][\w.?@$#~]*|%\d+|%\{[^}]*\}/y;
const NUMBER = /\$?[0-9][\w.]*/y;
const STRING = /'[^']*'|"[^"]*"|`(?:\\.|[^`\\])*`/y;
const PUNCTUATION = /\$\$|<<|>>|<=|>=|<>|==|!=|&&|\|\||\^\^|\/\/|[-+*/%&|^~!<>=?,:()[\]{}$]/y;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length && text[at] !== ";") {
    const column = at;
    const space = take(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = read(take, column, tokens.at(-1));
    if (token === undefined) throw new LineError(unreadable(text[at]!), at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

const unreadable = (character: string) =>
  /['"`]/.test(character)
    ? `this ${character} is not closed`
    : `the character ${JSON.stringify(character)} means nothing here`;

function read(
  take: (pattern: RegExp) => string | undefined,
  column: number,
  before?: Token,
): Token | undefined {
  const number = take(NUMBER);
  if (number !== undefined) return numberToken(number, column);
  // A % after an operand is the remainder, and what follows it a name of its own.
  const name = take(NAME);
  if (name !== undefined && !(name.startsWith("%") && before && isOperand(before)))
    return { kind: "name", text: name, column };
  const string = take(STRING);
  if (string !== undefined) return { kind: "string", text: string, column, bytes: stringBytes(string) };
  const punctuation = take(PUNCTUATION);
  return punctuation === undefined ? undefined : { kind: "punctuation", text: punctuation, column };
}

const isOperand = ({ kind, text }: Token) =>
  kind !== "punctuation" || text === ")" || text === "$" || text === "$$";

const BASES: Record<string, number> = { h: 16, x: 16, d: 10, t: 10, o: 8, q: 8, b: 2, y: 2 };

function numberToken(text: string, column: number): Token {
  const plain = text.replace(/_/g, "").toLowerCase();
  if (/^\d+\.\d*(e\d+)?$/.test(plain)) return { kind: "float", text, column };
  const value = parseNumber(plain);
  if (value === undefined)
    throw new LineError(
      `"${text}" is not a number; write 255, 0xff, 0ffh, $0ff, 0b101, 101b or 0o17`,
      column,
    );
  return { kind: "number", text, column, value };
}

function parseNumber(text: string): bigint | undefined {
  if (/^\d+$/.test(text)) return BigInt(text);
  if (/^\$\d[0-9a-f]*$/.test(text)) return BigInt(`0x${text.slice(1)}`);
  const prefixed = /^0([hxdtoqby])([0-9a-f]+)$/.exec(text);
  const suffixed = /^(\d[0-9a-f]*)([hxdtoqby])$/.exec(text);
  // 0x… before …h, and 0b1h is hexadecimal: the suffix wins unless it is a digit of the prefix's base.
  for (const [digits, letter] of [
    [prefixed?.[2], prefixed?.[1]],
    [suffixed?.[1], suffixed?.[2]],
  ]) {
    const value = digits === undefined ? undefined : inBase(digits, BASES[letter!]!);
    if (value !== undefined) return value;
  }
  return undefined;
}

function inBase(digits: string, base: number): bigint | undefined {
  let value = 0n;
  for (const digit of digits) {
    const n = Number.parseInt(digit, 16);
    if (n >= base) return undefined;
    value = value * BigInt(base) + BigInt(n);
  }
  return value;
}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, a: 7, b: 8, e: 27, f: 12, v: 11, 0: 0 };

/** Strings are bytes in UTF-8; `…` knows C's escapes. */
function stringBytes(text: string): number[] {
  const body = text.slice(1, -1);
  if (text[0] !== "`") return [...new TextEncoder().encode(body)];
  const bytes: number[] = [];
  for (const [part] of body.matchAll(/\\x[0-9a-fA-F]{1,2}|\\.|[^\\]+/g)) {
    if (part.startsWith("\\x") && part.length > 2) bytes.push(Number.parseInt(part.slice(2), 16));
    else if (part.startsWith("\\")) bytes.push(ESCAPES[part[1]!] ?? part.charCodeAt(1));
    else bytes.push(...new TextEncoder().encode(part));
  }
  return bytes;
}

/** The one name that a directive takes. */
export function onlyName(tokens: Token[], what: string): Token {
  const [token, more] = tokens;
  if (token?.kind !== "name" || more)
    throw new LineError(`${what} is wanted here, and nothing else`, more?.column ?? 0);
  return token;
}
