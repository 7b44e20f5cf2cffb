/**
 * TypeScript as tokens that survive what a copier changes first: names, literals, comments, layout. The scanner is
 * TypeScript's own; it reads anything, so that no syntax error hides a copy.
 */
import ts from "typescript";

export interface Token {
  text: string;
  /** Of its text, from 0. */
  line: number;
}

/** A longer string is a text of its own (a piece of assembly, say): its words are compared. */
const SHORT_STRING = 40;

/** Can be left out or exchanged without a thought. */
const SAME: Readonly<Record<string, string>> = {
  let: "const",
  var: "const",
  ";": "",
  ",": "",
  export: "",
  readonly: "",
};

/** @param most tokens after which the rest is left unread */
export function tokens(source: string, most: number): Token[] {
  const found: Token[] = [];
  const scanner = ts.createScanner(
    ts.ScriptTarget.ESNext,
    true,
    ts.LanguageVariant.Standard,
    source,
    () => {},
  );
  /** Braces that are open; true for those of a `${` in a template. */
  const braces: boolean[] = [];
  let line = 0;
  let counted = 0;
  let previous = ts.SyntaxKind.Unknown;
  for (
    let kind = scanner.scan();
    kind !== ts.SyntaxKind.EndOfFileToken && found.length < most;
    kind = scanner.scan()
  ) {
    kind = rescan(scanner, kind, previous, braces);
    for (const start = scanner.getTokenStart(); counted < start; counted++)
      if (source[counted] === "\n") line++;
    found.push(...read(kind, scanner.getTokenText(), line));
    previous = kind;
  }
  return found.slice(0, most);
}

/** What the scanner cannot know without a parser: whether / begins a regular expression, and } ends a hole of a template. */
function rescan(
  scanner: ts.Scanner,
  kind: ts.SyntaxKind,
  previous: ts.SyntaxKind,
  braces: boolean[],
): ts.SyntaxKind {
  switch (kind) {
    case ts.SyntaxKind.SlashToken:
    case ts.SyntaxKind.SlashEqualsToken:
      return endsExpression(previous) ? kind : scanner.reScanSlashToken();
    case ts.SyntaxKind.TemplateHead:
      braces.push(true);
      return kind;
    case ts.SyntaxKind.OpenBraceToken:
      braces.push(false);
      return kind;
    case ts.SyntaxKind.CloseBraceToken: {
      if (!braces.pop()) return kind;
      const rest = scanner.reScanTemplateToken(false);
      if (rest === ts.SyntaxKind.TemplateMiddle) braces.push(true);
      return rest;
    }
    default:
      return kind;
  }
}

function endsExpression(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.Identifier ||
    kind === ts.SyntaxKind.CloseParenToken ||
    kind === ts.SyntaxKind.CloseBracketToken ||
    kind === ts.SyntaxKind.ThisKeyword ||
    (kind >= ts.SyntaxKind.FirstLiteralToken && kind <= ts.SyntaxKind.LastLiteralToken)
  );
}

const isTemplate = (kind: ts.SyntaxKind) =>
  kind >= ts.SyntaxKind.FirstTemplateToken && kind <= ts.SyntaxKind.LastTemplateToken;

function read(kind: ts.SyntaxKind, text: string, line: number): Token[] {
  if (kind === ts.SyntaxKind.Identifier || kind === ts.SyntaxKind.PrivateIdentifier)
    return [{ text: "name", line }];
  if (kind === ts.SyntaxKind.NumericLiteral || kind === ts.SyntaxKind.BigIntLiteral)
    return [{ text: "number", line }];
  if (kind === ts.SyntaxKind.RegularExpressionLiteral) return [{ text: "pattern", line }];
  if (kind === ts.SyntaxKind.StringLiteral || isTemplate(kind))
    return text.length <= SHORT_STRING ? [{ text: "string", line }] : words(text, line);
  const word = ts.tokenToString(kind) ?? text;
  const same = SAME[word] ?? word;
  return same === "" ? [] : [{ text: same, line }];
}

/** Line by line without what follows a semicolon, which is a comment in assembly. */
function words(text: string, first: number): Token[] {
  return text.split("\n").flatMap((content, offset) =>
    (content.replace(/;.*/, "").match(/[A-Za-z_.]\w*|\d\w*|[^\s\w]/g) ?? []).map((word) => ({
      text: /^\d/.test(word) ? "number" : word.toLowerCase(),
      line: first + offset,
    })),
  );
}
